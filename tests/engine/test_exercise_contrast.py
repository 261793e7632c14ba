"""Rubrics in groups, read from either end; cases as texts; pages of rows; where texts differ."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from lfp_trainer.engine.exercise import Card, Exercise, assemble
from lfp_trainer.engine.exercise.checks import find_exercise_problems
from lfp_trainer.engine.exercise.contrast import can_contrast, find_differences, pages_of
from lfp_trainer.engine.exercise.report import Compared, compare
from lfp_trainer.engine.rubric import NE, LevelOrNE, Rating, Rubric
from lfp_trainer.engine.scenario import Scenario
from tests import exercises, scenarios
from tests.exercises import read, reference, said
from tests.scenarios import Data


def grouped(**more: Any) -> Data:
    """Four strands: two in an outer group, one in a group within it, one in no group."""
    data = scenarios.rubric(("meet", "model", "broker", "money"), levels=3)
    data["flags"] = {}
    data["groups"] = {"partners": {"name": "Partners"}, "acts": {"name": "A", "within": "partners"}}
    for strand, group in (("meet", "partners"), ("model", "acts"), ("broker", "acts")):
        data["strands"][strand]["group"] = group
    return data | more


def rubric_of(data: Data) -> Rubric:
    return Rubric.model_validate_json(json.dumps(data))


def test_a_rubric_without_groups_is_one_section() -> None:
    assert rubric_of(scenarios.rubric()).sections == {None: ("motivate", "results")}


def test_strands_of_one_outer_group_make_a_section_with_those_of_the_groups_within() -> None:
    assert rubric_of(grouped()).sections == {
        "partners": ("meet", "model", "broker"),
        None: ("money",),
    }


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"partners": {"name": "P"}}, "strand 'model' is in a group 'acts' that is not here"),
        (
            {"partners": {"name": "P"}, "acts": {"name": "A", "within": "others"}},
            "group 'acts' is within 'others', which is no outer group",
        ),
        (
            {
                "partners": {"name": "P", "within": "acts"},
                "acts": {"name": "A", "within": "partners"},
            },
            "which is no outer group",
        ),
    ],
)
def test_a_group_that_is_not_there_or_no_outer_one_is_refused(groups: Data, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        rubric_of(grouped(groups=groups))


def test_levels_are_read_from_the_lowest_unless_the_rubric_says_otherwise() -> None:
    lowest = rubric_of(grouped()).in_reading_order("meet")
    highest = rubric_of(grouped(read_from="highest")).in_reading_order("meet")

    assert [number for number, _ in lowest] == [1, 2, 3]
    assert [(number, level.name) for number, level in highest] == [
        (3, "Rung 3"),
        (2, "Rung 2"),
        (1, "Rung 1"),
    ]


def case(**sentences: str) -> Scenario:
    data = scenarios.scenario()
    if sentences:
        data["case"] = [{"id": id, "text": text} for id, text in sentences.items()]
    return Scenario.model_validate_json(json.dumps(data))


def of_scenario(evidence: str = "acts") -> Data:
    """The two texts of the tests, the later one told by a scenario."""
    data = exercises.texts()
    later = {key: value for key, value in data["texts"]["after"].items() if key != "text"}
    later |= {"scenario": "small-case", "reference": {"small": {}}}
    for strand in ("motivate", "results"):
        later["reference"]["small"][strand] = reference(2, evidence=[evidence])
    data["texts"]["after"] = later
    return data


def test_the_case_of_a_scenario_is_a_text_under_its_own_sentence_ids() -> None:
    cases = {"small-case": case(acts="She visits.")}

    later = assemble(read(of_scenario()), exercises.rubrics(), cases).texts["after"]

    assert later.sentences == {"acts": "She visits."}
    assert later.scenario == "small-case"


def test_a_text_of_a_scenario_changes_its_digest_with_the_words_of_the_case() -> None:
    digests = {
        assemble(read(of_scenario()), exercises.rubrics(), {"small-case": case(acts=words)})
        .texts["after"]
        .digest
        for words in ("She visits.", "She calls.")
    }

    assert len(digests) == 2


def test_a_reconstruction_says_where_it_comes_from() -> None:
    data = scenarios.scenario() | {"reconstruction": True, "source": "Told anew."}
    data["case"] = [{"id": "acts", "text": "She visits."}]
    told = Scenario.model_validate_json(json.dumps(data))

    both = [
        assemble(read(of_scenario()), exercises.rubrics(), {"small-case": each}).texts["after"]
        for each in (told, case(acts="She visits."))
    ]

    assert [each.source for each in both] == ["Told anew.", ""]


def test_a_reference_must_cite_sentences_of_the_scenario() -> None:
    cases = {"small-case": case(visits="She visits.")}

    found = find_exercise_problems(read(of_scenario()), exercises.rubrics(), cases)

    assert said(found)[0] == (
        "texts.after.reference.small.motivate.evidence.0: there is no sentence 'acts'."
    )


@pytest.mark.parametrize("both", [True, False])
def test_a_text_is_told_here_or_by_a_scenario(both: bool) -> None:
    data = exercises.texts()
    if both:
        data["texts"]["after"]["scenario"] = "small-case"
    else:
        data["texts"]["after"] = {
            key: value for key, value in data["texts"]["after"].items() if key != "text"
        }

    with pytest.raises(ValidationError, match="either 'text' or 'scenario'"):
        read(data)


def test_a_text_need_not_be_rated_on_every_rubric_but_every_rubric_must_be_used() -> None:
    data = exercises.texts()
    data["texts"]["before"] = data["texts"]["before"] | {
        "reference": {"small": data["texts"]["before"]["reference"]["small"]}
    }
    assert find_exercise_problems(read(data), exercises.rubrics()) == []
    some = assemble(read(data), exercises.rubrics())
    assert {card.rubric for card in some.cards_of(some.texts["before"])} == {"small"}

    del data["texts"]["after"]["reference"]["large"]
    assert said(find_exercise_problems(read(data), exercises.rubrics())) == [
        "rubrics.1: no text is rated on 'large'."
    ]


def contrast(**change: Any) -> Exercise:
    return exercises.exercise(exercises.texts() | change)


def test_pages_go_rubric_by_rubric_and_within_it_text_by_text() -> None:
    pages = pages_of(contrast())

    assert [(each.number, each.rubric, each.text, each.strands) for each in pages] == [
        (1, "small", "before", ("motivate", "results")),
        (2, "small", "after", ("motivate", "results")),
        (3, "large", "before", ("vision", "routines", "plans")),
        (4, "large", "after", ("vision", "routines", "plans")),
    ]


def test_a_section_has_a_page_of_its_own() -> None:
    rubrics = exercises.rubrics() | {"large": rubric_of(grouped(id="large"))}
    data = exercises.texts()
    rated = {name: reference(1) for name in rubrics["large"].strands}
    for text in data["texts"].values():
        text["reference"]["large"] = rated

    pages = pages_of(assemble(read(data), rubrics))

    assert [(each.section, each.strands) for each in pages if each.text == "after"] == [
        (None, ("motivate", "results")),
        ("partners", ("meet", "model", "broker")),
        (None, ("money",)),
    ]


def test_vignettes_are_no_contrast_and_neither_is_one_text_alone() -> None:
    alone = exercises.texts()
    del alone["texts"]["after"]

    assert can_contrast(contrast())
    assert not can_contrast(exercises.exercise())
    assert not can_contrast(exercises.exercise(alone))


LevelPairs = dict[str, tuple[LevelOrNE, LevelOrNE]]


def rated(levels: LevelPairs, own: int | None) -> list[Compared]:
    """Rate each strand of the larger rubric in both texts, whose references are (before, after)."""
    data = exercises.texts()
    texts = {id: dict(each) for id, each in data["texts"].items()}
    for at, text in enumerate(("before", "after")):
        told = {strand: reference(pair[at]) for strand, pair in levels.items()}
        texts[text]["reference"] = texts[text]["reference"] | {"large": told}
    whole = exercises.exercise(data | {"texts": texts})
    return [
        compare(text.id, card, Rating(own), text.reference_on(card))
        for text in reversed([*whole.texts.values()])
        for card in whole.cards_of(text)
        if card.rubric == "large"
    ]


def test_the_strands_that_differ_most_come_first_and_silent_ones_last() -> None:
    compared = rated({"vision": (1, NE), "routines": (2, 1), "plans": (1, 3)}, own=2)

    found = find_differences(contrast(), compared)

    assert [(each.card.strand, each.reference, each.reference_gap) for each in found] == [
        ("plans", (1, 3), 2),
        ("routines", (2, 1), -1),
        ("vision", (1, None), None),
    ]
    assert {(each.own, each.own_gap) for each in found} == {((2, 2), 0)}


def test_a_difference_names_the_two_texts_it_lies_between() -> None:
    whole = three_texts()
    compared = [
        compare(text.id, card, Rating(1), text.reference_on(card))
        for text in whole.texts.values()
        for card in whole.cards_of(text)
        if card.rubric == "large" and (text.id, card.strand) != ("later", "plans")
    ]

    found = find_differences(whole, compared)

    assert {each.card.strand: each.texts for each in found} == {
        "vision": ("before", "later"),
        "routines": ("before", "later"),
        "plans": ("before", "after"),
    }


def three_texts() -> Exercise:
    data = exercises.texts()
    return exercises.exercise(
        data | {"texts": {**data["texts"], "later": {**data["texts"]["after"], "title": "Later"}}}
    )


def test_a_rating_of_not_enough_has_no_distance() -> None:
    compared = rated({"vision": (1, 2), "routines": (1, 1), "plans": (1, 1)}, own=None)

    assert find_differences(contrast(), compared)[0].own_gap is None


def test_a_strand_rated_in_one_text_alone_has_no_difference() -> None:
    compared = rated({"vision": (1, 2), "routines": (1, 1), "plans": (1, 1)}, own=2)
    without = [
        each
        for each in compared
        if (each.text_id, each.card) != ("before", Card("large", "vision"))
    ]

    found = find_differences(contrast(), without)

    assert [each.card.strand for each in found] == ["routines", "plans"]
