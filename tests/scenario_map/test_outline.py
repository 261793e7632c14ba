"""The map in words."""

from lfp_trainer.scenario_map import outline
from tests import scenarios


def test_an_outline_tells_scenes_choices_and_endings_in_reading_order() -> None:
    assert (
        outline(scenarios.script())
        == """\
A small case

[log] A decision: Marcus Bell decides
  * ask: Ask what they saw. → [walk]
  * tell: Ask what they saw. → [walk]

[walk] A walk → [visit]

[visit] A decision: Ana Ruiz decides
  * show: Ask what they saw. → the end
  * defend: Ask what they saw. → the end
  * thank (only when trust >= 1): Ask what they saw. → the end

Endings, the first that holds:
  * together, when trust >= 1: Together
  * alone, otherwise: Alone
"""
    )


def test_branches_shared_scenes_and_islands_are_told_too() -> None:
    data = scenarios.scenario()
    data["scenes"] = {"island": {"title": "An island", "goto": "end"}, **data["scenes"]}
    data["scenes"]["walk"]["goto"] = [{"when": "trust > 0", "to": "visit"}, {"to": "end"}]
    data["scenes"]["log"]["turn"] = "both"

    told = outline(scenarios.script(data)).splitlines()

    assert "[log] A decision: everybody decides" in told
    assert "[walk] A walk → [visit] when trust > 0; else the end" in told
    assert told.index("[island] An island → the end") > told.index(
        "[walk] A walk → [visit] when trust > 0; else the end"
    )
