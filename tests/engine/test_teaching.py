"""What makes a case worth practising is counted, and each thing to mend is warned of at its place.

Every test spoils a story that has nothing to mend.
"""

import pytest

from lfp_trainer.engine import teaching
from lfp_trainer.engine.explorer import MAX_MOVES, explore
from lfp_trainer.engine.play import replay
from lfp_trainer.engine.script import prepare
from lfp_trainer.engine.teaching import Report
from lfp_trainer.engine.teaching.words import ease_of, syllables_in
from tests import scenarios
from tests.benchmarks import generated
from tests.scenarios import Data, choice, decision

DECISIONS = 8


def sound() -> Data:
    """Eight decisions of four responses, of which the best moves trust up and all others down."""
    data = scenarios.scenario()
    data.update(minutes=25, school="middle", start="scene-0")
    data["overview"] = {"snapshot": ["A school."], "trade_offs": ["Now or later."]}
    data["case"].append({"id": "color", "text": "The door is green."})
    data["scenes"] = {f"scene-{number}": _scene(number) for number in range(DECISIONS)}
    data["endings"][0]["when"] = "trust >= 6"
    for references in data["leaders"].values():
        for reference in references.values():
            reference.update(not_lower="It is there.", not_higher="It stops.", trap="A smile.")
    return data


def _scene(number: int) -> Data:
    best = "abcd"[number % 4]
    choices = {
        f"{place}-{number}": choice(
            f"scene-{number + 1}" if number < DECISIONS - 1 else "end",
            text=" ".join(f"{place}{number}{word}" for word in "abcdefghijkl"),
            rank=1 if place == best else 2 + sorted(set("abcd") - {best}).index(place),
            effects={"trust": 1 if place == best else -1},
            tactic="consultation" if place == "a" else "pressure",
        )
        for place in "abcd"
    }
    longest = "abcd"[(number + 1) % 4]
    choices[f"{longest}-{number}"]["text"] += " more"
    choices[f"b-{number}"]["minority"] = "Some would begin here."
    stand_in: list[Data] = [{"choose": f"{best}-{number}"}]
    if number:
        stand_in = [{"when": "trust >= 1", **stand_in[0]}, {"choose": f"{longest}-{number}"}]
    turn = "partner" if number % 2 == 0 else "principal"
    return decision(turn, choices, stand_in=stand_in)


def reported(data: Data) -> Report:
    return teaching.report(scenarios.bundle(data))


def warned(data: Data) -> dict[str, list[str]]:
    """Return the figures that are not as they should be, and what is said at which place."""
    return {
        figure.key: [f"{'.'.join(map(str, each.at))}: {each.message}" for each in figure.problems]
        for figure in reported(data).figures
        if figure.ok is False
    }


def test_a_story_with_nothing_to_mend_is_told_in_figures_alone() -> None:
    report = reported(sound())

    assert warned(sound()) == {}
    assert report.problems == ()
    values = {figure.key: figure.value for figure in report.figures}
    assert len(values) == len(report.figures)
    assert values["decisions"] == 8
    assert values["decisions_per_seat"] == {"partner": 4, "principal": 4}
    assert values["best_by_place"] == {"a": 2, "b": 2, "c": 2, "d": 2}
    assert values["best_is_longest"] == 0
    assert values["word_spread"] == 1
    assert values["best_is_consulting"] == 2
    assert values["decisions_per_play"] == [8, 8]
    assert values["endings_as_partner"] == ["alone", "together"]
    assert values["evidence"] == {"cited": 2, "sentences": 3, "exist": True}
    assert values["plays_reference"] == 1


def test_all_warnings_come_with_a_fix() -> None:
    data = scenarios.scenario()

    problems = reported(data).problems

    assert len(problems) > 5
    assert all(each.severity == "warning" and each.fix for each in problems)


def test_a_best_response_that_stands_in_one_place_too_often_is_told() -> None:
    data = sound()
    for number in range(3):
        choices = data["scenes"][f"scene-{number}"]["choices"]
        best = "abcd"[number % 4]
        choices[f"d-{number}"]["rank"], choices[f"{best}-{number}"]["rank"] = 1, 4

    assert warned(data)["best_by_place"] == [
        "scenes: the best response stands at a 1, b 1, c 1, d 5."
    ]


def test_a_place_that_never_holds_the_best_is_told_even_where_the_others_are_even() -> None:
    data = sound()
    for number in (3, 7):
        choices = data["scenes"][f"scene-{number}"]["choices"]
        del choices[f"d-{number}"]
        choices[f"{'abc'[number % 3]}-{number}"]["rank"] = 1
        data["scenes"][f"scene-{number}"]["stand_in"] = [{"choose": f"a-{number}"}]

    assert warned(data)["best_by_place"] == [
        "scenes: the best response stands at a 3, b 3, c 2, d 0."
    ]


def test_two_equals_share_their_decision_between_their_places() -> None:
    data = sound()
    data["scenes"]["scene-0"]["choices"]["b-0"]["rank"] = 1

    assert reported(data)["best_by_place"].value == {"a": 1.5, "b": 2.5, "c": 2, "d": 2}


def test_a_best_response_that_is_the_longest_in_more_than_a_third_is_told() -> None:
    data = sound()
    for number in range(3):
        best = data["scenes"][f"scene-{number}"]["choices"][f"{'abc'[number]}-{number}"]
        # No word more than the others, and the longest to the eye.
        best["text"] += "-letters"

    assert warned(data)["best_is_longest"] == [
        "scenes: the best response is the longest in 3 of 8 decisions: scene-0, scene-1, scene-2."
    ]


def test_responses_more_than_nine_words_apart_are_told_at_their_scene() -> None:
    data = sound()
    data["scenes"]["scene-2"]["choices"]["a-2"]["text"] = "x y z"

    assert warned(data)["word_spread"] == [
        "scenes.scene-2.choices: these responses differ by 10 words."
    ]


def test_the_consulting_response_may_be_best_in_a_third_and_no_more() -> None:
    data = sound()
    for number in (1, 5):
        choices = data["scenes"][f"scene-{number}"]["choices"]
        choices[f"b-{number}"]["tactic"] = "consultation"

    # In those two, one of the two that consult is best: half a decision each.
    assert reported(data)["best_is_consulting"].value == 3
    assert warned(data)["best_is_consulting"] == [
        "scenes: the response that consults is the best in 3 of 8 decisions: scene-0, scene-1,"
        " scene-4, scene-5."
    ]


def test_where_somebody_can_consult_is_a_figure_of_its_own_that_nothing_is_held_against() -> None:
    data = sound()
    for number in range(1, DECISIONS):
        data["scenes"][f"scene-{number}"]["choices"][f"a-{number}"]["tactic"] = "pressure"

    figure = reported(data)["best_where_consulting"]

    assert (figure.value, figure.shown) == ({"best": 1, "decisions": 1}, "1 of 1, 100%")
    assert figure.ok is None
    assert reported(data)["best_is_consulting"].shown == "1 of 8 (at most a third)"


def test_a_response_without_a_tactic_is_told_since_nobody_can_weigh_who_consults() -> None:
    data = sound()
    del data["scenes"]["scene-2"]["choices"]["b-2"]["tactic"]

    assert warned(data) == {
        "without_tactic": ["scenes.scene-2.choices.b-2: this response has no tactic."]
    }


def test_where_the_vocabulary_has_no_tactics_none_is_missed() -> None:
    data = sound()
    for scene in data["scenes"].values():
        for each in scene["choices"].values():
            del each["tactic"]
    bundle = scenarios.bundle(data)
    bare = bundle.model_copy(
        update={"vocabulary": bundle.vocabulary.model_copy(update={"tactics": {}})}
    )

    assert teaching.report(bare)["without_tactic"].ok is None


def test_a_response_that_says_the_same_in_another_order_is_told() -> None:
    data = sound()
    words = data["scenes"]["scene-0"]["choices"]["a-0"]["text"].split()
    turned = data["scenes"]["scene-5"]["choices"]["c-5"]
    turned["text"] = f"{' '.join(words[6:])}, {' '.join(words[:6])}."

    assert warned(data)["near_duplicates"] == [
        "scenes.scene-5.choices.c-5.text: 'c-5' says nearly the same as 'a-0' in another order.",
    ]
    turned["text"] = " ".join(["but", "not", "now", "then", *words[8:], *words[:4]])
    assert "near_duplicates" not in warned(data)


def test_responses_that_say_nearly_the_same_are_told_by_name() -> None:
    data = sound()
    text = data["scenes"]["scene-0"]["choices"]["a-0"]["text"]
    data["scenes"]["scene-5"]["choices"]["c-5"]["text"] = text.replace("a0a", "now")
    data["scenes"]["scene-6"]["choices"]["d-6"]["text"] = text.upper()

    assert warned(data)["near_duplicates"] == [
        "scenes.scene-6.choices.d-6.text: 'd-6' says the same as 'a-0'.",
        "scenes.scene-5.choices.c-5.text: 'c-5' says nearly the same as 'a-0'.",
    ]


def test_a_seat_that_decides_less_than_twice_alone_is_told() -> None:
    data = sound()
    for number in (1, 3, 5):
        data["scenes"][f"scene-{number}"]["turn"] = "both"

    assert warned(data)["decisions_per_seat"] == ["cast.principal: 'principal' decides alone in 1."]


def test_an_ending_that_a_seat_cannot_reach_beside_stand_ins_is_told() -> None:
    data = sound()
    for number in range(1, DECISIONS, 2):
        best = "abcd"[number % 4]
        worst = next(place for place in "abcd" if place != best)
        data["scenes"][f"scene-{number}"]["stand_in"] = [{"choose": f"{worst}-{number}"}]

    assert warned(data) == {
        "endings_as_partner": [
            "endings.0: 'together' cannot be reached by 'partner' with the stand-in in every other"
            " seat."
        ],
        "plays_as_partner": [
            "endings.0: 'partner' beside the stand-in, best ranked responses: 0% of plays end in"
            " 'together'."
        ],
    }


def test_a_seat_that_wins_by_habit_beside_the_stand_in_is_told() -> None:
    data = sound()
    data["endings"][0]["when"] = "trust >= 4"

    # Asking is right in every other of his decisions, and the stand-in does the rest.
    assert warned(data) == {
        "plays_as_partner": [
            "endings.0: 'partner' beside the stand-in, responses taken at random: 14% of plays end"
            " in 'together'.",
            "endings.0: 'partner' beside the stand-in, always the response that consults: 100% of"
            " plays end in 'together'.",
        ],
        "plays_as_principal": [
            "endings.0: 'principal' beside the stand-in, responses taken at random: 14% of plays"
            " end in 'together'.",
        ],
    }
    assert reported(data)["plays_as_partner"].value == {
        "reference": 1, "random": 0.1445, "consulting": 1, "longest": 0, "shortest": 0.2346,
    }  # fmt: skip


def test_a_stand_in_that_goes_round_unseen_ends_no_search() -> None:
    """The explorer refuses such a file where it meets the ring; of a long story it may not."""
    data = sound()
    data["scenes"]["scene-0"]["choices"]["a-0"].update(goto="scene-0", effects={})

    report = reported(data)

    assert report["endings_as_principal"].value == []
    assert report["plays_as_principal"].value == {
        "reference": 0, "random": 0, "consulting": 0, "longest": 0, "shortest": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("habit", "sign"), [("longest", "x" * 80), ("shortest", "x")])
def test_a_seat_that_wins_by_length_beside_the_stand_in_is_told(habit: str, sign: str) -> None:
    data = sound()
    for number in range(0, DECISIONS, 2):
        best = "abcd"[number % 4]
        data["scenes"][f"scene-{number}"]["choices"][f"{best}-{number}"]["text"] = (
            f"{best}{number}{sign}"
        )

    assert warned(data)["plays_as_partner"] == [
        f"endings.0: 'partner' beside the stand-in, always the {habit} response (in characters):"
        " 100% of plays end in 'together'."
    ]


def test_what_no_play_tells_is_told_at_its_place() -> None:
    data = sound()
    scene = data["scenes"]["scene-3"]
    scene["lines"].append({"text": "Never.", "when": 'trust >= 1 and chose("b-0")'})
    scene["lines"].append({"text": "Once.", "when": 'trust <= 0 and chose("b-0")'})
    scene["stand_in"].insert(0, {"when": "trust >= 4", "choose": "a-3"})
    data["endings"][0]["epilogues"] = [
        {"when": "trust >= 3", "text": "Firmly."},
        {"text": "Just."},
    ]

    # After 'b-0' trust is at -1, and two more good choices bring it to 1: that line is told.
    assert warned(data)["never_told"] == [
        "endings.0.epilogues.1: this epilogue is never met.",
        "scenes.scene-3.stand_in.0: this line of the stand-in is never met.",
    ]


def test_a_seat_that_is_told_nothing_in_a_scene_is_told() -> None:
    data = sound()
    data["scenes"]["scene-4"]["lines"] = [
        {"text": "He waits.", "only": "partner"},
        {"text": "The bell rings.", "when": "trust >= 1"},
    ]

    assert warned(data) == {
        "unheard": ["scenes.scene-4.lines: in some play 'principal' is told nothing here."]
    }


@pytest.mark.parametrize("minutes", [10, 18, 28, 60])
def test_minutes_that_a_play_does_not_fill_or_overruns_are_told(minutes: int) -> None:
    data = sound()
    data["minutes"] = minutes

    assert warned(data) == {"minutes": ["minutes: the slowest play takes about 20 minutes."]}
    (problem,) = reported(data).problems
    assert problem.fix == "Write: minutes: 25"


def test_minutes_that_are_advised_are_not_too_many_for_the_play() -> None:
    data = scenarios.scenario()
    for each in data["scenes"]["log"]["choices"].values():
        each["goto"] = "end"

    (problem,) = (each for each in reported(data).problems if each.at == ("minutes",))

    # Of 15 it would not fill three fourths.
    assert reported(data)["minutes"].value == 11.2
    assert problem.fix == "Write: minutes: 12"


def test_the_slowest_play_counts_and_not_the_one_with_most_decisions() -> None:
    data = sound()
    before = reported(data)["minutes"].value
    assert isinstance(before, float)
    # One short way past the last two scenes leads through a long one.
    data["scenes"]["scene-5"]["choices"]["d-5"]["goto"] = "speech"
    data["scenes"]["speech"] = {"title": "A speech", "lines": ["word " * 460] * 5, "goto": "end"}

    figure = reported(data)["minutes"]

    assert figure.value == pytest.approx(before + 10 - 2.6, abs=0.2)
    assert figure.shown.endswith(" minutes for the slowest play (18.75 to 25)")


def test_a_brief_the_ending_and_its_epilogue_take_their_time() -> None:
    data = sound()
    before = reported(data)["minutes"].value
    assert isinstance(before, float)
    data["cast"]["partner"]["brief"] = "word " * 230
    data["cast"]["principal"]["brief"] = "word " * 115
    data["endings"][0]["text"] = "word " * 460
    data["endings"][0]["epilogues"] = [
        {"when": "trust >= 8", "text": "word " * 690},
        {"text": "Just."},
    ]

    # One person reads one brief, and the ending that takes longest can be reached.
    assert reported(data)["minutes"].value == pytest.approx(before + 1 + 2 + 3, abs=0.1)


def test_a_story_that_goes_round_is_measured_by_the_plays_at_hand() -> None:
    data = sound()
    back = choice("scene-0", rank=9, tactic="pressure", text="Begin once more.")
    data["scenes"]["scene-7"]["choices"]["back"] = back

    assert "minutes for the best ranked play" in reported(data)["minutes"].shown


def test_a_reference_that_does_not_always_win_is_told_whichever_of_equals_it_takes() -> None:
    data = sound()
    data["endings"][0]["when"] = "trust >= 8"
    assert "plays_reference" not in warned(data)
    data["scenes"]["scene-0"]["choices"]["b-0"]["rank"] = 1

    assert warned(data)["plays_reference"] == [
        "endings.0: the best ranked responses: 50% of plays end in 'together'."
    ]


def test_chance_that_wins_too_often_is_told() -> None:
    data = sound()
    data["endings"][0]["when"] = "trust >= -2"

    assert warned(data)["plays_random"] == [
        "endings.0: responses taken at random: 32% of plays end in 'together'."
    ]


def test_a_story_with_one_ending_is_told_to_add_another() -> None:
    data = sound()
    data["endings"], data["gauges"] = data["endings"][-1:], {}
    for scene in data["scenes"].values():
        scene["stand_in"] = [{"choose": scene["stand_in"][0]["choose"]}]
        for each in scene["choices"].values():
            del each["effects"]

    (problem,) = reported(data).problems

    assert problem.message == "responses taken at random: 100% of plays end in 'alone'."
    assert problem.fix.startswith("Add an ending for plays that go less well")


def test_an_ending_that_asks_for_no_gauge_is_told_to_ask_for_more_responses() -> None:
    data = sound()
    data["endings"][0]["when"] = 'chose("a-0") or chose("b-0") or chose("c-0")'

    problems = reported(data)["plays_random"].problems

    assert ["best responses" in each.fix for each in problems] == [True]
    data["endings"][0]["when"] = 'trust >= -2 and visited("scene-0")'
    problems = reported(data)["plays_random"].problems
    assert [each.fix for each in problems] == ["Ask more of the gauges there."]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("first", "the first response"),
        ("last", "the last response"),
        ("longest", "the longest response (in characters)"),
        ("shortest", "the shortest response (in characters)"),
        ("consulting", "the response that consults"),
    ],
)
def test_a_habit_that_wins_is_told(name: str, who: str) -> None:
    data = sound()
    for number in range(DECISIONS):
        choices = data["scenes"][f"scene-{number}"]["choices"]
        longest = "abcd"[(number + 1) % 4]
        habit = {"longest": f"{longest}-{number}", "last": f"d-{number}"}.get(name, f"a-{number}")
        if name == "shortest":
            choices[habit]["text"] = f"a{number}"
        if name == "consulting":
            for each in choices.values():
                each["tactic"] = "pressure"
            habit = f"d-{number}"
            choices[habit]["tactic"] = "consultation"
        choices[habit]["effects"] = {"trust": 1}

    found = warned(data)

    assert found[f"plays_{name}"] == [f"endings.0: always {who}: 100% of plays end in 'together'."]


def test_absent_parts_are_told() -> None:
    data = sound()
    for key in ("school", "overview", "debrief"):
        del data[key]
    for scene in data["scenes"].values():
        for each in scene["choices"].values():
            each.pop("minority", None)

    assert warned(data) == {
        "parts": [
            ": no kind of school is given.",
            ": there is no overview sheet.",
            "scenes: no response has a minority view.",
            ": there is no question for a facilitator.",
        ]
    }


def test_a_case_in_which_every_sentence_is_evidence_is_told() -> None:
    data = sound()
    data["leaders"]["principal"]["motivate"]["evidence"] = ["color"]

    assert warned(data) == {
        "evidence": ["case: every sentence of the case is evidence for some rating."]
    }


def test_a_rating_without_its_reasons_is_told() -> None:
    data = sound()
    del data["leaders"]["partner"]["results"]["not_higher"]
    del data["leaders"]["partner"]["results"]["trap"]

    assert warned(data) == {
        "ratings_with_reasons": ["leaders.partner.results: has no not_higher, trap."]
    }


def test_a_story_of_few_decisions_is_not_judged_by_balance() -> None:
    report = reported(scenarios.scenario())

    for key in ("best_by_place", "best_is_longest", "best_is_consulting", "plays_random"):
        assert report[key].ok is None
        assert report[key].problems == ()


def test_more_than_ten_warnings_of_a_kind_are_counted_and_not_listed() -> None:
    data = sound()
    for scene in data["scenes"].values():
        for each in scene["choices"].values():
            each["text"] = "Ask."

    listed = warned(data)["near_duplicates"]

    assert len(listed) == 11
    assert listed[-1] == "scenes: 21 more of this kind are not listed."


def test_reading_ease_is_flesch_s() -> None:
    ease = ease_of(["The cat sat on the mat.", "Nobody remembered anything"])

    # 9 words, 2 sentences, 15 syllables.
    assert ease is not None
    assert (ease.words, ease.flesch, ease.grade) == (9, 61.3, 5.8)
    assert ease_of(["…", "12"]) is None


def test_most_words_are_given_the_syllables_they_have() -> None:
    counted = {
        "the": 1, "log": 1, "table": 2, "while": 1, "rules": 1, "makes": 1, "asked": 1,
        "wanted": 2, "houses": 2, "principal": 3, "classroom": 2, "Ana’s": 2, "observation": 4,
    }  # fmt: skip

    assert {word: syllables_in(word) for word in counted} == counted


def test_what_is_cut_short_of_a_thousand_scenes_is_said() -> None:
    bundle = scenarios.bundle(generated.scenario(1000))
    script = prepare(bundle)
    exploration = explore(script)

    report = teaching.report(bundle, script, exploration)

    assert exploration.states <= MAX_MOVES
    cut = [figure for figure in report.figures if "cut short" in figure.shown]
    assert {figure.key for figure in cut} >= {"plays_random", "never_told"}
    assert replay(script, exploration.reference).scene is None
