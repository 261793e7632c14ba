"""Playing: legal moves lead on, illegal ones change nothing, and a path tells the whole story."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfp_trainer.engine.checks import find_problems
from lfp_trainer.engine.play import (
    Position,
    choose,
    ending_of,
    epilogue_of,
    offered,
    replay,
    retell,
    seats_on_turn,
    stand_in_choice,
    start,
)
from lfp_trainer.engine.rubric import level_name
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import UnknownChoice
from tests import scenarios
from tests.scenarios import choice, decision


def winding() -> Script:
    """A story with passages, branches, a way back, conditions on everything, and a shared scene."""
    data = scenarios.scenario()
    data["scenes"]["walk"]["goto"] = [{"when": "trust >= 1", "to": "visit"}, {"to": "stairs"}]
    data["scenes"]["stairs"] = {
        "title": "Stairs",
        "lines": [{"text": "Again.", "when": 'visited("visit")'}, "You climb."],
        "goto": "visit",
    }
    data["scenes"]["visit"]["choices"]["back"] = choice(
        "log", rank=4, when='not chose("back") and not chose("tell")', effects={"spread": 2}
    )
    data["scenes"]["visit"]["choices"]["show"]["goto"] = [
        {"when": 'chose("back")', "to": "talk"},
        {"to": "end"},
    ]
    data["scenes"]["talk"] = decision(
        "both",
        {"agree": choice(effects={"trust": 2}), "part": choice("end", rank=2)},
        stand_in=[{"when": "spread > 2", "choose": "part"}, {"choose": "agree"}],
    )
    data["endings"][0]["epilogues"] = [
        {"when": "trust >= 3", "text": "Firmly."},
        {"text": "Just."},
    ]
    return scenarios.script(data)


SCRIPT = winding()
CHOICES = sorted(SCRIPT.choices)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*CHOICES, "nothing", ""]), max_size=40))
def test_random_moves_only_ever_lead_along_legal_paths(moves: list[str]) -> None:
    position = start(SCRIPT)
    for move in moves:
        before, may = position, offered(SCRIPT, position)
        if move in may:
            position = choose(SCRIPT, position, move)
            assert position.path == (*before.path, move)
        else:
            with pytest.raises(UnknownChoice):
                choose(SCRIPT, position, move)
            assert position == before
            assert offered(SCRIPT, position) == may
        assert replay(SCRIPT, position.path) == position
        assert_retold(position)


def assert_retold(position: Position) -> None:
    moments = retell(SCRIPT, position.path)
    taken = [moment.choice_id for moment in moments if moment.choice_id is not None]
    assert tuple(taken) == position.path
    numbers = [moment.number for moment in moments if moment.number is not None]
    assert numbers == list(range(1, len(taken) + 1))
    for moment in moments:
        assert moment.choice_id is None or moment.choice_id in moment.may
        assert SCRIPT.scenes[moment.scene_id].mark & position.marks
    last = moments[-1]
    if position.scene is None:
        assert ending_of(SCRIPT, position) is not None
    else:
        assert (last.scene_id, last.choice_id) == (position.scene, None)
        assert last.may == offered(SCRIPT, position)
        assert last.seats == seats_on_turn(SCRIPT, position)
        assert last.gauges == position.gauges


@settings(deadline=None)
@given(st.lists(st.integers(0, 8), max_size=20))
def test_the_stand_in_always_makes_a_legal_move(turns: list[int]) -> None:
    position = start(SCRIPT)
    for turn in turns:
        if position.scene is None:
            break
        may = offered(SCRIPT, position)
        move = stand_in_choice(SCRIPT, position)
        assert move in may
        position = choose(SCRIPT, position, move if turn % 2 else may[turn % len(may)])


def test_the_stand_in_plays_the_first_line_that_holds() -> None:
    asked = replay(SCRIPT, ["ask"])
    told = replay(SCRIPT, ["tell"])

    assert stand_in_choice(SCRIPT, asked) == "show"
    assert stand_in_choice(SCRIPT, told) == "defend"


def test_the_stand_in_skips_a_line_whose_choice_is_not_on_offer() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["stand_in"] = [
        {"when": "trust <= 5", "choose": "thank"},
        {"choose": "defend"},
    ]
    script = scenarios.script(data)

    assert stand_in_choice(script, replay(script, ["ask"])) == "thank"
    assert stand_in_choice(script, replay(script, ["tell"])) == "defend"


def test_the_stand_in_has_no_move_when_it_is_over() -> None:
    with pytest.raises(UnknownChoice, match="nothing, because it is over"):
        stand_in_choice(SCRIPT, replay(SCRIPT, ["ask", "show"]))


def test_effects_move_the_gauges() -> None:
    assert replay(SCRIPT, ["tell", "defend"]).gauges == (-1, 1)


def test_passages_are_told_on_the_way() -> None:
    moments = retell(SCRIPT, ["tell"])

    assert [moment.scene_id for moment in moments] == ["log", "walk", "stairs", "visit"]


def test_a_line_is_told_only_when_its_condition_holds() -> None:
    trusted = retell(SCRIPT, ["ask"])[-1]
    not_trusted = retell(SCRIPT, ["tell"])[-1]

    assert [line.text for line in trusted.lines] == [None, "She smiles."]
    assert [line.text for line in not_trusted.lines] == [None]


def test_a_choice_is_on_offer_only_when_its_condition_holds() -> None:
    assert offered(SCRIPT, replay(SCRIPT, ["ask"])) == ("show", "defend", "thank", "back")
    assert offered(SCRIPT, replay(SCRIPT, ["tell"])) == ("show", "defend")
    assert "back" not in offered(SCRIPT, replay(SCRIPT, ["ask", "back", "ask"]))


def test_every_seat_is_on_turn_in_a_shared_scene() -> None:
    position = replay(SCRIPT, ["ask", "back", "ask", "show"])

    assert position.scene == "talk"
    assert seats_on_turn(SCRIPT, position) == ("partner", "principal")


def test_nobody_is_on_turn_and_nothing_is_on_offer_at_the_end() -> None:
    position = replay(SCRIPT, ["ask", "show"])

    assert seats_on_turn(SCRIPT, position) == ()
    assert offered(SCRIPT, position) == ()


def test_the_first_ending_and_epilogue_that_hold_close_the_play() -> None:
    alone = replay(SCRIPT, ["tell", "defend"])
    together = replay(SCRIPT, ["ask", "show"])
    firmly = replay(SCRIPT, ["ask", "back", "ask", "show", "agree"])

    names = [ending.id for at in (alone, together, firmly) if (ending := ending_of(SCRIPT, at))]
    assert names == ["alone", "together", "together"]
    assert [epilogue_of(SCRIPT, at) for at in (alone, together, firmly)] == [
        None, "Just.", "Firmly.",
    ]  # fmt: skip


def test_a_path_of_another_story_is_refused() -> None:
    with pytest.raises(UnknownChoice, match="Scene 'visit' has no choice 'agree'"):
        retell(SCRIPT, ["ask", "agree"])


def test_a_rubric_of_three_strands_and_three_levels_plays() -> None:
    strands = ("listen", "plan", "follow")
    data = scenarios.scenario()
    for scene in data["scenes"].values():
        for each in scene.get("choices", {}).values():
            each["shows"] = {"listen": 3, "plan": 1, "follow": 2}
    for leader in data["leaders"]:
        data["leaders"][leader] = {strand: scenarios.reference() for strand in strands}
    bundle = scenarios.bundle(data, scenarios.rubric(strands, levels=3))

    script = prepare(bundle)
    position = replay(script, ["ask", "show"])

    assert [each.message for each in find_problems(bundle) if each.is_error] == []
    assert ending_of(script, position) == script.scenario.endings[0]
    shown = script.choices["show"][1].shows
    assert [level_name(script.rubric, strand, level) for strand, level in shown.items()] == [
        "3 Rung 3", "1 Rung 1", "2 Rung 2",
    ]  # fmt: skip


def test_a_line_for_one_seat_is_told_to_who_plays_it_and_to_nobody_else() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["lines"] = [
        "The log.",
        {"text": "He is afraid.", "only": "partner"},
        {"who": "principal", "says": "Hm.", "only": "principal", "when": "trust >= 1"},
    ]
    script = scenarios.script(data)

    def told(to: list[str] | None) -> list[str | None]:
        return [line.says or line.text for line in retell(script, [], to=to)[0].lines]

    assert told(["partner"]) == ["The log.", "He is afraid."]
    assert told(["principal"]) == ["The log."]
    assert told(["partner", "principal"]) == told(None) == ["The log.", "He is afraid."]
