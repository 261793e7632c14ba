"""Texts to rate: told of anybody, checked before anybody reads them, compared on any rubric."""

from collections.abc import Callable
from typing import Any

import pytest

from lfp_trainer.engine.exercise import Card
from lfp_trainer.engine.exercise.checks import find_exercise_problems
from lfp_trainer.engine.persons import PLACEHOLDERS, Named, fill, unknown_placeholders
from tests import exercises
from tests.exercises import exercise, read, reference, said, vignette, vignettes
from tests.scenarios import Data

ROSA, TOM = Named("Rosa Marin", "she"), Named("Tom Okafor", "he")


def test_a_text_is_told_of_two_people_each_with_their_pronouns() -> None:
    text = "{name} asks {other}. {They} lends {other_them} {their} notes; {other_they} reads them."

    assert fill(text, (ROSA, TOM)) == (
        "Rosa Marin asks Tom Okafor. She lends him her notes; he reads them."
    )
    assert fill(text, (TOM, ROSA)) == (
        "Tom Okafor asks Rosa Marin. He lends her his notes; she reads them."
    )


def test_every_placeholder_is_replaced() -> None:
    told = fill(" ".join(f"{{{each}}}" for each in PLACEHOLDERS), (ROSA, TOM))

    assert "{" not in told
    assert "Her hers Hers herself Herself" in told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{nmae} asks", ["nmae"]),
        ("{Name} asks", ["Name"]),
        ("{name.__class__} asks", ["name.__class__"]),
        ("{} asks", [""]),
        ("{name asks", ["{"]),
        ("name} asks", ["}"]),
        ("{{name}} asks", ["{"]),
        ("{name} asks {other_them}", []),
    ],
)
def test_what_is_no_placeholder_is_found(text: str, found: list[str]) -> None:
    assert unknown_placeholders(text) == found


def test_a_name_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert fill("{name} and {other}", (Named("{other}", "she"), TOM)) == "{other} and Tom Okafor"


def test_reasons_and_traps_are_told_of_the_same_people_as_the_text() -> None:
    data = vignettes(vignettes={"one": vignette(1, 2, trap="Not {their} aim.")})

    told = exercise(data).texts["one"].told_of((TOM, ROSA))

    assert told.trap == "Not his aim."
    assert told.reference_on(Card("small", "motivate")).why == "That is what Tom Okafor does."
    assert told.sentences["meets"] == "Tom Okafor meets Rosa Marin, and he asks her in."


def test_a_text_has_a_digest_that_changes_with_its_words_its_rating_and_its_rubric() -> None:
    def digest_of(change: Callable[[Data], object] = lambda data: None) -> str:
        data = vignettes()
        change(data)
        return exercise(data).texts["v1"].digest

    def reword(data: Data) -> None:
        data["vignettes"]["v1"]["text"][1]["text"] = "{They} did {their} part."

    def rate_anew(data: Data) -> None:
        data["vignettes"]["v1"]["reference"]["results"]["band"] = [4, 5]

    def rewrite_another(data: Data) -> None:
        data["vignettes"]["v2"]["text"][1]["text"] = "Something else."

    assert digest_of() == digest_of(rewrite_another)
    assert len({digest_of(), digest_of(reword), digest_of(rate_anew)}) == 3


def test_texts_may_be_rated_on_several_rubrics_of_any_shape() -> None:
    contrast = exercise(exercises.texts())

    assert [(card.rubric, card.strand) for card in contrast.cards] == [
        ("small", "motivate"),
        ("small", "results"),
        ("large", "vision"),
        ("large", "routines"),
        ("large", "plans"),
    ]
    assert contrast.texts["after"].reference_on(Card("large", "plans")).level == 3
    # Told as they stand: braces mean nothing in them.
    assert contrast.texts["before"].told_of(()).sentences["acts"] == (
        "The two schools plan {apart}."
    )


def test_an_anchor_stands_for_its_level() -> None:
    data = vignettes()
    data["vignettes"]["v3"]["anchor"] = {"motivate": 3}
    data["vignettes"]["v1"]["anchor"] = {"motivate": 1, "results": 5}
    data["vignettes"]["silent"]["anchor"] = {"motivate": "NE"}

    anchors = exercise(data).anchors_of(Card("small", "motivate"))

    assert {level: text.id for level, text in anchors.items()} == {
        1: "v1",
        3: "v3",
        "NE": "silent",
    }
    assert list(anchors) == [1, 3, "NE"]


def put(*path: Any) -> Callable[[Data], None]:
    """Return a change that sets the value at a path below ``vignettes.v1``."""
    *parents, last, value = ("vignettes", "v1", *path)

    def change(data: Any) -> None:
        for part in parents:
            data = data[part]
        data[last] = value

    return change


V1 = "vignettes.v1"
MISTAKES: dict[str, tuple[Callable[[Data], None], str]] = {
    "a role that is not there": (put("role", "coach"), f"{V1}.role: there is no role 'coach'."),
    "an unknown placeholder": (
        put("text", 1, "text", "{Thay} acts."),
        f"{V1}.text.1.text: there is no placeholder 'Thay'.",
    ),
    "an unknown placeholder in a reason": (
        put("reference", "results", "why", "{they'll} see."),
        f"{V1}.reference.results.why: there is no placeholder 'they'll'.",
    ),
    "two sentences of one id": (
        put("text", 0, "id", "acts"),
        f"{V1}.text.1: there are two sentences 'acts'.",
    ),
    "evidence that is not in the text": (
        put("reference", "motivate", "evidence", ["acted"]),
        f"{V1}.reference.motivate.evidence.0: there is no sentence 'acted'.",
    ),
    "a level without evidence": (
        put("reference", "motivate", "evidence", []),
        f"{V1}.reference.motivate: a level needs evidence.",
    ),
    "a level that is not there": (
        put("reference", "motivate", reference(6)),
        f"{V1}.reference.motivate.level: there is no level 6 in 'motivate'.",
    ),
    "a level outside its band": (
        put("reference", "motivate", "band", [2, 3]),
        f"{V1}.reference.motivate.band: the level 1 is outside its own band.",
    ),
    "an unknown strand": (
        put("reference", "motives", reference(1)),
        f"{V1}.reference.motives: there is no strand 'motives'.",
    ),
    "a flag that is not there": (
        put("reference", "motivate", "flag", "misled"),
        f"{V1}.reference.motivate.flag: there is no flag 'misled'.",
    ),
    "an anchor of another level": (
        put("anchor", {"motivate": 2}),
        f"{V1}.anchor.motivate: the reference on 'motivate' is 1, not 2.",
    ),
    "an anchor of no strand": (
        put("anchor", {"motives": 1}),
        f"{V1}.anchor.motives: there is no strand 'motives'.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_found_at_its_place(name: str) -> None:
    change, message = MISTAKES[name]
    data = vignettes()
    change(data)

    found = find_exercise_problems(read(data), exercises.rubrics())

    assert message in said([each for each in found if each.is_error])


def test_a_sound_exercise_has_no_errors() -> None:
    for data in (vignettes(), exercises.texts()):
        found = find_exercise_problems(read(data), exercises.rubrics())

        assert said([each for each in found if each.is_error]) == []


def test_a_strand_left_out_and_a_second_anchor_of_one_level_are_found() -> None:
    data = vignettes()
    del data["vignettes"]["v2"]["reference"]["results"]
    for id in ("v3", "again"):
        data["vignettes"][id] = vignette(3, 3, anchor={"motivate": 3})

    found = find_exercise_problems(read(data), exercises.rubrics())

    assert said([each for each in found if each.is_error]) == [
        "vignettes.v2.reference: 'results' is not rated.",
        "vignettes.again.anchor.motivate: 'v3' is the anchor of motivate 3 already.",
    ]


def test_a_reason_about_a_second_person_needs_one_in_the_text() -> None:
    data = vignettes()
    data["vignettes"]["v1"]["text"] = [{"id": "acts", "text": "{name} acts."}]
    data["vignettes"]["v1"]["trap"] = "Nothing is asked of {other}."

    found = find_exercise_problems(read(data), exercises.rubrics())

    assert "vignettes.v1.trap: speaks of a second person, whom the text does not name." in said(
        found
    )


def test_a_mark_on_one_strand_holds_the_other_down() -> None:
    rubrics = exercises.rubrics()
    flag = rubrics["small"].flags["against"].model_copy(update={"caps": {"results": 1}})
    rubrics["small"] = rubrics["small"].model_copy(update={"flags": {"against": flag}})
    data = vignettes({"one": (2, 2)})
    data["vignettes"]["one"]["reference"]["motivate"]["flag"] = "against"

    found = find_exercise_problems(read(data), rubrics)

    assert said([each for each in found if each.is_error]) == [
        "vignettes.one.reference.results.level: with the flag 'against', 'results' is at most 1."
    ]


def test_too_few_vignettes_of_a_level_and_missing_anchors_are_warned_of() -> None:
    data = vignettes({"a": (1, 5), "b": (1, 5)})
    data["vignettes"]["a"]["anchor"] = {"motivate": 1}

    found = said(find_exercise_problems(read(data), exercises.rubrics()))

    assert "vignettes: motivate 2 has no vignette." in found
    assert "vignettes: results 4 has no worked anchor." in found
    assert "vignettes: motivate has no vignette for NE." in found
    assert "vignettes: 1 vignettes are left to rate alone." in found
    assert not [each for each in found if "motivate 1 " in each]


def test_one_kind_of_pronoun_is_warned_of_and_one_name_twice_refused() -> None:
    data = vignettes(people=[{"name": "Rosa", "pronouns": "she"}] * 2)

    found = said(find_exercise_problems(read(data), exercises.rubrics()))

    assert "people.1: there are two people called 'Rosa'." in found
    assert "people: all people have the same pronouns." in found
