"""A play that begins at any scene, with any gauges."""

from lfp_trainer.bench.rehearsal import rehearse
from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import BOTH
from tests import scenarios

SCRIPT = scenarios.script()
SCENES = list(SCRIPT.scenario.scenes)
LAST = next(id for id in reversed(SCENES) if SCRIPT.scenario.scenes[id].choices)


def test_it_begins_at_the_scene_with_the_gauges_asked_for() -> None:
    found = rehearse(SCRIPT, LAST, {"trust": 5}, BOTH, [])

    assert found.position.scene == LAST
    assert dict(zip(SCRIPT.gauges, found.position.gauges, strict=True)) == {
        **SCRIPT.scenario.gauges,
        "trust": 5,
    }
    assert [moment.scene_id for moment in found.moments] == [LAST]


def test_it_tells_what_was_chosen_and_ends_where_the_engine_ends() -> None:
    choice = next(iter(SCRIPT.scenario.scenes[LAST].choices))

    found = rehearse(SCRIPT, LAST, {"spread": 9}, BOTH, [choice])

    assert found.moments[0].choice_id == choice
    assert found.position.scene is None
    assert play.ending_of(found.script, found.position) is not None


def test_gauges_decide_the_ending() -> None:
    choice = next(iter(SCRIPT.scenario.scenes[LAST].choices))
    ends = {
        rehearse(SCRIPT, LAST, {"trust": by, "spread": by}, BOTH, [choice]).position.ending
        for by in (-9, 9)
    }

    assert len(ends) == 2


def test_the_stand_in_plays_the_other_seats() -> None:
    first = SCRIPT.scenario.scenes[SCRIPT.scenario.start]
    other = next(seat for seat in SCRIPT.scenario.seats if seat != first.turn)

    found = rehearse(SCRIPT, SCRIPT.scenario.start, {}, other, [])

    assert 1 in found.by_stand_in
    assert found.position.scene is not None
    assert other in play.seats_on_turn(SCRIPT, found.position)


def test_a_choice_that_was_taken_out_of_the_file_ends_the_path_before_it() -> None:
    choice = next(iter(SCRIPT.scenario.scenes[LAST].choices))

    found = rehearse(SCRIPT, LAST, {}, BOTH, ["gone", choice])

    assert "'gone'" in found.halted
    assert found.taken == ()
    assert found.position.scene == LAST
    assert found.position.path == ()


def test_a_stand_in_that_only_these_gauges_send_round_is_told_in_a_sentence() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["again"] = scenarios.choice("visit", rank=4)
    data["scenes"]["visit"]["stand_in"].insert(0, {"when": "trust >= 7", "choose": "again"})
    script = scenarios.script(data)

    found = rehearse(script, "visit", {"trust": 8}, "partner", [])

    assert "round and round" in found.halted
    assert found.position.scene == "visit"


def test_the_script_one_works_on_stays_as_it_is() -> None:
    rehearse(SCRIPT, LAST, {"trust": 5}, BOTH, [])

    assert SCRIPT.scenario.start == SCENES[0]
    assert play.start(SCRIPT).scene == SCENES[0]
