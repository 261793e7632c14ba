"""Every shipped scenario: nothing to mend, and each ending is really played from each seat.

The rules for all files ask for less than ours promise; what they promise beyond that is held here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest

from lfp_trainer.config import SCENARIOS
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
    stand_in_moves,
    start,
)
from lfp_trainer.engine.scenario import Ending
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.scenario_files import examine, find_scenarios, load_bundle, read_sources

FILES = {file.stem: file for file in find_scenarios(SCENARIOS)}


@cache
def script_of(name: str) -> Script:
    return prepare(load_bundle(FILES[name]))


def seats_and_endings() -> Iterator[tuple[str, str, str]]:
    for name in FILES:
        scenario = script_of(name).scenario
        for seat in (*scenario.seats, "every seat"):
            yield from ((name, seat, ending.id) for ending in scenario.endings)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_there_is_no_problem_and_no_warning(file: Path) -> None:
    found = examine(read_sources(file))

    assert [problem.text for problem in found.problems] == []
    assert found.exploration is not None
    assert found.exploration.complete


@pytest.mark.parametrize(("name", "seat", "ending"), list(seats_and_endings()))
def test_each_ending_is_played_from_each_seat_with_the_stand_in_elsewhere(
    name: str, seat: str, ending: str
) -> None:
    script = script_of(name)
    mine = set(script.scenario.seats) if seat == "every seat" else {seat}
    own_choices = choices_that_lead_to(script, mine, ending)

    position, by_stand_in = start(script), 0
    for own in [*own_choices, None]:
        while position.scene is not None and not mine & set(seats_on_turn(script, position)):
            position = choose(script, position, stand_in_choice(script, position))
            by_stand_in += 1
        if own is not None:
            position = choose(script, position, own)

    reached = ending_of(script, position)
    assert isinstance(reached, Ending)
    assert reached.id == ending
    assert (by_stand_in > 0) == (seat != "every seat")
    assert replay(script, position.path) == position
    told = [moment.choice_id for moment in retell(script, position.path) if moment.choice_id]
    assert tuple(told) == position.path
    assert epilogue_of(script, position) in [each.text for each in reached.epilogues]


ENDINGS = ["installed", "paper-system", "one-good-building", "back-where-we-started"]


@pytest.mark.parametrize("name", FILES)
def test_the_four_endings_have_their_names_and_three_closing_paragraphs_each(name: str) -> None:
    endings = script_of(name).scenario.endings

    assert [ending.id for ending in endings] == ENDINGS
    assert [len(ending.epilogues) for ending in endings] == [3, 3, 3, 3]


@pytest.mark.parametrize("name", FILES)
def test_a_facilitator_finds_at_least_five_questions(name: str) -> None:
    assert len(script_of(name).scenario.debrief) >= 5


@pytest.mark.parametrize("name", FILES)
def test_of_each_response_its_tactic_and_its_practices_are_settled(name: str) -> None:
    """An empty list of practices says that there is none; a key left out, that nobody looked."""
    unsettled = [
        id
        for id, (_, choice) in script_of(name).choices.items()
        if choice.tactic is None or not {"uses", "misses"} <= choice.model_fields_set
    ]

    assert unsettled == []


@pytest.mark.parametrize("name", FILES)
def test_at_least_two_decisions_are_met_only_by_who_takes_a_detour(name: str) -> None:
    script = script_of(name)
    rng = Random(1)
    plays = [scenes_of_a_play(script, rng) for _ in range(200)]
    decisions = {id for id, scene in script.scenario.scenes.items() if scene.choices}

    on_every_way = decisions.intersection(*plays)

    assert len(decisions - on_every_way) >= 2


def scenes_of_a_play(script: Script, rng: Random) -> set[str]:
    position = start(script)
    met = set[str]()
    while position.scene is not None:
        met.add(position.scene)
        position = choose(script, position, rng.choice(offered(script, position)))
    return met


@pytest.mark.parametrize("name", FILES)
def test_every_leader_is_rated_on_every_strand(name: str) -> None:
    script = script_of(name)

    rated = {leader: set(strands) for leader, strands in script.scenario.leaders.items()}

    assert rated
    assert rated == dict.fromkeys(rated, set(script.rubric.strands))


def choices_that_lead_to(script: Script, mine: set[str], ending: str) -> tuple[str, ...]:
    """Return what the players of some seats choose, one after the other, to come to an ending."""
    return ways_of(script.scenario.id, tuple(sorted(mine)))[ending]


@cache
def ways_of(name: str, mine: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the choices of some seats' players that first lead to each ending."""
    script = script_of(name)
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[Position, tuple[str, ...]]] = [(start(script), ())]
    met = set[Position]()
    while waiting and len(found) < len(script.endings):
        position, own = waiting.pop()
        for _, _, after in stand_in_moves(script, position, mine):
            position = after
        same = position._replace(path=())
        if same in met:
            continue
        met.add(same)
        reached = ending_of(script, position)
        if reached is not None:
            found.setdefault(reached.id, own)
        waiting += [
            (choose(script, position, choice), (*own, choice))
            for choice in offered(script, position)
        ]
    return found
