"""What an export holds: its sheets and their columns, once for every kind of file.

The sheets, the files of a CSV archive, the lists of a JSON document and the dictionary in each of
them are all read from here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column, in plain words."""

    name: str
    means: str
    only_with_names: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of record."""

    name: str
    means: str
    columns: tuple[Column, ...]

    def shown(self, *, with_names: bool) -> list[Column]:
        """Return the columns of an export with names, or without."""
        return [each for each in self.columns if with_names or not each.only_with_names]


_RUN = Column("run", "Which play of a scenario, as numbered in this file alone.")
_PERSON = Column("person", "Who, as numbered in this file alone.")
_NAME = Column("name", "The name they go by here.", only_with_names=True)
_SCENARIO = Column("scenario", "The id of the scenario.")
_DAY = "in UTC; a day, and the time only in an export with names."
_REASON = Column("reason", "Why, in their own words; they may name somebody there.")
_COMMITTED = Column("committed", f"When they committed it, {_DAY}")
_CODES = "as codes of the vocabulary of the scenario"

PEOPLE = Sheet(
    "people",
    "Who shares a run, once for each run they share.",
    (
        _PERSON,
        _NAME,
        Column("position", "Where they work: CO, EL, MS, HS or MDE-ISD; empty if they do not say."),
        _RUN,
        Column("seat", "The seat they play; both for somebody who plays every seat alone."),
        Column("stage", "How far they have come in that run."),
        Column("shared", f"When they agreed to share it, {_DAY}"),
    ),
)
RUNS = Sheet(
    "runs",
    "Each play of a scenario of which somebody shares what they answered.",
    (
        _RUN,
        _SCENARIO,
        Column("scenario_title", "The title of the scenario."),
        Column("version", "What tells this version of the scenario from every other."),
        Column("assignment_due", f"When the assignment it was begun for is due, {_DAY}"),
        Column("started", f"When it began, {_DAY}"),
        Column(
            "conversation",
            "Whether the conversation is shown: yes once all who play it share it. The columns"
            " after this one are empty else.",
        ),
        Column("steps", "How many responses were taken."),
        Column("ended", f"When the conversation ended, {_DAY}"),
        Column("ending", "The id of the ending it came to; empty before."),
        Column("ending_title", "The title of that ending."),
    ),
)
STEPS = Sheet(
    "steps",
    "Each response that was taken in a conversation that is shown.",
    (
        _RUN,
        _SCENARIO,
        Column("number", "Which step of the run, from 1."),
        Column("seat", "The seat that decided."),
        Column("person", "Who decided; empty where the stand-in did."),
        _NAME,
        Column("by_stand_in", "Whether the stand-in decided."),
        Column("scene", "The id of the scene."),
        Column("scene_title", "The title of the scene."),
        Column("choice", "The id of the response."),
        Column("choice_text", "What the response says."),
        _REASON,
        Column("led_to", "The ids of the scenes it led to, in order; empty at the end."),
        Column("chosen", f"When it was taken, {_DAY}"),
    ),
)
DIAGNOSES = Sheet(
    "diagnoses",
    "What somebody who shares a run committed to: what is not at scale, and the barrier.",
    (
        _RUN,
        _SCENARIO,
        _PERSON,
        _NAME,
        Column("systems", f"The systems they named, {_CODES}."),
        Column("systems_names", "The same systems by name."),
        Column("failed_tests", f"The tests of scale that fail, {_CODES}."),
        Column("barrier_who", f"With whom the barrier is, {_CODES}."),
        Column("barrier_what", f"What the barrier is, {_CODES}."),
        _REASON,
        _COMMITTED,
    ),
)
RATINGS = Sheet(
    "ratings",
    "Each rating of a leader in a scenario that somebody who shares a run committed.",
    (
        _RUN,
        _SCENARIO,
        _PERSON,
        _NAME,
        Column("round", "before the conversation, or after it."),
        Column("leader", "The id of the leader who is rated."),
        Column("leader_name", "The name of that leader, who is a character of the scenario."),
        Column("strand", "The strand of the rubric."),
        Column("level", "The level they gave, from 1; empty where they gave NE."),
        Column("not_enough", "yes for NE: they say that the text does not give enough evidence."),
        Column("flag", "The mark beside the level, if any."),
        Column("in_band", "Whether the reference accepts that answer."),
        Column("reference", "The level of the reference, or NE."),
        _REASON,
        Column("evidence", "The ids of the sentences they cite."),
        Column("evidence_texts", "What those sentences say."),
        _COMMITTED,
    ),
)
RECORDS = (PEOPLE, RUNS, STEPS, DIAGNOSES, RATINGS)

ABOUT = Sheet(
    "about",
    "What this file is.",
    (Column("what", "Which fact about this file."), Column("told", "The fact.")),
)
DICTIONARY = Sheet(
    "dictionary",
    "Every column of every sheet, and what it means.",
    (
        Column("sheet", "The sheet."),
        Column("column", "The column."),
        Column("means", "What it means."),
    ),
)


def dictionary(*, with_names: bool) -> list[dict[str, str]]:
    """Return the rows of the dictionary."""
    return [
        {"sheet": sheet.name, "column": column.name, "means": column.means}
        for sheet in (ABOUT, *RECORDS, DICTIONARY)
        for column in sheet.shown(with_names=with_names)
    ]
