"""What a rubric says of silence: optional, and no reason to hold older ratings for outdated."""

import json

from lfp_trainer.engine.exercise import Exercise, assemble
from lfp_trainer.engine.rubric import Rubric
from tests import exercises, scenarios
from tests.scenarios import Data

SILENCE = "Doing nothing counts only where it could have been done."


def scale(**not_enough: str) -> Rubric:
    data = scenarios.rubric()
    data["not_enough"] |= not_enough
    return Rubric.model_validate_json(json.dumps(data))


def digests(rubric: Rubric, data: Data) -> dict[str, str]:
    found: Exercise = assemble(exercises.read(data), {**exercises.rubrics(), "small": rubric})
    return {id: text.digest for id, text in found.texts.items()}


def test_a_rubric_from_before_there_was_such_a_text_has_none() -> None:
    assert scale().not_enough.silence is None
    assert scale(silence=SILENCE).not_enough.silence == SILENCE


def test_explaining_silence_rewrites_no_text_that_was_rated() -> None:
    for data in (exercises.vignettes(), exercises.texts()):
        assert digests(scale(silence=SILENCE), data) == digests(scale(), data)
        assert digests(scale(means="It says nothing."), data) != digests(scale(), data)
