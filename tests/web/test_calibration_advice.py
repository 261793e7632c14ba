"""Where advice leads to: to a page that shows the strand of this rubric, or nowhere."""

import json

import pytest
from flask import Flask

from lfp_trainer.engine.calibration import InBand, Miss
from lfp_trainer.engine.exercise import assemble
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.web.calibration_advice import Advisor
from tests import exercises, scenarios


@pytest.mark.parametrize(("strand", "is_linked"), [("vision", True), ("motivate", False)])
def test_advice_leads_only_to_a_strand_of_its_own_rubric(
    app: Flask, strand: str, is_linked: bool
) -> None:
    data = scenarios.rubric(("vision", "motivate"), levels=3) | {"id": "large"}
    rubrics = exercises.rubrics() | {"large": Rubric.model_validate_json(json.dumps(data))}
    texts = exercises.texts()
    for text in texts["texts"].values():
        text["reference"]["large"] = {each: exercises.reference(3) for each in data["strands"]}
    rated = assemble(exercises.read(texts), rubrics)
    advisor = Advisor(rubrics["large"], rated, ())

    with app.test_request_context():
        advice = advisor._in_band(InBand(5, 4, 0, Miss((strand, 2), 1, 3)))

    assert advice is not None
    assert (advice.href is not None) is is_linked
    assert "what 2 Rung 2 on" in advice.text
