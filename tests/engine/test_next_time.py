"""The one thing to do differently: which decision, on which strand, and what it answered."""

from collections.abc import Iterable

import pytest

from lfp_trainer.engine import debrief
from lfp_trainer.engine.next_time import NextTime, next_time
from lfp_trainer.engine.script import Script
from tests import scenarios
from tests.scenarios import Data

EVERY_SEAT = ("partner", "principal")


def look_back(script: Script, *path: str, own: Iterable[str] = EVERY_SEAT) -> NextTime:
    seats = tuple(own)
    told = debrief.tell(script, path, own_seats=seats)
    found = next_time(script, told, path, own_seats=seats)
    assert found is not None
    return found


def saying(*lines: Data | str, scene: str = "visit") -> Script:
    data = scenarios.scenario()
    data["scenes"][scene]["lines"] = [*lines]
    return scenarios.script(data)


def said(who: str, words: str, **more: str) -> Data:
    return {"who": who, "says": words, **more}


def text_of(found: NextTime) -> str | None:
    return (found.line.says or found.line.text) if found.line else None


def test_it_rests_on_the_turning_point_and_the_strand_furthest_below() -> None:
    found = look_back(scenarios.script(), "ask", "defend")

    assert found.decision.moment.choice_id == "defend"
    assert (found.differently, found.strand, found.level) == (True, "motivate", 1)


def test_the_question_is_the_one_to_the_next_level() -> None:
    scale = scenarios.rubric()
    scale["strands"]["motivate"]["neighbours"] = [
        {"between": [1, 2], "ask": "Was anything said?"},
        {"between": [2, 3], "ask": "Was there a second move?"},
    ]

    found = look_back(scenarios.script(scale=scale), "ask", "defend")

    assert found.ask is not None
    assert found.ask.ask == "Was anything said?"


def test_the_line_is_the_last_that_somebody_else_said() -> None:
    script = saying(
        said("partner", "What did you see?"), said("principal", "Well."), "A pause.", scene="visit"
    )

    assert text_of(look_back(script, "ask", "defend")) == "What did you see?"


def test_where_nobody_else_spoke_it_is_what_was_told() -> None:
    assert text_of(look_back(saying("A bell."), "ask", "defend")) == "A bell."
    assert text_of(look_back(scenarios.script(), "ask", "defend")) == "She smiles."


def test_a_passage_on_the_way_is_part_of_what_was_heard() -> None:
    data = scenarios.scenario()
    data["scenes"]["walk"]["lines"] = [said("partner", "Shall we?")]
    data["scenes"]["visit"]["lines"] = ["A door."]

    assert text_of(look_back(scenarios.script(data), "ask", "defend")) == "Shall we?"


def test_what_was_said_before_another_decision_is_not_what_this_one_answers() -> None:
    script = saying(said("partner", "Good morning."), scene="log")

    assert text_of(look_back(script, "ask", "defend")) == "She smiles."


def test_a_line_told_to_another_seat_only_is_not_quoted() -> None:
    script = saying(
        said("partner", "Aloud."), said("partner", "Thought.", only="partner"), scene="visit"
    )

    assert text_of(look_back(script, "ask", "defend", own=["principal"])) == "Aloud."
    assert text_of(look_back(script, "ask", "defend")) == "Thought."


def test_who_decides_for_every_seat_together_is_answered_by_one_of_them() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"] |= {"turn": "both", "lines": [said("principal", "Now what?")]}

    assert text_of(look_back(scenarios.script(data), "ask", "defend")) == "Now what?"


def test_who_took_the_first_each_time_is_told_what_carried_it() -> None:
    found = look_back(scenarios.script(), "ask", "show")

    assert (found.differently, found.decision.moment.choice_id) == (False, "show")


def test_who_decided_nothing_has_nothing_to_look_back_at() -> None:
    told = debrief.tell(scenarios.script(), ("ask", "show"), own_seats=())

    assert next_time(scenarios.script(), told, ("ask", "show"), own_seats=()) is None


@pytest.mark.parametrize(("path", "differently"), [("defend", True), ("show", False)])
def test_a_response_that_shows_no_level_is_looked_back_at_all_the_same(
    path: str, differently: bool
) -> None:
    data = scenarios.scenario()
    for each in ("defend", "show"):
        data["scenes"]["visit"]["choices"][each]["shows"] = {}

    found = look_back(scenarios.script(data), "ask", path, own=["principal"])

    assert (found.differently, found.decision.moment.choice_id) == (differently, path)
    assert (found.strand, found.level, found.ask) == (None, None, None)
