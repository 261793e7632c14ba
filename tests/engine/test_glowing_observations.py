"""What is particular to the first scenario; what every shipped one promises is in test_shelf."""

from collections.abc import Iterator

import pytest

from lfp_trainer.config import SCENARIOS
from lfp_trainer.engine.explorer import Exploration, explore
from lfp_trainer.engine.play import (
    Position,
    choose,
    ending_of,
    offered,
    retell,
    stand_in_choice,
    start,
)
from lfp_trainer.engine.scenario import BOTH, Bundle, Scenario, Scene
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.scenario_files import load_bundle

PACK = ("log", "same-lesson", "one-morning", "network")
"""The decisions everyone meets; the others are detours."""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(SCENARIOS / "glowing-observations.yaml")


@pytest.fixture(scope="module")
def scenario(bundle: Bundle) -> Scenario:
    return bundle.scenario


@pytest.fixture(scope="module")
def script(bundle: Bundle) -> Script:
    return prepare(bundle)


@pytest.fixture(scope="module")
def exploration(script: Script) -> Exploration:
    return explore(script)


@pytest.fixture(scope="module")
def plays(script: Script) -> list[Position]:
    """Every position of every play, told apart by all that came before."""
    return list(_positions(script))


def _positions(script: Script) -> Iterator[Position]:
    waiting, met = [start(script)], set[Position]()
    while waiting:
        position = waiting.pop()
        same = position._replace(path=())
        if same not in met:
            met.add(same)
            yield position
            waiting += [choose(script, position, id) for id in offered(script, position)]


def _decisions(scenario: Scenario) -> dict[str, Scene]:
    return {id: scene for id, scene in scenario.scenes.items() if scene.choices}


def _best(scene: Scene) -> str:
    return min(scene.choices, key=lambda id: scene.choices[id].rank)


def test_the_best_ranked_choices_lead_to_installed_in_six_decisions(
    exploration: Exploration,
) -> None:
    assert exploration.reference_ending == "installed"
    assert len(exploration.reference) == 6


def test_the_longest_play_has_ten_decisions_and_the_shortest_five(
    exploration: Exploration,
) -> None:
    assert (exploration.shortest, exploration.longest) == (5, 10)


def test_everyone_meets_the_four_decisions_of_the_pack_with_four_responses_each(
    scenario: Scenario, script: Script, plays: list[Position]
) -> None:
    met = {
        tuple(scene for scene in _scenes_of(script, position) if scene in PACK)
        for position in plays
        if position.scene is None
    }

    assert met == {PACK}
    assert [len(scenario.scenes[id].choices) for id in PACK] == [4, 4, 4, 4]
    assert scenario.scenes["network"].turn == BOTH


def test_there_are_at_least_six_detours_that_only_some_plays_meet(
    scenario: Scenario, script: Script, plays: list[Position]
) -> None:
    detours = set(_decisions(scenario)) - set(PACK)
    ends = [set(_scenes_of(script, position)) for position in plays if position.scene is None]

    assert len(detours) >= 6
    assert all(any(detour not in met for met in ends) for detour in detours)


def _scenes_of(script: Script, position: Position) -> list[str]:
    return [script.choices[choice][0] for choice in position.path]


def test_every_decision_ranks_its_responses_without_ties(scenario: Scenario) -> None:
    for id, scene in _decisions(scenario).items():
        ranks = sorted(choice.rank for choice in scene.choices.values())
        assert ranks == list(range(1, len(ranks) + 1)), id


def test_asking_is_not_always_best_and_standing_firm_sometimes_is(scenario: Scenario) -> None:
    detours = {id: scene for id, scene in _decisions(scenario).items() if id not in PACK}
    hollow = [
        choice_id
        for scene in detours.values()
        for choice_id, choice in scene.choices.items()
        if choice.tactic == "consultation" and choice.rank > 1
    ]
    firm = [
        _best(scene)
        for scene in detours.values()
        if scene.choices[_best(scene)].tactic in ("legitimating", "pressure")
    ]

    assert len(hollow) >= 5
    assert "back-at-eleven" in firm


def test_a_hollow_consultation_costs_something(scenario: Scenario) -> None:
    """Or people would learn that asking is never wrong."""
    for scene in _decisions(scenario).values():
        for choice in scene.choices.values():
            if choice.tactic == "consultation" and choice.rank > 2:
                assert any(change < 0 for change in choice.effects.values()), choice.text


def test_who_never_picks_one_of_the_two_best_in_the_pack_never_ends_in_installed(
    script: Script, plays: list[Position]
) -> None:
    endings = {
        ending.id
        for position in plays
        if (ending := ending_of(script, position)) is not None
        and all(script.choices[id][1].rank > 2 for id in _pack_choices(script, position))
    }

    assert endings == {"one-good-building", "back-where-we-started"}


def _pack_choices(script: Script, position: Position) -> list[str]:
    return [id for id in position.path if script.choices[id][0] in PACK]


def test_no_detour_raises_the_spread(scenario: Scenario) -> None:
    raising = [
        choice_id
        for id, scene in _decisions(scenario).items()
        for choice_id, choice in scene.choices.items()
        if id not in PACK and choice.effects.get("spread", 0) > 0
    ]

    assert raising == []


def test_two_stand_ins_play_to_the_end_and_leave_room_to_do_better(script: Script) -> None:
    position = start(script)
    while position.scene is not None:
        position = choose(script, position, stand_in_choice(script, position))

    ending = ending_of(script, position)
    assert ending is not None
    assert ending.id != "installed"


def test_nobody_is_rated_above_telling_and_readers_may_differ_by_one(bundle: Bundle) -> None:
    bands = {
        (reference.level, reference.band.low, reference.band.high)
        for references in bundle.scenario.leaders.values()
        for reference in references.values()
    }

    assert bands == {(1, 1, 2)}


def test_some_sentences_of_the_case_are_evidence_for_nothing(scenario: Scenario) -> None:
    cited = {
        sentence
        for references in scenario.leaders.values()
        for reference in references.values()
        for sentence in reference.evidence
    }

    assert len(scenario.sentences) == 13
    # Results never prove a level, and a warm manner is not an act.
    assert {"lowest", "kind"} <= set(scenario.sentences) - cited


PRIVATE = {
    "log": "partner",
    "three-rooms": "partner",
    "satisfied": "partner",
    "the-whole-year": "partner",
    "pauls-building": "partner",
    "seven-short": "principal",
    "this-afternoon": "principal",
    "even-split": "principal",
    "text-in-a-lesson": "principal",
}
"""Scenes in which one of the two is away, and who is there."""


def test_who_plays_one_seat_hears_no_word_of_a_scene_they_are_away_from(
    scenario: Scenario, script: Script, plays: list[Position]
) -> None:
    met = set()
    for position in plays:
        for seat in scenario.seats:
            for moment in retell(script, position.path, to=[seat])[-4:]:
                there = PRIVATE.get(moment.scene_id, seat)
                met.add(moment.scene_id)
                assert moment.lines, moment.scene_id
                if there != seat:
                    assert all(line.says is None for line in moment.lines), moment.scene_id

    assert set(PRIVATE) <= met


def test_who_plays_every_seat_hears_everything(script: Script, plays: list[Position]) -> None:
    longest = max(plays, key=lambda position: len(position.path))

    everything = retell(script, longest.path, to=script.scenario.seats)

    assert everything == retell(script, longest.path)
    assert everything != retell(script, longest.path, to=["partner"])


def test_one_detour_offers_a_response_only_where_the_story_has_made_it_possible(
    script: Script, plays: list[Position]
) -> None:
    at_pauls = [position for position in plays if position.scene == "pauls-building"]
    offers = {
        "ask-the-team" in position.path: set(offered(script, position)) for position in at_pauls
    }

    assert offers[True] - offers[False] == {"split-him-too"}
    assert offers[False] < offers[True]
