"""Sets the stage for a review: a cohort that has played one scenario, and shows all of it.

The scenario is a real one with three more decisions before it, so that a play takes ten. The plays
are some hundred that bots played through it, taken over and over; rows are stored in bulk, as the
services store them one by one.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from lfp_trainer import config, scenario_files
from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.services import accounts, choices, cohorts, demo, library
from lfp_trainer.services.library import Published
from lfp_trainer.services.ratings import cards_of
from lfp_trainer.services.runs import own_seats
from lfp_trainer.storage import database
from lfp_trainer.storage.models import (
    Cohort,
    Diagnosis,
    Membership,
    Participant,
    Place,
    Rating,
    Role,
    Round,
    Run,
    Stage,
    Step,
    User,
    WorkPosition,
    table,
)
from tests.scenarios import to_yaml

SCENARIO = "glowing-observations"
EARLIER = 3
"""How many decisions come before its own."""
STEPS, EACH = 10, 10
"""How many steps a play takes, and how many plays a person has."""
PLAYS = 200
"""How many different plays there are."""
REASONS = ("", "", "It keeps the door open.", "We need to look at the same thing.")
AT_ONCE = 5000
EMAIL = "facilitator@bench.example"


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with a cohort to review."""

    cohort_key: str
    facilitator_id: int
    email: str
    scenario_id: str
    people: int
    runs: int
    steps: int


@dataclass(frozen=True, slots=True)
class Way:
    """One play of the scenario."""

    seat: str
    steps: tuple[dict[str, Any], ...]
    ending_id: str | None


def fill(engine: sa.Engine, *, steps: int, password_hash: str = "!") -> Filled:
    """Add a cohort with a person for each hundred steps, who played ten times each.

    The scenarios must be published (``installation.make_ready``).
    """
    dice, now = Random(steps), datetime.now(UTC)
    runs, email = steps // STEPS, f"{steps}-{EMAIL}"
    with Session(engine, expire_on_commit=False) as session, database.writing(session):
        published = _longer(session, now)
        facilitator = accounts.register(
            session, name="Dana", email=email, password_hash=password_hash,
            role=Role.FACILITATOR, now=now - timedelta(days=9),
        )  # fmt: skip
        key = cohorts.make(session, name="Spring", user_id=facilitator, now=now - timedelta(days=9))
        cohort_id = session.scalars(sa.select(Cohort.id).where(Cohort.key == key)).one()
        people = _people(session, cohort_id, runs // EACH, dice, now)
        ways = [_way(published.script, dice) for _ in range(PLAYS)]
        drawn = _drawn(ways, runs, dice)
        plays = [(people[number % len(people)], way) for number, way in enumerate(drawn)]
        _add_runs(session, published, cohort_id, plays, dice, now)
    _settle(engine)
    taken = sum(len(way.steps) for _, way in plays)
    return Filled(key, facilitator, email, SCENARIO, len(people), len(plays), taken)


def _longer(session: Session, now: datetime) -> Published:
    """Publish a scenario that begins with its first decision, a few times over."""
    path = next(p for p in scenario_files.find_scenarios(config.SCENARIOS) if p.stem == SCENARIO)
    sources = scenario_files.read_sources(path)
    data = yaml.safe_load(sources.scenario)
    first = data["scenes"][data["start"]]
    for number in range(EARLIER):
        choices = {
            f"{id}-{number}": {key: each[key] for key in each if key != "effects"}
            | {"goto": data["start"]}
            for id, each in first["choices"].items()
        }
        stand_in = [rule | {"choose": f"{rule['choose']}-{number}"} for rule in first["stand_in"]]
        data["start"] = f"earlier-{number}"
        data["scenes"][data["start"]] = first | {"choices": choices, "stand_in": stand_in}
    longer = replace(sources, scenario=to_yaml(data).encode())
    return library.current(session, library.publish(session, longer, now=now))


def _people(session: Session, cohort_id: int, count: int, dice: Random, now: datetime) -> list[int]:
    marked = secrets.token_hex(4)
    made = [
        {"name": f"Learner {number} {marked}", "role": Role.LEARNER, "created_at": now,
         "position": dice.choice([*WorkPosition])}
        for number in range(count)
    ]  # fmt: skip
    _add(session, User, made)
    ids = session.scalars(sa.select(User.id).where(User.name.endswith(marked)).order_by(User.id))
    people = list(ids)
    _add(
        session,
        Membership,
        [
            {"cohort_id": cohort_id, "user_id": each, "role": Place.LEARNER, "joined_at": now}
            for each in people
        ],
    )
    return people


def _way(script: Script, dice: Random) -> Way:
    """Play the scenario once, the stand-in in the seats that nobody holds; now and then stop."""
    seat = dice.choice((BOTH, *script.scenario.seats))
    habit = dice.choice((demo.mostly_well, demo.mostly_well, demo.by_chance, demo.by_reference))
    held, position, steps = own_seats(script, seat), play.start(script), list[dict[str, Any]]()
    stop = dice.random() < 0.05
    while position.scene is not None and not (stop and len(steps) > 3):
        on_turn = play.seats_on_turn(script, position)
        mine = [each for each in on_turn if each in held]
        choice_id = (
            habit(script, position, dice) if mine else play.stand_in_choice(script, position)
        )
        steps.append(
            {
                "seat": (mine or on_turn)[0], "stand_in": not mine, "scene_id": position.scene,
                "choice_id": choice_id, "led_to": choices.led_to(script, position, choice_id),
                "reason": dice.choice(REASONS) if mine else "",
            }
        )  # fmt: skip
        position = play.choose(script, position, choice_id)
    ending = play.ending_of(script, position)
    return Way(seat, tuple(steps), None if ending is None else ending.id)


def _drawn(ways: list[Way], count: int, dice: Random) -> Iterator[Way]:
    """Draw plays, each so long that all of them come to ``STEPS`` on average."""
    lengths = sorted({len(way.steps) for way in ways})
    ahead = 0
    for left in range(count, 0, -1):
        # Nobody runs so far ahead or behind that the last one could not make up for it.
        fits = [n for n in lengths if n - STEPS + ahead in (range(-2, 3) if left > 1 else (0,))]
        way = dice.choice([each for each in ways if len(each.steps) in fits])
        ahead += len(way.steps) - STEPS
        yield way


def _add_runs(
    session: Session,
    published: Published,
    cohort_id: int,
    plays: list[tuple[int, Way]],
    dice: Random,
    now: datetime,
) -> None:
    marked = secrets.token_hex(4)
    shown: dict[str, Any] = {
        "scenario_version_id": published.version_id, "cohort_id": cohort_id, "shown_at": now,
    }  # fmt: skip
    _add(
        session,
        Run,
        [
            shown
            | {"key": f"{marked}-{n:07}", "start_key": f"{marked}-{n:07}", "started_at": now,
               "moves": len(way.steps), "ending_id": way.ending_id,
               "ended_at": now if way.ending_id else None}
            for n, (_, way) in enumerate(plays)
        ],
    )  # fmt: skip
    ids = session.scalars(sa.select(Run.id).where(Run.key.startswith(marked)).order_by(Run.key))
    runs = [(run_id, *each) for run_id, each in zip(ids, plays, strict=True)]
    _add(
        session,
        Participant,
        [
            {"run_id": run_id, "user_id": user_id, "seat": way.seat, "changed_at": now,
             "stage": Stage.DONE if way.ending_id else Stage.ROLE_PLAY, "shared_at": now}
            for run_id, user_id, way in runs
        ],
    )  # fmt: skip
    _add(
        session,
        Step,
        (
            step | shown
            | {"run_id": run_id, "number": number, "chosen_at": now,
               "ending_id": way.ending_id, "user_id": None if step["stand_in"] else user_id}
            for run_id, user_id, way in runs
            for number, step in enumerate(way.steps, start=1)
        ),
    )  # fmt: skip
    _add(session, Diagnosis, _diagnoses(published.script, runs, dice, now))
    _add(session, Rating, _ratings(published.script, runs, dice, now))


def _diagnoses(
    script: Script, runs: list[tuple[int, int, Way]], dice: Random, now: datetime
) -> Iterator[dict[str, Any]]:
    words = script.vocabulary
    for run_id, user_id, _ in runs:
        yield {
            "run_id": run_id, "user_id": user_id, "reason": dice.choice(REASONS),
            "systems": dice.sample([*words.systems], 2),
            "failed_tests": dice.sample([*words.tests], 1), "who": dice.sample([*words.who], 1),
            "what": dice.sample([*words.barriers], 2), "saved_at": now, "committed_at": now,
        }  # fmt: skip


def _ratings(
    script: Script, runs: list[tuple[int, int, Way]], dice: Random, now: datetime
) -> Iterator[dict[str, Any]]:
    sentences = [*script.scenario.sentences]
    for run_id, user_id, _ in runs:
        # Afterwards not everybody rates again.
        for round in (Round.BEFORE, Round.AFTER)[: 2 if dice.random() < 0.3 else 1]:
            for leader, strand in cards_of(script):
                middle = script.scenario.leaders[leader][strand].number or 2
                level = max(1, min(5, middle + dice.choice((-1, 0, 0, 1, 1, 2))))
                silent = dice.random() < 0.08
                yield {
                    "run_id": run_id, "rater_id": user_id, "round": round, "leader": leader,
                    "strand": strand, "level": None if silent else level, "not_enough": silent,
                    "reason": "That is what the text shows.",
                    "evidence": [] if silent else dice.sample(sentences, 2),
                    "saved_at": now, "committed_at": now,
                }  # fmt: skip


def _add(session: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        session.execute(sa.insert(table(model)), some)


def _settle(engine: sa.Engine) -> None:
    """Let PostgreSQL learn what is in its tables, as it does by itself after a while."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
