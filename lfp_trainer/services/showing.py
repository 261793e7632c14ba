"""What a room sees of an item: sums without names, from so many people on that none is read out.

Nothing here holds a person, a reason or a note, nor anything of a later phase: what a page is made
of cannot tell more than the page may. The sums are asked anew at each look, as whoever opened the
showing may see them, so what somebody takes back is gone with the next look.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from lfp_trainer.engine.diagnosis import Verdict
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import Strand
from lfp_trainer.engine.scenario import CastMember, Choice, Scene
from lfp_trainer.engine.script import CompiledScene, Script, Target
from lfp_trainer.engine.vocabulary import System, Term
from lfp_trainer.errors import NotFound
from lfp_trainer.services import library, review, room_sums
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.projector import DECISION, RATING, Item, Now
from lfp_trainer.services.review import Scope
from lfp_trainer.services.room_sums import NOTHING, Sums
from lfp_trainer.storage.models import Phase

MOST_LINES = 3
MOST_CITED = 3


@dataclass(frozen=True, slots=True)
class Response:
    """One response of a decision; what a phase does not tell yet is empty."""

    letter: str
    text: str
    people: int | None = None
    rank: int | None = None
    levels: tuple[tuple[str, str, int], ...] = ()
    """Name of the strand, how it is marked, and the level the response shows on it."""
    why: str = ""
    now: str = ""
    leads_to: tuple[str, ...] = ()
    """Titles of the scenes that follow."""
    endings: tuple[str, ...] = ()
    """Titles of the endings that plays came to which enough people took this way."""


@dataclass(frozen=True, slots=True)
class Decision:
    title: str
    lines: tuple[str, ...]
    """The last of what was told before it, whoever played: with who says it."""
    responses: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of the case, and by how many it was cited."""

    text: str
    people: int | None
    by_reference: bool


@dataclass(frozen=True, slots=True)
class Rated:
    leader: CastMember
    strand_id: str
    strand: Strand
    counts: Mapping[int | None, int] | None
    """Level, or None for NE → people."""
    reference: Reference | None
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One thing a diagnosis may name."""

    name: str
    people: int | None
    verdict: Verdict | None
    """Only what the reference names has one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of the diagnosis."""

    question: str
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Diagnosed:
    parts: tuple[Part, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One item, as much of it as its phase tells."""

    item: Item
    number: int
    of: int
    phase: Phase
    scenario: str
    enough: bool
    """Whether enough people stand behind it to show numbers."""
    people: int | None
    """How many; only where numbers are told."""
    told: Decision | Rated | Diagnosed

    @property
    def phases(self) -> tuple[Phase, ...]:
        return self.item.phases

    @property
    def digest(self) -> str:
        """What tells this from anything else that can be shown."""
        return sha256(repr(self).encode()).hexdigest()[:12]


def look(session: Session, cohort: Joined, now: Now) -> Shown:
    """Return what a room sees of an open showing.

    :raise NotFound: if the version it was opened for is gone
    """
    script = script_of(session, now)
    scope = _scope(session, cohort, now, script)
    sums = NOTHING if scope is None else room_sums.sums_of(session, scope, now.item, now.round)
    return tell(script, now, sums)


def script_of(session: Session, now: Now) -> Script:
    """Return the scenario that is shown.

    :raise NotFound: if nothing is
    """
    if now.scenario_version_id is None:
        raise NotFound
    return library.script_of(session, now.scenario_version_id, now.digest)


def _scope(session: Session, cohort: Joined, now: Now, script: Script) -> Scope | None:
    if now.opened_by is None:
        return None
    try:
        return review.scope_of(
            session, cohort, script.scenario.id, viewer_id=now.opened_by,
            version_id=now.scenario_version_id,
        )  # fmt: skip
    except NotFound:  # nobody shows them anything of it, or not any more
        return None


def tell(script: Script, now: Now, sums: Sums) -> Shown:
    """Return as much of an item as its phase tells; below the minimum, without any number."""
    counts = now.phase is not Phase.HIDDEN and sums.enough
    return Shown(
        item=now.item,
        number=now.at + 1,
        of=len(now.agenda),
        phase=now.phase,
        scenario=script.scenario.title,
        enough=sums.enough,
        people=sums.people if counts else None,
        told=_told(script, now.item, now.phase, sums if counts else NOTHING),
    )


def _told(script: Script, item: Item, phase: Phase, sums: Sums) -> Decision | Rated | Diagnosed:
    if item.kind == DECISION:
        return _decision(script, item.about, phase, sums)
    if item.kind == RATING:
        return _rated(script, item, phase, sums)
    return _diagnosed(script, phase, sums)


def title_of(script: Script, item: Item) -> str:
    """Return what an item is called in a list."""
    if item.kind == DECISION:
        return script.scenario.scenes[item.about].title
    if item.kind == RATING:
        return f"{script.scenario.cast[item.about].name}: {script.rubric.strands[item.strand].name}"
    return "The diagnosis"


# Decisions


def _decision(script: Script, scene_id: str, phase: Phase, sums: Sums) -> Decision:
    compiled = script.scenes[scene_id]
    return Decision(
        title=compiled.scene.title,
        lines=_lines(script, compiled),
        responses=tuple(
            _response(script, "ABCDEFGHI"[place], id, compiled.scene.choices[id], phase, sums)
            for place, id in enumerate(compiled.moves)
        ),
    )


def _lines(script: Script, compiled: CompiledScene) -> tuple[str, ...]:
    """Return the last lines that everybody met: not what only one seat knew, or some plays."""
    found = [each.line for each in compiled.lines if each.test is None and not each.line.only]
    cast = script.scenario.cast
    return tuple(
        f"{cast[line.who].name}: “{line.says}”" if line.who else line.text or ""
        for line in found[-MOST_LINES:]
    )


def _response(
    script: Script, letter: str, id: str, choice: Choice, phase: Phase, sums: Sums
) -> Response:
    tells_reference = phase is Phase.REFERENCE
    follows = phase is Phase.LED_TO
    strands = script.rubric.strands
    return Response(
        letter=letter,
        text=choice.text,
        people=None if sums.answers is None else sums.answers.get(id, 0),
        rank=choice.rank if tells_reference or follows else None,
        levels=tuple(
            (strands[id].name, strands[id].short, level) for id, level in choice.shows.items()
        )
        if tells_reference
        else (),
        why=choice.why if tells_reference else "",
        now=choice.now if follows else "",
        leads_to=_leads_to(script, id) if follows else (),
        endings=_titles_of_endings(script, (sums.endings or {}).get(id, ())) if follows else (),
    )


def _leads_to(script: Script, choice_id: str) -> tuple[str, ...]:
    scene_id, _ = script.choices[choice_id]
    way = script.scenes[scene_id].moves[choice_id].way
    targets = [way.only] if not way.branches else [target for _, target in way.branches]
    return tuple(dict.fromkeys(_title_of_scene(script.scenario.scenes, each) for each in targets))


def _title_of_scene(scenes: Mapping[str, Scene], target: Target) -> str:
    return "the end" if target is None else scenes[target].title


def _titles_of_endings(script: Script, ids: Iterable[str]) -> tuple[str, ...]:
    reached = set(ids)
    return tuple(each.title for each in script.scenario.endings if each.id in reached)


# Ratings


def _rated(script: Script, item: Item, phase: Phase, sums: Sums) -> Rated:
    reference = script.scenario.leaders[item.about][item.strand]
    tells_reference = phase in (Phase.REFERENCE, Phase.LED_TO)
    return Rated(
        leader=script.scenario.cast[item.about],
        strand_id=item.strand,
        strand=script.rubric.strands[item.strand],
        counts=None
        if sums.answers is None
        else {level: count for level, count in sums.answers.items() if not isinstance(level, str)},
        reference=reference if tells_reference else None,
        cited=_cited(script, reference, sums) if phase is Phase.LED_TO else (),
    )


def _cited(script: Script, reference: Reference, sums: Sums) -> tuple[Cited, ...]:
    """Return the sentences most cited; where no numbers are told, those of the reference."""
    sentences = script.scenario.sentences
    if sums.cited is None:
        return tuple(Cited(sentences[id], None, True) for id in reference.evidence[:MOST_CITED])
    order = list(sentences)
    most = sorted(
        (id for id in sums.cited if id in sentences),
        key=lambda id: (-(sums.cited or {})[id], order.index(id)),
    )
    return tuple(
        Cited(sentences[id], sums.cited[id], id in reference.evidence) for id in most[:MOST_CITED]
    )


# The diagnosis

_Question = tuple[str, str, Mapping[str, Term | System], tuple[str, ...], tuple[str, ...]]
"""Field, question, what may be named, what the reference names first, and what beside it."""


def _diagnosed(script: Script, phase: Phase, sums: Sums) -> Diagnosed:
    words, reference = script.vocabulary, script.scenario.diagnosis
    tells = phase is Phase.REFERENCE
    parts: tuple[_Question, ...] = (
        ("systems", "Which systems are not at scale?", words.systems,
         reference.systems.primary, reference.systems.secondary),
        ("failed_tests", "What do they not do yet?", words.tests, reference.failed_tests, ()),
        ("who", "With whom does the barrier lie?", words.who, reference.barrier.who, ()),
        ("what", "What is the barrier?", words.barriers, reference.barrier.what,
         reference.barrier.also),
    )  # fmt: skip
    return Diagnosed(
        parts=tuple(
            Part(question, _named(part, known, sums, full if tells else (), also if tells else ()))
            for part, question, known, full, also in parts
        ),
        why=(reference.systems.why, reference.barrier.why) if tells else (),
    )


def _named(
    part: str,
    known: Mapping[str, Term | System],
    sums: Sums,
    full: tuple[str, ...],
    also: tuple[str, ...],
) -> tuple[Named, ...]:
    """Return what was named, the most first, and what the reference names."""
    counts = sums.answers
    found = {code: (counts or {}).get(f"{part}/{code}", 0) for code in known}
    named = [code for code in known if found[code] or code in full or code in also]
    return tuple(
        Named(
            known[code].name,
            None if counts is None else found[code],
            Verdict.FULL if code in full else Verdict.PART if code in also else None,
        )
        for code in sorted(named, key=lambda code: -found[code])
    )
