"""What to talk about, from a cohort's own answers: values in, a plan out, nothing read or stored.

The order is that of a debrief: what happened, then why, then what next. It names nobody and quotes
nobody's words, since it is read out; what fewer than three people answered is not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.script import Script
from lfp_trainer.services.access.shown import ROOM_MINIMUM
from lfp_trainer.services.review import Diagnoses, Evidence, Played, Rated, RatedCard, Split, Taken

MINUTES = (30, 45, 60, 90)
"""How long a debrief may be planned for."""
FEW = 0.25
"""Up to which share of a group an answer is that of a minority."""
LETTERS = 150
"""Of a response or a sentence on the plan, which is one page."""
AUTHORS = 2
"""Questions of the scenario's author at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan. What tells of answers follows them, and so has a name to be found by."""

    text: str
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a debrief: how long, what it is about, and what to say and ask, line by line."""

    minutes: int
    title: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(each.text for each in self.lines)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a plan is made from: the sums of a review, of everybody who shows it."""

    script: Script
    played: Played
    rated: Rated
    named: Diagnoses
    evidence: Mapping[tuple[str, str], Evidence]
    """Of the cards that are talked about."""


def cards_to_talk_about(rated: Rated) -> list[RatedCard]:
    """Return the card furthest from its reference, then the one that people differ on most; one
    where both are the same."""
    known = [each for each in rated.cards if sum(each.levels.values()) >= ROOM_MINIMUM]
    if not known:
        return []
    off = max(known, key=lambda each: abs(each.signed or 0))
    apart = max((each for each in known if each is not off), key=_apart, default=None)
    found = [off] if abs(off.signed or 0) >= 0.5 else []
    if apart is not None and (_apart(apart) > 0 or not found):
        found.append(apart)
    return found or [off]


def _apart(card: RatedCard) -> float:
    """Return how far a group's levels lie from each other: the share of unequal pairs, and of those
    more than a level apart once more."""
    if card.exact is None or card.adjacent is None:
        return 0.0
    return (1 - card.exact) + (1 - card.adjacent)


def largest_splits(played: Played) -> list[Split]:
    """Return the decisions that divided a group most evenly, the widest first; undivided ones not.

    By the chance that two plays taken at random chose differently; of those that at least a third
    of the people came to, since three who all differ tell a room only who they are.
    """
    enough = max(ROOM_MINIMUM, played.people / 3)
    divided = [each for each in played.splits if each.people >= enough and _divided(each) > 0]
    return sorted(divided, key=lambda each: -_divided(each))


def _divided(split: Split) -> float:
    return 1 - sum((each.plays / split.plays) ** 2 for each in split.choices)


def suggest(answers: Answers, *, minutes: int) -> tuple[Block, ...]:
    """Return a plan that fills so many minutes, in the order in which it is talked about."""
    parts = [
        (4, "Arrive", _arrive(answers)),
        (10, "What happened", _what_happened(answers)),
        (8, "Why: what we saw in the leaders", _ratings(answers)),
        (6, "Why: what we took to be the system and the barrier", _diagnosis(answers)),
        (5, "A voice worth hearing", _minority(answers)),
        (8, "What next", _what_next(answers)),
        (4, "Walking out with", iter(WALKING_OUT)),
    ]
    told = [(weight, title, tuple(lines)) for weight, title, lines in parts]
    said = [each for each in told if each[2]]
    shares = _shares([weight for weight, _, _ in said], minutes)
    return tuple(
        Block(share, title, lines) for share, (_, title, lines) in zip(shares, said, strict=True)
    )


def lines_that_follow(answers: Answers) -> dict[str, str]:
    """Return each line that tells of answers, as it reads now, by its name: also those that a plan
    would not suggest now, where somebody has kept them."""
    script = answers.script
    every = [*_arrive(answers), *_ended(answers), *_diagnosis(answers)]
    for split in answers.played.splits:
        if split.people >= ROOM_MINIMUM:
            every += _split(script, split)
            every += _few(script, split)
    for card in answers.rated.cards:
        if sum(card.levels.values()) >= ROOM_MINIMUM:
            every += _card(answers, card)
    return {each.follows: each.text for each in every if each.follows}


def _shares(weights: Sequence[int], minutes: int) -> list[int]:
    """Divide minutes by weight, each part at least one and all of them together exact."""
    total, ends, run = sum(weights), [0], 0
    for weight in weights:
        run += weight
        ends.append(round(minutes * run / total))
    return [after - before for before, after in zip(ends, ends[1:], strict=False)]


WALKING_OUT = (
    Line("Each writes one sentence and a day: what I do next, with whom, by when."),
    Line("Hear as many as like to read theirs out. Nobody has to."),
)


def _arrive(answers: Answers) -> Iterator[Line]:
    yield Line("This was practice. We talk about what the responses did, not about who gave them.")
    people = max(answers.played.people, answers.rated.people, answers.named.people)
    if people >= ROOM_MINIMUM:
        shared = f"{people} of us have shared a run. Before any numbers: what stayed with you?"
    else:
        shared = "Fewer than three of us have shared a run yet, so this plan has no numbers."
    yield Line(shared, "people")


def _what_happened(answers: Answers) -> Iterator[Line]:
    yield from _ended(answers)
    splits = largest_splits(answers.played)[:2]
    for split in splits:
        yield from _split(answers.script, split)
    if splits:
        yield Line("Ask each side: what did you see that made it the next thing to do?")


def _ended(answers: Answers) -> Iterator[Line]:
    played = answers.played
    over = {id: count for id, count in played.endings.items() if count}
    if played.people >= ROOM_MINIMUM and over:
        titles = {each.ending.id: each.ending.title for each in answers.script.endings}
        told = "; ".join(f"{titles[id]} {count}" for id, count in over.items())
        yield Line(f"How {sum(over.values())} conversations ended: {told}.", "ended")


def _split(script: Script, split: Split) -> Iterator[Line]:
    title = script.scenario.scenes[split.scene_id].title
    first, second = sorted(split.choices, key=lambda each: -each.plays)[:2]
    yield Line(
        f"At “{title}”: {first.plays} of {split.plays} chose “{_text(script, first)}”,"
        f" {second.plays} “{_text(script, second)}”.",
        f"split:{split.scene_id}",
    )


def _ratings(answers: Answers) -> Iterator[Line]:
    cards = cards_to_talk_about(answers.rated)
    cited = set[str]()
    for card in cards:
        for line in _card(answers, card):
            sentence = line.text.partition("“")[2]
            if not sentence or sentence not in cited:
                yield line
            cited.add(sentence)
    if any(card.reference.band.levels for card in cards):
        yield Line("Which sentence would you cite for a level less, and which for a level more?")


def _card(answers: Answers, card: RatedCard) -> Iterator[Line]:
    script = answers.script
    name = script.scenario.cast[card.leader].name
    strand = script.rubric.strands[card.strand].name
    accepted = _accepted(script, card.reference)
    place = f"{card.leader}/{card.strand}"
    yield Line(
        f"{name}, {strand}: {_given(script, card)}. Reference, provisional: {accepted}.",
        f"rated:{place}",
    )
    known = answers.evidence.get((card.leader, card.strand))
    most = next(iter(known.cited), None) if known else None
    if most is not None and most.people >= ROOM_MINIMUM:
        yield Line(f"Most cited ({most.people}): “{_short(most.text)}”", f"cited:{place}")


def _given(script: Script, card: RatedCard) -> str:
    levels = [f"level {level}: {people}" for level, people in card.levels.items() if people]
    silent = f"{script.rubric.not_enough.called}: {card.not_enough}"
    return ", ".join([*levels, *([silent] if card.not_enough else [])])


def _accepted(script: Script, reference: Reference) -> str:
    levels = reference.band.levels
    ends = dict.fromkeys([f"{min(levels)}", f"{max(levels)}"]) if levels else {}
    silent = [script.rubric.not_enough.called] if reference.band.takes_ne or not levels else []
    return " or ".join([*(["–".join(ends)] if ends else []), *silent])


def _diagnosis(answers: Answers) -> Iterator[Line]:
    named, words = answers.named, answers.script.vocabulary
    if named.people < ROOM_MINIMUM:
        return
    for part, about, terms in (
        ("systems", "Not at scale", {code: each.name for code, each in words.systems.items()}),
        ("what", "The barrier", {code: each.name for code, each in words.barriers.items()}),
    ):
        most = [each for each in named.parts[part] if each.people][:3]
        expected = [terms[each.code] for each in named.parts[part] if each.in_reference]
        if most:
            told = ", ".join(f"{terms[each.code]} {each.people}" for each in most)
            yield Line(
                f"{about}, as {named.people} of us named it: {told}. Reference, provisional:"
                f" {', '.join(expected)}.",
                f"named:{part}",
            )
    yield Line("What would have to be true in every building before we called it at scale?")


def _minority(answers: Answers) -> Iterator[Line]:
    enough = max(ROOM_MINIMUM, answers.played.people / 3)
    for split in answers.played.splits:
        lines = [*_few(answers.script, split)] if split.people >= enough else []
        if lines:
            yield from lines
            yield Line("Who can make the case for it, whatever they chose? Never ask who did.")
            return


def _few(script: Script, split: Split) -> Iterator[Line]:
    """Yield the best ranked response of a decision that only a minority chose, if there is one."""
    few = _of_few(script, split)
    if few is None:
        return
    title = script.scenario.scenes[split.scene_id].title
    yield Line(
        f"At “{title}” only {few.plays} of {split.plays} chose “{_text(script, few)}”.",
        f"few:{split.scene_id}",
    )
    minority = script.choices[few.choice_id][1].minority
    if minority:
        yield Line(f"What can be said for it: {_short(minority)}", f"few-for:{split.scene_id}")


def _of_few(script: Script, split: Split) -> Taken | None:
    ranked = sorted(split.choices, key=lambda each: script.choices[each.choice_id][1].rank)
    best = script.choices[ranked[0].choice_id][1].rank
    few = [
        each
        for each in ranked
        if 0 < each.plays <= FEW * split.plays and _is_worth_hearing(script, each, best)
    ]
    return few[0] if few else None


def _is_worth_hearing(script: Script, taken: Taken, best: int) -> bool:
    choice = script.choices[taken.choice_id][1]
    return choice.rank == best or choice.minority is not None


def _what_next(answers: Answers) -> Iterator[Line]:
    yield from (Line(each) for each in answers.script.scenario.debrief[:AUTHORS])
    yield Line("Where do we have this conversation at home, and who starts it?")


def _text(script: Script, taken: Taken) -> str:
    return _short(script.choices[taken.choice_id][1].text)


def _short(text: str) -> str:
    return shorten(text, LETTERS, placeholder=" …")
