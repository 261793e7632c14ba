"""The texts behind the ids in a person's data: a response as it was written, not only its name.

An id alone tells somebody nothing who takes their data elsewhere.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.engine.persons import Named
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import NotFound
from lfp_trainer.services import library
from lfp_trainer.storage.models import (
    ExerciseRating,
    Ranking,
    Rating,
    Round,
    Run,
    ScenarioVersion,
    Step,
    table,
)

Row = dict[str, Any]

ADDED = " Added for reading; not a column of the table."

WORDS: Mapping[str, Mapping[str, str]] = {
    table(Step).name: {
        "scene_title": f"The title of the moment.{ADDED}",
        "response": f"What the response says.{ADDED}",
    },
    table(Ranking).name: {
        "responses": f"What the responses say, in the order you gave them.{ADDED}",
    },
    table(Rating).name: {
        "about": f"The name of the leader, or of the seat you played.{ADDED}",
        "sentences": f"What the sentences say that you marked.{ADDED}",
    },
    table(ExerciseRating).name: {
        "text_title": f"The title of the text, or how it begins.{ADDED}",
        "strand_name": f"What the rubric calls the strand.{ADDED}",
        "sentences": f"What the sentences say that you marked, as you read them.{ADDED}",
    },
}
"""Table → what is added to each of its rows → what that means."""


def add_words(
    session: Session,
    gathered: Mapping[str, list[dict[str, Any]]],
    exercises: Mapping[str, Exercise],
) -> None:
    """Add to each row that names parts of a case or of an exercise what those parts say.

    What cannot be looked up stays empty: nothing may keep a person from their data.

    :param exercises: those of this site, by id
    """
    for row in gathered[table(ExerciseRating).name]:
        row.update(_of_exercise_rating(exercises.get(row["exercise_id"]), row))
    scripts = _scripts(session, {row["run_id"] for name in _TELL for row in gathered[name]})
    for name, tell in _TELL.items():
        for row in gathered[name]:
            script = scripts.get(row["run_id"])
            row.update(dict.fromkeys(WORDS[name], "") if script is None else tell(script, row))


def _of_step(script: Script, row: Row) -> Row:
    scene = script.scenario.scenes.get(row["scene_id"])
    return {
        "scene_title": scene.title if scene else "",
        "response": _response(script, row["choice_id"]),
    }


def _of_ranking(script: Script, row: Row) -> Row:
    return {"responses": [_response(script, id) for id in row["ranked"]]}


def _of_rating(script: Script, row: Row) -> Row:
    scenario = script.scenario
    member = scenario.cast.get(row["leader"])
    # Of one's own play the numbers of responses are cited, which the table of steps tells.
    cited = () if row["round"] in (Round.OWN.value, Round.OTHER.value) else row["evidence"]
    return {
        "about": member.name if member else "",
        "sentences": [scenario.sentences.get(id, "") for id in cited],
    }


def _of_exercise_rating(exercise: Exercise | None, row: Row) -> Row:
    text = exercise.texts.get(row["text_id"]) if exercise else None
    # Of a text that was rewritten since, the sentences are not the ones that were read.
    if exercise is None or text is None or text.digest != row["digest"]:
        return dict.fromkeys(WORDS[table(ExerciseRating).name], "")
    shown = tuple(Named(name, pronouns) for name, pronouns in row["shown"])
    sentences = text.told_of(shown).sentences
    scale = exercise.rubrics.get(row["rubric_id"])
    strand = scale.strands.get(row["strand"]) if scale else None
    return {
        "text_title": text.title or next(iter(sentences.values()), ""),
        "strand_name": strand.name if strand else "",
        "sentences": [sentences.get(id, "") for id in row["evidence"]],
    }


_TELL: Mapping[str, Callable[[Script, Row], Row]] = {
    table(Step).name: _of_step,
    table(Ranking).name: _of_ranking,
    table(Rating).name: _of_rating,
}


def _response(script: Script, choice_id: str) -> str:
    found = script.choices.get(choice_id)
    return found[1].text if found else ""


def _scripts(session: Session, run_ids: set[int]) -> dict[int, Script]:
    run, version = table(Run).c, table(ScenarioVersion).c
    rows = session.execute(
        sa.select(run.id, version.id, version.digest)
        .join_from(table(Run), table(ScenarioVersion), version.id == run.scenario_version_id)
        .where(run.id.in_(run_ids))
    )
    found = {}
    for run_id, version_id, digest in rows.all():
        # A version that cannot be read is played by nobody; its rows are somebody's all the same.
        with suppress(NotFound, ValueError):
            found[run_id] = library.script_of(session, version_id, digest)
    return found
