"""Each mistake in a scenario is found, at its place, with a likely fix."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lfp_trainer.engine.checks import (
    examine,
    find_problems,
    find_rubric_problems,
    find_vocabulary_problems,
    levels_not_shown,
)
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import did_you_mean
from tests import scenarios
from tests.scenarios import Data, choice, decision

Change = Callable[[Data], object]


def errors(data: Data) -> list[str]:
    """Return what is wrong, without the fixes."""
    problems = find_problems(scenarios.bundle(data))
    places = [".".join(map(str, each.at)) for each in problems if each.is_error]
    messages = [each.message for each in problems if each.is_error]
    return [f"{place}: {text}" for place, text in zip(places, messages, strict=True)]


def put(*path: Any) -> Change:
    """Return a change that sets the value at a path."""
    *parents, last, value = path

    def change(data: Any) -> None:
        for part in parents:
            data = data[part]
        data[last] = value

    return change


def test_a_sound_scenario_has_no_errors() -> None:
    assert errors(scenarios.scenario()) == []


LOG = ("scenes", "log")
ASK = (*LOG, "choices", "ask")
VISIT = ("scenes", "visit")
RATING = ("leaders", "partner", "motivate")

MISTAKES: dict[str, tuple[Change, str]] = {
    "a start that is not there": (put("start", "lgo"), "start: there is no scene 'lgo'."),
    "a way to nowhere": (
        put(*ASK, "goto", "wlak"),
        "scenes.log.choices.ask.goto: there is no scene 'wlak'.",
    ),
    "a branch to nowhere": (
        put(*ASK, "goto", [{"when": "trust > 0", "to": "wlak"}, {"to": "walk"}]),
        "scenes.log.choices.ask.goto.0.to: there is no scene 'wlak'.",
    ),
    "branches of which none may hold": (
        put(*ASK, "goto", [{"when": "trust > 0", "to": "walk"}]),
        "scenes.log.choices.ask.goto.0: the last branch has a 'when', so there may be none that"
        " holds.",
    ),
    "a branch behind one that always holds": (
        put(*ASK, "goto", [{"to": "walk"}, {"when": "trust > 0", "to": "visit"}, {"to": "end"}]),
        "scenes.log.choices.ask.goto.0: what follows this branch is never tried, because it has no"
        " 'when'.",
    ),
    "a turn of nobody": (
        put(*LOG, "turn", "nobody"),
        "scenes.log.turn: there is no seat 'nobody'.",
    ),
    "a stand-in with another scene's choice": (
        put(*LOG, "stand_in", [{"choose": "show"}]),
        "scenes.log.stand_in.0.choose: there is no choice of this scene 'show'.",
    ),
    "a stand-in that may find no line": (
        put(*LOG, "stand_in", [{"when": "trust > 5", "choose": "ask"}]),
        "scenes.log.stand_in.0: the last line has a 'when', so there may be none that holds.",
    ),
    "a stand-in whose last choice is not always on offer": (
        put(*VISIT, "stand_in", [{"choose": "thank"}]),
        "scenes.visit.stand_in.0.choose: the last line takes a choice that has a 'when' and may not"
        " be on offer.",
    ),
    "a stand-in line that is never tried": (
        put(*LOG, "stand_in", [{"choose": "ask"}, {"choose": "tell"}]),
        "scenes.log.stand_in.0: what follows this line is never tried, because it has no 'when'.",
    ),
    "two endings of one name": (
        put("endings", 1, "id", "together"),
        "endings.1.id: there are two endings 'together'.",
    ),
    "an ending behind one that always holds": (
        lambda data: data["endings"].insert(0, {"id": "first", "title": "F", "text": "F"}),
        "endings.0: what follows this ending is never tried, because it has no 'when'.",
    ),
    "endings of which none may hold": (
        put("endings", 1, "when", "trust < 1"),
        "endings.1: the last ending has a 'when', so there may be none that holds.",
    ),
    "an epilogue behind one that always holds": (
        put("endings", 0, "epilogues", [{"text": "A"}, {"text": "B"}]),
        "endings.0.epilogues.0: what follows this epilogue is never tried, because it has no"
        " 'when'.",
    ),
    "a gauge in an ending": (
        put("endings", 0, "when", "trsut > 0"),
        "endings.0.when: there is no gauge 'trsut'.",
    ),
    "a gauge in an epilogue": (
        put("endings", 0, "epilogues", [{"when": "trsut > 0", "text": "A"}]),
        "endings.0.epilogues.0.when: there is no gauge 'trsut'.",
    ),
    "a scene in a line": (
        put(*VISIT, "lines", 1, "when", 'visited("lgo")'),
        "scenes.visit.lines.1.when: there is no scene 'lgo'.",
    ),
    "a choice in a choice": (
        put(*VISIT, "choices", "thank", "when", 'chose("aks")'),
        "scenes.visit.choices.thank.when: there is no choice 'aks'.",
    ),
    "a gauge in a branch": (
        put(*ASK, "goto", [{"when": "trsut > 0", "to": "walk"}, {"to": "visit"}]),
        "scenes.log.choices.ask.goto.0.when: there is no gauge 'trsut'.",
    ),
    "a gauge in a stand-in": (
        put(*LOG, "stand_in", [{"when": "trsut > 0", "choose": "ask"}, {"choose": "tell"}]),
        "scenes.log.stand_in.0.when: there is no gauge 'trsut'.",
    ),
    "an effect on no gauge": (
        put(*ASK, "effects", {"trsut": 1}),
        "scenes.log.choices.ask.effects.trsut: there is no gauge 'trsut'.",
    ),
    "one choice in two scenes": (
        put(*VISIT, "choices", "ask", choice(rank=4)),
        "scenes.visit.choices.ask: the choice 'ask' is in scene 'log' too.",
    ),
    "a scene called end": (
        put("scenes", "end", {"title": "E", "goto": "visit"}),
        "scenes.end: 'end' has a meaning of its own.",
    ),
    "a cast member called both": (
        put("cast", "both", {"name": "B", "position": "b"}),
        "cast.both: 'both' has a meaning of its own.",
    ),
    "a rated group with somebody who is not there": (
        put("cast", "all", {"name": "All", "position": "p", "stands_for": ["partner", "nobody"]}),
        "cast.all.stands_for.1: there is no cast member 'nobody'.",
    ),
    "a rated group in a seat": (
        put("cast", "principal", "stands_for", ["partner"]),
        "cast.principal.seat: several people cannot sit in one seat.",
    ),
    "a choice called end": (
        put(*VISIT, "choices", "end", choice(rank=4)),
        "scenes.visit.choices.end: 'end' has a meaning of its own.",
    ),
    "a gauge called not": (
        put("gauges", "not", 0),
        "gauges.not: 'not' is a word of the condition language.",
    ),
    "a gauge called visited": (
        put("gauges", "visited", 0),
        "gauges.visited: 'visited' is a word of the condition language.",
    ),
    "a line of nobody": (
        put(*VISIT, "lines", 0, "who", "nobody"),
        "scenes.visit.lines.0.who: there is no cast member 'nobody'.",
    ),
    "a line told to nobody": (
        put(*VISIT, "lines", 0, "only", "teacher"),
        "scenes.visit.lines.0.only: there is no seat 'teacher'.",
    ),
    "a leader who is nobody": (
        lambda data: data["leaders"].update(nobody=data["leaders"]["partner"]),
        "leaders.nobody: there is no cast member 'nobody'.",
    ),
    "a leader who is not rated on a strand": (
        lambda data: data["leaders"]["partner"].pop("results"),
        "leaders.partner: 'partner' is not rated on 'results'.",
    ),
    "a leader rated on no strand": (
        put("leaders", "partner", "charm", scenarios.reference()),
        "leaders.partner.charm: there is no strand 'charm'.",
    ),
    "a level above the ladder": (
        lambda data: data["leaders"]["partner"]["motivate"].update(level=6, band=[5, 6]),
        "leaders.partner.motivate.level: there is no level 6 in 'motivate'.",
    ),
    "a band above the ladder": (
        put(*RATING, "band", [1, 6]),
        "leaders.partner.motivate.band.1: there is no level 6 in 'motivate'.",
    ),
    "a band upside down": (
        put(*RATING, "band", [3, 1]),
        "leaders.partner.motivate.band: the band runs from 3 down to 1.",
    ),
    "a level outside its band": (
        put(*RATING, "band", [3, 4]),
        "leaders.partner.motivate.band: the level 2 is outside its own band.",
    ),
    "NE that the band does not take": (
        put(*RATING, "level", "NE"),
        "leaders.partner.motivate.band: the level is NE but the band takes no NE.",
    ),
    "a level without evidence": (
        put(*RATING, "evidence", []),
        "leaders.partner.motivate: a level needs evidence.",
    ),
    "evidence that is not there": (
        put(*RATING, "evidence", ["s9"]),
        "leaders.partner.motivate.evidence.0: there is no sentence 's9'.",
    ),
    "two sentences of one name": (
        put("case", 1, "id", "s1"),
        "case.1: there are two sentences 's1'.",
    ),
    "a flag that is not there": (
        put(*RATING, "flag", "againts"),
        "leaders.partner.motivate.flag: there is no flag 'againts'.",
    ),
    "a flag of another strand": (
        put("leaders", "partner", "results", "flag", "against"),
        "leaders.partner.results.flag: 'against' is a flag of 'motivate'.",
    ),
    "a level above what its flag allows": (
        lambda data: data["leaders"]["partner"]["motivate"].update(
            flag="against", level=3, band=[3, 3]
        ),
        "leaders.partner.motivate.level: with the flag 'against', 'motivate' is at most 2.",
    ),
    "a choice with a flag that is not there": (
        put(*ASK, "flag", "againts"),
        "scenes.log.choices.ask.flag: there is no flag 'againts'.",
    ),
    "a choice above what its flag allows": (
        put(*ASK, "flag", "against"),
        "scenes.log.choices.ask.shows.motivate: with the flag 'against', 'motivate' is at most 2.",
    ),
    "a choice that shows no strand": (
        put(*ASK, "shows", {"charm": 1}),
        "scenes.log.choices.ask.shows.charm: there is no strand 'charm'.",
    ),
    "a choice that shows no level": (
        put(*ASK, "shows", {"motivate": 6}),
        "scenes.log.choices.ask.shows.motivate: there is no level 6 in 'motivate'.",
    ),
    "a rank that two equals have used up": (
        put(*VISIT, "choices", "show", "rank", 2),
        "scenes.visit.choices.thank.rank: 'show' and 'defend' are both ranked 2.",
    ),
    "an unknown practice that is used": (
        put(*ASK, "uses", ["LFP9"]),
        "scenes.log.choices.ask.uses.0: there is no practice 'LFP9'.",
    ),
    "an unknown practice that is missed": (
        put(*ASK, "misses", ["LFP9"]),
        "scenes.log.choices.ask.misses.0: there is no practice 'LFP9'.",
    ),
    "an unknown tactic": (
        put(*ASK, "tactic", "charm"),
        "scenes.log.choices.ask.tactic: there is no tactic 'charm'.",
    ),
    "an unknown system": (
        put("diagnosis", "systems", "why_not", "ABC", "It is not."),
        "diagnosis.systems.why_not.ABC: there is no system 'ABC'.",
    ),
    "a system in two places": (
        put("diagnosis", "systems", "why_not", "ILR", "It is not."),
        "diagnosis.systems.why_not.ILR: 'ILR' stands under 'primary' too.",
    ),
    "a system that is nowhere": (
        put("diagnosis", "systems", "secondary", []),
        "diagnosis.systems: the system 'INS' is nowhere.",
    ),
    "an unknown test": (
        put("diagnosis", "failed_tests", ["usde"]),
        "diagnosis.failed_tests.0: there is no test 'usde'.",
    ),
    "an unknown person": (
        put("diagnosis", "barrier", "who", ["parents"]),
        "diagnosis.barrier.who.0: there is no such person 'parents'.",
    ),
    "an unknown barrier": (
        put("diagnosis", "barrier", "what", ["XX"]),
        "diagnosis.barrier.what.0: there is no barrier 'XX'.",
    ),
    "an unknown second barrier": (
        put("diagnosis", "barrier", "also", ["XX"]),
        "diagnosis.barrier.also.0: there is no barrier 'XX'.",
    ),
    "a gauge that the vocabulary lacks": (
        put("gauges", "luck", 0),
        "gauges.luck: there is no gauge in the vocabulary 'luck'.",
    ),
    "a role that the rubric lacks": (
        put("cast", "partner", "role", "coach"),
        "cast.partner.role: there is no role 'coach'.",
    ),
    "a seat without a brief": (
        lambda data: data["cast"]["partner"].pop("brief"),
        "cast.partner: 'partner' has a seat but no brief.",
    ),
    "a seat that never decides": (
        put(*VISIT, "turn", "partner"),
        "cast.principal: 'principal' has a seat but never decides.",
    ),
    "another rubric than was asked for": (
        put("rubric", "large"),
        "rubric: the rubric in that file calls itself 'small'.",
    ),
    "passages in a ring": (
        put("scenes", "walk", "goto", "walk"),
        "scenes.walk.goto: these passages lead in a ring: walk → walk.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_at_its_place(name: str) -> None:
    change, expected = MISTAKES[name]
    data = scenarios.scenario()
    change(data)

    assert expected in errors(data)


def test_a_scenario_without_a_seat_is_not_playable() -> None:
    data = scenarios.scenario()
    for member in data["cast"].values():
        member["seat"] = False

    assert "cast: nobody has a seat." in errors(data)


def test_a_scene_of_both_is_a_decision_of_every_seat() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["turn"] = data["scenes"]["visit"]["turn"] = "both"

    assert errors(data) == []


def test_a_ring_of_two_passages_names_them_in_order() -> None:
    data = scenarios.scenario()
    data["scenes"]["walk"]["goto"] = "stairs"
    data["scenes"]["stairs"] = {
        "title": "Stairs",
        "goto": [{"when": "trust > 0", "to": "visit"}, {"to": "walk"}],
    }

    (ring,) = errors(data)

    assert "ring: " in ring
    assert ring.endswith(("walk → stairs → walk.", "stairs → walk → stairs."))


def test_all_mistakes_are_listed_at_once() -> None:
    data = scenarios.scenario()
    for name in ("a start that is not there", "an unknown tactic", "an unknown test"):
        MISTAKES[name][0](data)

    assert len(errors(data)) == 3


def test_no_more_than_a_hundred_are_listed() -> None:
    data = scenarios.scenario()
    data["scenes"].update(
        {f"p{number}": {"title": "P", "goto": "nowhere"} for number in range(500)}
    )

    assert len(errors(data)) == 100


def test_a_misspelt_name_comes_with_the_nearest_one() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["ask"]["goto"] = "vist"

    (problem,) = find_problems(scenarios.bundle(data))

    assert problem.fix == "Did you mean 'visit'?"


def test_a_name_like_no_other_comes_with_all_there_are() -> None:
    assert did_you_mean("xyz", ["log", "walk"]) == "Known: log, walk."


def test_the_nearest_of_very_many_names_is_still_found() -> None:
    known = [f"scene-{number}" for number in range(1000)]

    assert did_you_mean("scene-71x", [*known, "log"]).startswith("Did you mean 'scene-71")


def test_equals_share_a_rank_and_the_next_one_leaves_room_for_them() -> None:
    data = scenarios.scenario()
    data["scenes"]["visit"]["choices"]["defend"]["rank"] = 1

    assert errors(data) == []


def test_levels_that_no_response_of_any_file_shows_are_a_warning() -> None:
    one, other = scenarios.scenario(), scenarios.scenario()
    other["scenes"]["log"]["choices"]["ask"]["shows"] = {"motivate": 5, "results": 3}
    both = [scenarios.bundle(each) for each in (one, other)]

    problems = levels_not_shown(both[0].rubric, [each.scenario for each in both])

    assert [(each.at, each.severity, each.message) for each in problems] == [
        (
            ("strands", "motivate", "levels", 1), "warning",
            "no response in the 2 scenarios checked shows 'motivate' at level 2, 4.",
        ),
        (
            ("strands", "results", "levels", 3), "warning",
            "no response in the 2 scenarios checked shows 'results' at level 4, 5.",
        ),
    ]  # fmt: skip


def test_a_rubric_by_itself_is_checked() -> None:
    data = scenarios.rubric()
    strand = data["strands"]["motivate"]
    strand["levels"][0]["indicators"] = {"coach": ["Says so."]}
    strand["neighbours"] = [{"between": [1, 3], "ask": "Which?"}, {"between": [5, 6], "ask": "?"}]
    data["flags"]["against"]["caps"]["motivate"] = 7
    rubric = Rubric.model_validate_json(json.dumps(data))

    assert [each.message for each in find_rubric_problems(rubric)] == [
        "there is no role 'coach'.",
        "1 and 3 are not neighbouring levels of 'motivate'.",
        "5 and 6 are not neighbouring levels of 'motivate'.",
        "there is no level 7 in 'motivate'.",
    ]


def test_a_vocabulary_by_itself_is_checked() -> None:
    data = scenarios.vocabulary()
    data["systems"]["ILR"].update(group="lerning", confused_with="INX")
    vocabulary = Vocabulary.model_validate_json(json.dumps(data))

    assert [each.message for each in find_vocabulary_problems(vocabulary)] == [
        "there is no group 'lerning'.",
        "there is no system or practice 'INX'.",
    ]


def test_the_story_is_walked_only_when_its_names_are_sound() -> None:
    data = scenarios.scenario()
    data["scenes"]["island"] = decision("partner", {"swim": choice("nowhere")})

    assert errors(data) == ["scenes.island.choices.swim.goto: there is no scene 'nowhere'."]


def halves(data: Data) -> list[str]:
    """Return the places of texts that begin like the second half of a sentence."""
    found = find_problems(scenarios.bundle(data))
    assert not any(each.is_error for each in found)
    return [
        ".".join(map(str, each.at))
        for each in found
        if each.message == "begins with a small letter; inside [ ] a comma ends a text."
    ]


def test_a_text_that_a_comma_cut_in_two_is_told_wherever_texts_are_listed() -> None:
    data = scenarios.scenario()
    data["case"] += ["The list", "by the trays", "is full."]
    data["scenes"]["log"]["lines"] = ["The list", "by the trays."]
    data["overview"] = {
        "snapshot": ["A middle school", "in spring"],
        "trade_offs": ["Speed", "or care"],
    }
    data["debrief"] = ["What do you do", "when it rains?"]

    assert halves(data) == [
        "case.3",
        "case.4",
        "scenes.log.lines.1",
        "overview.snapshot.1",
        "overview.trade_offs.1",
        "debrief.1",
    ]


def test_a_text_that_a_comma_cut_in_two_is_told_beside_errors() -> None:
    data = scenarios.scenario()
    data["debrief"] = ["What do you do", "when it rains?"]
    data["start"] = "nowhere"

    assert [each.at for each in find_problems(scenarios.bundle(data))] == [
        ("start",),
        ("debrief", 1),
    ]


def test_capitals_numbers_marks_and_scripts_without_capitals_begin_a_text_well() -> None:
    data = scenarios.scenario()
    data["debrief"] = ["Why?", "4 rooms?", "… and then?", '"so," she said', "École?", "為什麼？"]
    data["scenes"]["visit"]["lines"] += [{"who": "partner", "says": "but why?"}]

    assert halves(data) == []


def test_no_more_halves_are_listed_than_somebody_reads() -> None:
    data = scenarios.scenario()
    data["debrief"] = ["when it rains?"] * 30

    assert len(halves(data)) == 10


def test_a_seat_after_the_stand_ins_last_word_is_told_to_move_the_ending_itself() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["stand_in"] = [{"choose": "tell"}]

    found = examine(scenarios.bundle(data)).problems

    (missed,) = [
        each for each in found if "'together' cannot be reached by 'principal'" in str(each)
    ]
    assert missed.fix == (
        "Let the stand-in answer what was done, with lines that have a 'when', or let this seat's"
        " own responses move what the ending asks for."
    )
