"""What a cohort shows, counted by hand: plain rows of the database, plain Python, the scenario's
own text. Nothing here asks the services how they count.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.script import Script
from lfp_trainer.services import library
from tests.browser.server import Site

Row = dict[str, Any]
Card = tuple[str, str]
SCENARIO = "glowing-observations"
PARTS = ("systems", "failed_tests", "who", "what")
STAGES = ("case", "diagnosis", "rating", "role-play", "debrief", "next-step", "done")
SEATS = """
    SELECT p.run_id, p.user_id, p.seat, p.stage, p.shared_at, r.ending_id, r.key,
           u.name, u.position
    FROM participant p JOIN run r ON r.id = p.run_id JOIN cohort c ON c.id = r.cohort_id
    JOIN user u ON u.id = p.user_id
    WHERE c.key = :key AND p.shared_at IS NOT NULL ORDER BY p.run_id"""
MEMBERS = """
    SELECT u.id, u.name FROM membership m JOIN cohort c ON c.id = m.cohort_id
    JOIN user u ON u.id = m.user_id WHERE c.key = :key AND m.role != 'facilitator'"""
STEPS = "SELECT * FROM step ORDER BY run_id, number"
DIAGNOSES = "SELECT * FROM diagnosis WHERE committed_at IS NOT NULL"
RATINGS = "SELECT * FROM rating WHERE committed_at IS NOT NULL AND round = 'before'"


@dataclass
class Raw:
    """The rows behind every number, at one moment. Everybody here plays once, and alone."""

    script: Script
    members: list[Row]
    seats: list[Row]
    """Of who has agreed."""
    steps: list[Row]
    diagnoses: list[Row]
    ratings: list[Row]
    private: int
    """How many steps stand in runs that nobody agreed to show."""

    @classmethod
    def read(cls, site: Site, cohort: str) -> "Raw":
        """Read all there is behind a cohort.

        :param cohort: the path of its page
        """
        key = cohort.rpartition("/")[2]
        with site.session() as session:
            seats = _rows(session, SEATS, key=key)
            shown = {each["run_id"] for each in seats}
            steps = _rows(session, STEPS)
            return cls(
                script=library.current(session, SCENARIO).script,
                members=_rows(session, MEMBERS, key=key),
                seats=seats,
                steps=[each for each in steps if each["run_id"] in shown],
                diagnoses=_of(_rows(session, DIAGNOSES), seats, "user_id"),
                ratings=_of(_rows(session, RATINGS), seats, "rater_id"),
                private=sum(each["run_id"] not in shown for each in steps),
            )

    # Conversations

    @property
    def plays(self) -> list[int]:
        """Runs in which something was said."""
        return list(dict.fromkeys(each["run_id"] for each in self.steps))

    @property
    def chosen(self) -> list[Row]:
        """The steps that people took."""
        return [each for each in self.steps if not each["stand_in"]]

    def people(self, rows: Iterable[Row]) -> int:
        return len({each["user_id"] for each in rows})

    def ending_of(self, run_id: int) -> str:
        """Return the title of where a run ended; empty while it goes on."""
        id = next(each["ending_id"] for each in self.seats if each["run_id"] == run_id)
        return {each.id: each.title for each in self.script.scenario.endings}.get(id, "")

    def endings(self) -> Counter[str]:
        return Counter(self.ending_of(run_id) or "Not over yet" for run_id in self.plays)

    def at(self, scene_id: str, choice_id: str | None = None) -> list[Row]:
        """Return the steps that people took in a scene, or of one response of it."""
        return [
            each
            for each in self.chosen
            if each["scene_id"] == scene_id and choice_id in (None, each["choice_id"])
        ]

    def scenes(self) -> list[str]:
        """Return the decisions that somebody took, in the order of the scenario."""
        return [id for id in self.script.scenario.scenes if self.at(id)]

    def title(self, scene_id: str) -> str:
        return self.script.scenario.scenes[scene_id].title

    def followed(self, rows: Iterable[Row]) -> Counter[str]:
        """Count which scene came next."""
        return Counter(
            self.title(each["led_to"].split()[0]) if each["led_to"] else "the end" for each in rows
        )

    def ended(self, rows: Iterable[Row]) -> Counter[str]:
        return Counter(self.ending_of(each["run_id"]) or "not over yet" for each in rows)

    def ways(self) -> Counter[tuple[str, str]]:
        """Count how often plays went from one box of the map to another, by what they say."""
        found: Counter[tuple[str, str]] = Counter()
        for run_id in self.plays:
            path = ["Start"]
            for each in (each for each in self.steps if each["run_id"] == run_id):
                came = [self.title(id) for id in each["led_to"].split()]
                here = self.title(each["scene_id"])
                # What it led to is what the next step was taken in.
                assert path[-1] in ("Start", here)
                path += [*([here] if path[-1] == "Start" else []), *came]
            if self.ending_of(run_id):
                path += ["The end", self.ending_of(run_id)]
            found.update(pairwise(path))
        return found

    # Answers

    def named(self, part: str) -> Counter[str]:
        """Count what was named in a part of the diagnosis, by its name."""
        words = self.script.vocabulary
        terms: Any = {
            "systems": words.systems,
            "failed_tests": words.tests,
            "who": words.who,
            "what": words.barriers,
        }[part]
        return Counter(terms[code].name for each in self.diagnoses for code in each[part])

    @property
    def cards(self) -> list[Card]:
        leaders = self.script.scenario.leaders
        return [(leader, strand) for leader, strands in leaders.items() for strand in strands]

    def rated(self, card: Card) -> list[Row]:
        return [each for each in self.ratings if (each["leader"], each["strand"]) == card]

    def levels(self, card: Card) -> list[int]:
        return [each["level"] for each in self.rated(card) if each["level"] is not None]

    def counts(self, card: Card) -> dict[str, int]:
        """Return how often each level was given, and NE, none where it was not."""
        given = Counter(str(each["level"] or "NE") for each in self.rated(card))
        strand = self.script.rubric.strands[card[1]]
        rungs = [str(number) for number in range(len(strand.levels), 0, -1)]
        return {rung: given[rung] for rung in (*rungs, "NE")}

    def inside(self, card: Card) -> int:
        """Count who is inside the two ends of what the reference accepts."""
        low, high = self.script.scenario.leaders[card[0]][card[1]].band.root
        ends = [end for end in (low, high) if isinstance(end, int)]
        accepted = {*range(min(ends), max(ends) + 1)} if ends else set()
        return sum(
            "NE" in (low, high) if each["level"] is None else each["level"] in accepted
            for each in self.rated(card)
        )

    def pairs(self, card: Card) -> tuple[int, int, int]:
        """Return how many pairs of levels are the same, one apart at most, and there are."""
        apart = [abs(one - other) for one, other in combinations(self.levels(card), 2)]
        return apart.count(0), sum(each <= 1 for each in apart), len(apart)

    def cited(self, card: Card) -> Counter[str]:
        sentences = self.script.scenario.sentences
        return Counter(sentences[id] for each in self.rated(card) for id in each["evidence"])

    def raters(self, strand: str | None = None) -> int:
        """Count who gave a level, on a strand or on any."""
        return len(
            {
                each["rater_id"]
                for each in self.ratings
                if each["level"] is not None and strand in (None, each["strand"])
            }
        )

    def alpha(self, strand: str | None = None) -> float:
        """Return ordinal alpha by its definition: of all pairs within things rated, each counted
        once for each who could have been the other, over all pairs whatever was rated."""
        units = [self.levels(card) for card in self.cards if strand in (None, card[1])]
        units = [unit for unit in units if len(unit) > 1]
        values = [level for unit in units for level in unit]

        def far(one: int, other: int) -> float:
            low, high = sorted((one, other))
            between = sum(low <= each <= high for each in values)
            return (between - (values.count(low) + values.count(high)) / 2) ** 2

        seen = sum(
            2 * far(*pair) / (len(unit) - 1) for unit in units for pair in combinations(unit, 2)
        )
        chance = sum(2 * far(*pair) for pair in combinations(values, 2)) / (len(values) - 1)
        return 1 - seen / chance

    # Where people stand

    def stages(self) -> dict[int, str]:
        """Return where each member stands, as far as they show it; empty where they do not."""
        shown = {each["user_id"]: each["stage"] for each in self.seats}
        return {each["id"]: shown.get(each["id"], "") for each in self.members}


def _rows(session: Session, sql: str, **values: str) -> list[Row]:
    found = [dict(row) for row in session.execute(sa.text(sql), values).mappings()]
    for row in found:
        for name in ("evidence", *PARTS):
            if name in row:
                row[name] = json.loads(row[name])
    return found


def _of(rows: list[Row], seats: list[Row], owner: str) -> list[Row]:
    shown = {(each["run_id"], each["user_id"]) for each in seats}
    return [each for each in rows if (each["run_id"], each[owner]) in shown]
