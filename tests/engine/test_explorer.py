"""A scenario played in every possible way: what is found, and how long it takes."""

import time

from lfp_trainer.engine.explorer import MAX_MOVES, Exploration, explore
from lfp_trainer.engine.play import replay
from lfp_trainer.errors import Problem
from tests import scenarios
from tests.scenarios import Data, choice, decision


def found(data: Data) -> list[str]:
    """Return the explorer's errors, each with its place."""
    problems = explore(scenarios.script(data)).problems
    return [f"{'.'.join(map(str, each.at))}: {each.message}" for each in problems if each.is_error]


def long_story(scenes: int, *, ways_back: bool = False) -> Data:
    """Many decisions in a row, each of which moves two gauges one way or another."""
    data = scenarios.scenario()
    data["start"] = "scene-0"
    data["scenes"] = {
        f"scene-{number}": decision(
            "both",
            {
                f"choice-{number}-{way}": choice(
                    f"scene-{number + 1}" if number < scenes - 1 else "end",
                    rank=way,
                    effects={"trust": way - 2, "spread": way % 2},
                )
                for way in (1, 2, 3)
            },
        )
        for number in range(scenes)
    }
    data["endings"][0]["when"] = "trust >= 1 and spread >= 1"
    if ways_back:
        last = data["scenes"][f"scene-{scenes - 1}"]["choices"]
        last["again"] = choice("scene-0", rank=4, effects={"trust": 1})
    return data


def test_a_sound_scenario_is_told_in_numbers() -> None:
    exploration = explore(scenarios.script())

    assert exploration == Exploration(
        states=5,
        complete=True,
        scenes=frozenset({"log", "walk", "visit"}),
        choices=frozenset({"ask", "tell", "show", "defend", "thank"}),
        endings=frozenset({"together", "alone"}),
        shortest=2,
        longest=2,
        longest_path=("ask", "show"),
        reference=("ask", "show"),
        reference_ending="together",
        problems=exploration.problems,
    )
    assert not any(problem.is_error for problem in exploration.problems)


def test_the_longest_play_is_told_by_its_choices() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["tell"]["goto"] = "stairs"
    data["scenes"]["stairs"] = decision("partner", {"climb": choice("visit")})
    script = scenarios.script(data)

    path = explore(script).longest_path

    assert path is not None
    assert path[:2] == ("tell", "climb")
    assert replay(script, path).scene is None


def test_a_story_that_leads_back_to_its_start_has_no_longest_play() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["defend"]["goto"] = "log"
    data["scenes"]["visit"]["stand_in"] = [{"choose": "show"}]
    data["scenes"]["log"]["choices"]["pace"] = choice("log", rank=3)

    exploration = explore(scenarios.script(data))

    assert (exploration.longest, exploration.longest_path) == (None, None)


def test_a_decision_with_nothing_on_offer_is_a_dead_end() -> None:
    data = scenarios.scenario()
    for each in data["scenes"]["visit"]["choices"].values():
        each["when"] = "trust >= 1"
    del data["endings"][0]

    assert found(data) == [
        "scenes.visit: nothing is on offer here, for example after tell.",
    ]


def test_a_scene_that_nothing_leads_to_is_never_reached() -> None:
    data = scenarios.scenario()
    data["scenes"]["island"] = {"title": "An island", "goto": "visit"}

    assert found(data) == ["scenes.island: this scene is never reached."]


def test_a_scene_behind_a_condition_that_never_holds_is_never_reached() -> None:
    data = scenarios.scenario()
    data["scenes"]["walk"]["goto"] = [{"when": "trust >= 2", "to": "log"}, {"to": "visit"}]
    data["scenes"]["stairs"] = {"title": "Stairs", "goto": "visit"}
    data["scenes"]["log"]["choices"]["ask"]["goto"] = [
        {"when": "trust >= 2", "to": "stairs"},
        {"to": "walk"},
    ]

    assert found(data) == ["scenes.stairs: this scene is never reached."]


def test_a_choice_whose_condition_never_holds_is_never_on_offer() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["thank"]["when"] = "trust >= 2"

    assert found(data) == ["scenes.visit.choices.thank: this choice is never on offer."]


def test_an_ending_whose_condition_never_holds_is_never_reached() -> None:
    data = scenarios.scenario()
    data["endings"][0]["when"] = "trust >= 3"

    assert found(data) == ["endings.0: the ending 'together' is never reached."]


def test_a_loop_that_nothing_leads_out_of_is_found_where_it_is_entered() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["tell"]["goto"] = "round"
    data["scenes"]["round"] = decision("partner", {"on": choice("about")})
    data["scenes"]["about"] = decision("partner", {"back": choice("round")})
    del data["endings"][0]

    assert found(data) == [
        "scenes.round: a play that comes here never ends, for example after tell.",
    ]


def test_a_loop_with_a_way_out_is_no_mistake() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["defend"]["goto"] = "log"
    del data["scenes"]["visit"]["choices"]["thank"]["when"]
    data["scenes"]["visit"]["stand_in"] = [{"choose": "show"}]
    data["scenes"]["visit"]["lines"] = []
    data["endings"][0]["when"] = 'chose("show")'

    exploration = explore(scenarios.script(data))

    assert found(data) == []
    assert (exploration.shortest, exploration.longest) == (2, None)


def with_a_stand_in_that_waits(on: str, wait: str) -> scenarios.Data:
    """The principal may go on or wait; the stand-in in her seat takes the first of them."""
    data = scenarios.scenario()
    data["scenes"]["visit"] = decision(
        "principal", {on: choice("end"), wait: choice("visit", rank=2, effects={"trust": 1})}
    )
    data["endings"] = data["endings"][-1:]
    return data


def test_a_stand_in_that_goes_round_while_a_person_waits_is_found() -> None:
    data = with_a_stand_in_that_waits("go-on", "wait")
    data["scenes"]["visit"]["stand_in"] = [{"choose": "wait"}]

    assert found(data) == [
        "scenes.visit.stand_in: the stand-in that plays on from here never lets the other seat"
        " decide.",
    ]


def test_a_stand_in_that_waits_a_while_is_no_mistake() -> None:
    data = with_a_stand_in_that_waits("go-on", "wait")
    data["scenes"]["visit"]["stand_in"] = [
        {"when": "trust < 3", "choose": "wait"},
        {"choose": "go-on"},
    ]

    assert found(data) == []


def test_a_long_way_to_the_next_person_s_turn_is_no_ring() -> None:
    data = long_story(60)
    for number, scene in enumerate(data["scenes"].values()):
        scene["turn"] = "partner" if number < 59 else "principal"
    data["endings"] = data["endings"][-1:]

    assert found(data) == []


def test_a_ring_of_several_scenes_is_told_once() -> None:
    data = scenarios.scenario()
    for scene, other in (("visit", "hall"), ("hall", "visit")):
        round_or_out = {f"to-{other}": choice(other, rank=2), f"out-of-{scene}": choice("end")}
        data["scenes"][scene] = decision("principal", round_or_out)
    data["endings"] = data["endings"][-1:]

    (told,) = found(data)
    assert told.endswith("the stand-in that plays on from here never lets the other seat decide.")


def test_a_seat_whose_scenes_are_never_reached_is_never_on_turn() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["turn"] = "principal"
    data["scenes"]["island"] = decision("partner", {"swim": choice()})

    assert found(data) == [
        "scenes.island: this scene is never reached.",
        "cast.partner: 'partner' is never on turn.",
    ]


def test_best_ranked_choices_that_go_round_are_a_mistake() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["show"]["goto"] = "log"
    data["scenes"]["visit"]["choices"]["show"]["effects"] = {"trust": -1}

    assert found(data) == [
        "start: the best ranked choices go round and round, or to a dead end.",
    ]


def test_marks_that_no_condition_asks_about_make_no_new_states() -> None:
    data = scenarios.scenario()
    asked = explore(scenarios.script(data)).states
    data["scenes"]["log"]["choices"]["nod"] = choice("walk", rank=3, effects={"spread": 5})
    data["scenes"]["log"]["choices"]["wait"] = choice("walk", rank=4, effects={"spread": -5})

    assert explore(scenarios.script(data)).states == asked + 1


def test_marks_that_a_condition_asks_about_are_told_apart() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["thank"]["when"] = 'chose("tell") and visited("walk")'

    assert "thank" in explore(scenarios.script(data)).choices


def test_a_hundred_scenes_are_walked_within_the_moves_allowed() -> None:
    exploration = explore(scenarios.script(long_story(100)))

    assert exploration.states <= MAX_MOVES
    assert exploration.scenes == frozenset(f"scene-{number}" for number in range(100))
    assert exploration.shortest == 100
    assert exploration.endings == {"together", "alone"}


def test_a_story_without_limits_is_sampled_and_says_so() -> None:
    data = long_story(20, ways_back=True)
    data["endings"].insert(0, {"id": "luck", "when": "trust >= 9999", "title": "L", "text": "L"})

    exploration = explore(scenarios.script(data), 10_000)

    assert exploration.states <= 10_000
    assert not exploration.complete
    assert exploration.longest is None
    (missed,) = [each for each in exploration.problems if each.at[0] == "endings"]
    assert missed.severity == "warning"
    assert missed.message == "the ending 'luck' was not reached."


def test_a_walk_that_was_cut_short_says_so_even_where_it_missed_nothing() -> None:
    exploration = explore(scenarios.script(long_story(20, ways_back=True)), 10_000)

    (cut,) = exploration.problems
    assert (cut.severity, cut.at) == ("warning", ("scenes",))
    assert cut.message == (
        f"there are too many states to walk them all; {exploration.states:,} were."
    )


def fix_of(problems: tuple[Problem, ...], message: str) -> str:
    (problem,) = [each for each in problems if message in each.message]
    return problem.fix


def test_a_walk_cut_short_by_a_loop_names_the_scenes_that_lead_back() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["again"] = choice("log", rank=4, effects={"trust": 1})

    exploration = explore(scenarios.script(data), 10_000)

    assert fix_of(exploration.problems, "too many states") == (
        "These scenes lead back to one another: log → walk → visit → log. A play can go round them"
        " for ever, and its gauges with it. Give a choice that leads back, such as 'again', a"
        " 'when' that fails after some rounds, such as trust < 3."
    )


def test_a_loop_that_moves_no_gauge_is_not_what_cuts_a_walk_short() -> None:
    data = long_story(20)
    data["scenes"]["scene-19"]["choices"]["back"] = choice(
        [{"when": "trust > 99", "to": "scene-19"}, {"to": "end"}], rank=4
    )
    for each in data["scenes"]["scene-19"]["choices"].values():
        each.pop("effects", None)

    exploration = explore(scenarios.script(data), 1_000)

    assert not exploration.complete
    assert "lead back" not in fix_of(exploration.problems, "too many states")


def test_of_a_long_loop_the_first_and_the_last_scenes_are_named() -> None:
    exploration = explore(scenarios.script(long_story(20, ways_back=True)), 10_000)

    assert "scene-0 → scene-1 → scene-2 → … → scene-19 → scene-0." in fix_of(
        exploration.problems, "too many states"
    )


def test_best_ranked_choices_that_go_round_for_ever_name_their_scenes_within_seconds() -> None:
    data = scenarios.scenario()
    for each in data["scenes"]["visit"]["choices"].values():
        each.update(goto="log", effects={"trust": 1})
    begin = time.process_time()

    exploration = explore(scenarios.script(data), 10_000)

    # A path copied at each step would take minutes.
    assert time.process_time() - begin < 60
    assert fix_of(exploration.problems, "best ranked") == (
        "Let one of them lead on to an ending; now they go log → visit → log."
    )


def test_a_story_that_ends_before_it_begins_has_no_decisions() -> None:
    data = scenarios.scenario()
    data["scenes"]["walk"]["goto"] = "end"
    data["start"] = "walk"

    exploration = explore(scenarios.script(data))

    assert (exploration.shortest, exploration.reference) == (0, ())
    assert exploration.reference_ending == "alone"
