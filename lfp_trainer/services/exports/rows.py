"""The rows of an export, read some runs at a time.

A look into the database is over before its rows are handed on: whoever writes meanwhile waits for
nothing, the log of SQLite can be emptied in between, and memory holds a hundred runs at most.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.engine import rubric
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import library
from lfp_trainer.services.exports import columns
from lfp_trainer.services.exports.chosen import Chosen, Wanted
from lfp_trainer.services.exports.columns import Sheet
from lfp_trainer.storage.models import (
    Assignment,
    Diagnosis,
    Rating,
    Run,
    ScenarioVersion,
    Step,
)

Row = dict[str, Any]
FORMAT_VERSION = 1
ON_NE = (
    "NE means: not enough evidence in the text. It is an answer of its own, missing and never zero:"
    " leave it out of an average, and count it by itself."
)
NOT_FOR_JUDGING = (
    "Made to see what to practice next. It is not for evaluating anybody, and says nothing about"
    " how somebody leads."
)
STILL = (
    "Without names. What people wrote is as they wrote it, and in a small group somebody may be"
    " known by their position or their words. Whoever has this file keeps it to themselves."
)
NAMED = "With names. Whoever has this file keeps it to themselves."


@dataclass
class Rows:
    """Reads what one export tells."""

    session: Session
    wanted: Wanted
    chosen: Chosen
    scripts: dict[int, Script | None] = field(default_factory=dict)
    versions: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Run → its version and the scenario's id."""

    def sheets(self) -> Iterator[tuple[Sheet, Iterable[Row]]]:
        """Return every sheet of the file, in order, with its rows."""
        with_names = self.wanted.with_names
        yield columns.ABOUT, self._about()
        yield columns.PEOPLE, self._people()
        yield columns.RUNS, self._in_parts(self._runs)
        yield columns.STEPS, self._in_parts(self._steps)
        yield columns.DIAGNOSES, self._in_parts(self._diagnoses)
        yield columns.RATINGS, self._in_parts(self._ratings)
        yield columns.DICTIONARY, columns.dictionary(with_names=with_names)

    def _about(self) -> Iterator[Row]:
        wanted = self.wanted
        facts = {
            "cohort": wanted.cohort_name,
            "made": self._when(wanted.begun_at),
            "times": "UTC",
            "only_scenario": wanted.scenario_id or "",
            "only_one_assignment": wanted.assignment_key is not None,
            "with_names": wanted.with_names,
            "format_version": FORMAT_VERSION,
            **{f"rows_in_{name}": count for name, count in self.chosen.counts.items()},
            "what_it_holds": "What people of this cohort have agreed to show its facilitators.",
            "who_can_be_known": NAMED if wanted.with_names else STILL,
            "what_it_is_for": NOT_FOR_JUDGING,
            "how_to_read_NE": ON_NE,
        }
        for what, told in facts.items():
            yield {"what": what, "told": told}

    def _people(self) -> Iterator[Row]:
        for seat in self.chosen.seats:
            yield {
                **self._who(seat.user_id),
                "position": _word(seat.position),
                "run": self.chosen.runs[seat.run_id],
                "seat": seat.seat,
                "stage": _word(seat.stage),
                "shared": self._when(seat.shared_at),
            }

    def _in_parts(self, read: Callable[[list[int]], list[Row]]) -> Iterator[Row]:
        for run_ids in self.chosen.in_parts():
            found = read(run_ids)
            self.session.rollback()  # the look is over
            yield from found

    def _runs(self, run_ids: list[int]) -> list[Row]:
        query = (
            self.wanted.seats(
                Run.id, Run.started_at, Run.ended_at, Run.ending_id,
                ScenarioVersion.id.label("version"), ScenarioVersion.scenario_id,
                ScenarioVersion.title, ScenarioVersion.digest, Assignment.due_at,
            )
            .join(ScenarioVersion, ScenarioVersion.id == Run.scenario_version_id)
            .outerjoin(Assignment, Assignment.id == Run.assignment_id)
            .distinct()
        )  # fmt: skip
        return [self._run(row) for row in self._once(query, run_ids, by=Run.id)]

    def _run(self, row: Any) -> Row:
        self.versions[row.id] = row.version, row.scenario_id
        self._keep_script(row.version, row.digest)
        steps = self.chosen.conversations.get(row.id)
        told: Row = dict.fromkeys(("steps", "ended", "ending", "ending_title"))
        if steps is not None:
            told = {
                "steps": steps,
                "ended": self._when(row.ended_at),
                "ending": row.ending_id,
                "ending_title": self._ending(row.version, row.ending_id),
            }
        return {
            "run": self.chosen.runs[row.id],
            "scenario": row.scenario_id,
            "scenario_title": row.title,
            "version": row.digest[:12],
            "assignment_due": self._when(row.due_at),
            "started": self._when(row.started_at),
            "conversation": steps is not None,
            **told,
        }

    def _steps(self, run_ids: list[int]) -> list[Row]:
        shown = [id for id in run_ids if id in self.chosen.conversations]
        query = self.wanted.steps(
            Step.run_id, Step.number, Step.seat, Step.user_id, Step.stand_in, Step.scene_id,
            Step.choice_id, Step.reason, Step.led_to, Step.chosen_at,
        )  # fmt: skip
        return [
            {
                **self._of(row.run_id),
                "number": row.number,
                "seat": row.seat,
                **self._who(row.user_id),
                "by_stand_in": row.stand_in,
                "scene": row.scene_id,
                "scene_title": _scene(self._script(row.run_id), row.scene_id),
                "choice": row.choice_id,
                "choice_text": _choice(self._script(row.run_id), row.choice_id),
                "reason": row.reason,
                "led_to": (row.led_to or "").split(),
                "chosen": self._when(row.chosen_at),
            }
            for row in self._once(query, shown, by=Step.run_id, then=[Step.number])
        ]

    def _diagnoses(self, run_ids: list[int]) -> list[Row]:
        query = self.wanted.answers(
            Diagnosis.user_id, Diagnosis.run_id, Diagnosis.user_id, Diagnosis.systems,
            Diagnosis.failed_tests, Diagnosis.who, Diagnosis.what, Diagnosis.reason,
            Diagnosis.committed_at,
        )  # fmt: skip
        return [
            {
                **self._of(row.run_id),
                **self._who(row.user_id),
                "systems": row.systems,
                "systems_names": _systems(self._script(row.run_id), row.systems),
                "failed_tests": row.failed_tests,
                "barrier_who": row.who,
                "barrier_what": row.what,
                "reason": row.reason,
                "committed": self._when(row.committed_at),
            }
            for row in self._once(query, run_ids, by=Diagnosis.run_id)
            if row.user_id in self.chosen.people
        ]

    def _ratings(self, run_ids: list[int]) -> list[Row]:
        query = self.wanted.answers(
            Rating.rater_id, Rating.run_id, Rating.rater_id, Rating.round, Rating.leader,
            Rating.strand, Rating.level, Rating.not_enough, Rating.flag, Rating.reason,
            Rating.evidence, Rating.committed_at,
        )  # fmt: skip
        order: list[Any] = [Rating.round.desc(), Rating.leader, Rating.strand]
        return [
            {
                **self._of(row.run_id),
                **self._who(row.rater_id),
                "round": _word(row.round),
                "leader": row.leader,
                "strand": row.strand,
                "level": row.level,
                "not_enough": row.not_enough,
                "flag": row.flag,
                "reason": row.reason,
                "evidence": row.evidence,
                "committed": self._when(row.committed_at),
                **_beside(self._script(row.run_id), row),
            }
            for row in self._once(query, run_ids, by=Rating.run_id, then=order)
            if row.rater_id in self.chosen.people
        ]

    def _once(
        self,
        query: sa.Select[*tuple[Any, ...]],
        run_ids: list[int],
        *,
        by: InstrumentedAttribute[int],
        then: Sequence[Any] = (),
    ) -> list[Any]:
        """Return the rows of some runs, in the order of the runs in this file."""
        if by is not Run.id:
            # One that is not shown any more, since its own row was to be read, tells nothing else.
            run_ids = [id for id in run_ids if id in self.versions]
        found = self.session.execute(query.where(by.in_(run_ids)).order_by(by, *then)).all()
        place = {id: at for at, id in enumerate(run_ids)}
        return sorted(found, key=lambda row: place[row[0]])

    def _of(self, run_id: int) -> Row:
        return {"run": self.chosen.runs[run_id], "scenario": self.versions[run_id][1]}

    def _who(self, user_id: int | None) -> Row:
        who = {"person": "", "name": ""}
        if user_id is not None:
            who = {
                "person": self.chosen.people.get(user_id, ""),
                "name": self.chosen.names.get(user_id, ""),
            }
        return who if self.wanted.with_names else {"person": who["person"]}

    def _when(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        then = moment.astimezone(UTC)
        return f"{then:%Y-%m-%d %H:%M:%S}" if self.wanted.with_names else f"{then:%Y-%m-%d}"

    def _keep_script(self, version: int, digest: str) -> None:
        if version in self.scripts:
            return
        try:
            self.scripts[version] = library.script_of(self.session, version, digest)
        except (NotFound, ValueError):
            # A version that cannot be read is played by nobody; what was said in it stays told.
            self.scripts[version] = None

    def _script(self, run_id: int) -> Script | None:
        return self.scripts[self.versions[run_id][0]]

    def _ending(self, version: int, ending_id: str | None) -> str:
        script = self.scripts[version]
        endings = script.scenario.endings if script else ()
        return next((each.title for each in endings if each.id == ending_id), "")


def _word(value: Enum | None) -> str:
    return "" if value is None else str(value.value)


def _scene(script: Script | None, scene_id: str) -> str:
    scene = script.scenario.scenes.get(scene_id) if script else None
    return scene.title if scene else ""


def _choice(script: Script | None, choice_id: str) -> str:
    found = script.choices.get(choice_id) if script else None
    return found[1].text if found else ""


def _systems(script: Script | None, codes: Sequence[str]) -> list[str]:
    known = script.vocabulary.systems if script else {}
    return [known[code].name if code in known else "" for code in codes]


def _beside(script: Script | None, row: Any) -> Mapping[str, Any]:
    """Return what stands beside a rating: the reference, and the words behind its ids."""
    scenario = script.scenario if script else None
    member = scenario.cast.get(row.leader) if scenario else None
    reference = scenario.leaders.get(row.leader, {}).get(row.strand) if scenario else None
    sentences = scenario.sentences if scenario else {}
    given = rubric.Rating(row.level, row.flag, row.reason, tuple(row.evidence))
    return {
        "leader_name": member.name if member else "",
        "in_band": reference.compare(given).in_band if reference else None,
        "reference": "" if reference is None else f"{reference.level}",
        "evidence_texts": [sentences.get(id, "") for id in row.evidence],
    }
