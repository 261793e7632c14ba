"""Somebody's calibration profile, from what they have rated in runs and in sets of vignettes.

Only first answers that are committed count: how close a draft is would be a hint, and whoever
rates the same once more has seen its reference. It is theirs alone; every function takes their id
and finds nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.calibration import Fact, Profile, fact
from lfp_trainer.engine.calibration.profile import profile
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.services import access, library, shelf
from lfp_trainer.storage.models import (
    ExerciseRating,
    Rating,
    Round,
    Run,
    ScenarioVersion,
    WorkPosition,
)

MOST_READ = 160
"""The window: the latest ratings in runs and as many of vignettes, whichever rubrics they are on.
Enough for the figures and a dozen sittings of usual size on one rubric; whoever rates on several
has a shorter trend on each."""

OWN_ROLES = {
    WorkPosition.CENTRAL_OFFICE: "partner",
    WorkPosition.ELEMENTARY: "principal",
    WorkPosition.MIDDLE: "principal",
    WorkPosition.HIGH: "principal",
}
"""Where somebody works → the role they share in a rubric that has it."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A run or a set in which something was rated."""

    title: str
    """Of the scenario; empty for a set."""
    run_key: str | None = None
    set_number: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How somebody rates on one rubric."""

    key: str
    """Names the rubric and the lengths of its ladders: ratings on others are another matter."""
    rubric: Rubric
    profile: Profile
    sittings: Mapping[str, Sitting]
    """What the parts of the trend are, by name."""


@dataclass(slots=True)
class _Found:
    """What was rated on one rubric."""

    rubric: Rubric
    facts: list[Fact] = field(default_factory=list)
    sittings: dict[str, Sitting] = field(default_factory=dict)

    def add(self, each: Fact, sitting: Sitting) -> None:
        self.facts.append(each)
        self.sittings[each.sitting] = sitting


def readings_of(session: Session, user_id: int, exercise: Exercise | None) -> list[Reading]:
    """Return how somebody rates, rubric by rubric, the one they rated on most first.

    :param exercise: the vignettes that are rated on this site
    """
    found: dict[str, _Found] = {}
    _read_runs(session, user_id, found)
    if exercise is not None:
        _read_sets(session, user_id, exercise, found)
    readings = [
        Reading(key, each.rubric, profile(each.rubric, each.facts), each.sittings)
        for key, each in found.items()
    ]
    return sorted(readings, key=lambda each: -each.profile.rated)


def key_of(scale: Rubric) -> str:
    """Return the name of a rubric with the lengths of its ladders."""
    return "-".join((scale.id, *(f"{scale.highest(strand)}" for strand in scale.strands)))


def role_of(word: str, scale: Rubric) -> str | None:
    """Return the role whose signs fit somebody, where the rubric has one of that name."""
    return word if word in scale.roles else None


def own_role(position: WorkPosition | None, scale: Rubric) -> str | None:
    """Return the role that somebody shares, going by where they work."""
    return None if position is None else role_of(OWN_ROLES.get(position, ""), scale)


def _read_runs(session: Session, user_id: int, found: dict[str, _Found]) -> None:
    """Read what was rated in the first run of each scenario, whichever version it was of."""
    first = (
        access.run_ratings_of(
            user_id, Rating.id, Rating.run_id, Rating.committed_at,
            _nth(Rating, ScenarioVersion.scenario_id),
        )
        .where(
            Rating.round == Round.BEFORE,
            Rating.committed_at.is_not(None),
            access.IS_PLAY,
        )
        .subquery()
    )  # fmt: skip
    # The other ratings of that run were committed with the one that came first.
    runs = sa.select(first.c.run_id).where(first.c.nth == 1)
    rows = session.execute(
        access.run_ratings_of(
            user_id, Rating.run_id, Rating.leader, Rating.strand, Rating.level, Rating.flag,
            Rating.committed_at, Run.key, ScenarioVersion.id, ScenarioVersion.digest,
        )
        .where(Rating.id.in_(sa.select(first.c.id).where(first.c.run_id.in_(runs))))
        .order_by(Rating.committed_at.desc(), Rating.id.desc())
        .limit(MOST_READ)
    ).all()  # fmt: skip
    for run_id, leader, strand, level, flag, at, run_key, version_id, digest in _whole(rows):
        script = library.script_of(session, version_id, digest)
        scenario, scale = script.scenario, script.rubric
        each = fact(
            rubric.Rating(level, flag),
            scenario.leaders[leader][strand],
            sitting=f"run {run_id}",
            subject=leader,
            strand=strand,
            role=role_of(scenario.cast[leader].role or leader, scale),
            at=at,
        )
        _of(found, scale).add(each, Sitting(scenario.title, run_key=run_key))


def _read_sets(
    session: Session, user_id: int, exercise: Exercise, found: dict[str, _Found]
) -> None:
    """Read the first rating of each text on each strand; a vignette may come back."""
    first = (
        access.exercise_ratings_of(
            user_id, exercise.id, ExerciseRating.id,
            _nth(
                ExerciseRating,
                ExerciseRating.text_id, ExerciseRating.rubric_id, ExerciseRating.strand,
            ),
        )
        .where(ExerciseRating.committed_at.is_not(None))
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        access.exercise_ratings_of(
            user_id, exercise.id,
            ExerciseRating.set_number, ExerciseRating.text_id, ExerciseRating.rubric_id,
            ExerciseRating.strand, ExerciseRating.level, ExerciseRating.flag,
            ExerciseRating.committed_at, ExerciseRating.digest,
        )
        .where(ExerciseRating.id.in_(sa.select(first.c.id).where(first.c.nth == 1)))
        .order_by(ExerciseRating.committed_at.desc(), ExerciseRating.id.desc())
        .limit(MOST_READ)
    ).all()  # fmt: skip
    for number, text_id, rubric_id, strand, level, flag, at, digest in _whole(rows):
        text = exercise.texts.get(text_id)
        # What was rewritten since, or taken out, has nothing to be held beside.
        if text is None or digest != text.digest or strand not in text.reference[rubric_id]:
            continue
        scale = exercise.rubrics[rubric_id]
        each = fact(
            rubric.Rating(level, flag),
            text.reference[rubric_id][strand],
            sitting=f"set {number}",
            subject=text_id,
            strand=strand,
            role=role_of(text.role or "", scale),
            at=at,
        )
        _of(found, scale).add(each, Sitting("", set_number=number))


def _nth(rating: type[Rating | ExerciseRating], *same: InstrumentedAttribute[str]) -> sa.Label[int]:
    """Count the ratings of the same thing in the order in which they were committed."""
    return (
        sa.func.row_number()
        .over(partition_by=same, order_by=(rating.committed_at, rating.id))
        .label("nth")
    )


def _of(found: dict[str, _Found], scale: Rubric) -> _Found:
    return found.setdefault(key_of(scale), _Found(scale))


def _whole(rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Leave out the sitting that was cut by the limit, unless it is the only one there is.

    Each row begins with its sitting.
    """
    if len(rows) < MOST_READ:
        return rows
    return [row for row in rows if row[0] != rows[-1][0]] or rows


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario that somebody has not finished, and what there is to rate in it."""

    scenario_id: str
    title: str
    roles: Mapping[str, int]
    """How many leaders it has of each role."""
    apart: int
    """How many of its leaders the reference rates differently from strand to strand."""


def cases_for(cards: Iterable[shelf.Card], scale: Rubric) -> list[Case]:
    """Return the cases rated on a rubric that somebody has not finished, the one to take first
    first."""
    left = [
        card
        for card in cards
        if not card.played.ended and key_of(card.published.script.rubric) == key_of(scale)
    ]
    found = []
    while (card := shelf.suggest(left)) is not None:
        left.remove(card)
        found.append(_case(card, scale))
    return found


def _case(card: shelf.Card, scale: Rubric) -> Case:
    scenario = card.scenario
    roles = Counter(
        role
        for leader in scenario.leaders
        if (role := role_of(scenario.cast[leader].role or leader, scale))
    )
    apart = sum(
        len({each.level for each in strands.values()}) > 1 for strands in scenario.leaders.values()
    )
    return Case(scenario.id, scenario.title, roles, apart)
