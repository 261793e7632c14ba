"""What calibration says of a person: no more than they did, and nothing before they have rated."""

import html
import re

import pytest

from lfp_trainer import config
from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.services import exercise_shelf
from tests.conftest import Browser
from tests.web.calibration import REASON, SetPage
from tests.web.conftest import values
from tests.web.test_debrief import words_of


@pytest.fixture
def exercise() -> Exercise:
    return exercise_shelf.on_shelf(config.SCENARIOS)["anchor-vignettes"]


def steps(page: str) -> list[str]:
    """Return the steps with how they are told: ``The strands, done``."""
    stepper = page.split('aria-label="Steps of calibration"')[1].split("</nav>")[0]
    return [words_of(each).replace(" ,", ",") for each in stepper.split("<li")[1:]]


def state(page: str) -> list[str]:
    return [re.sub(r"^class[^>]*>", "", each).strip() for each in steps(page)]


def test_a_lesson_that_was_passed_over_is_not_called_done(alice: Browser) -> None:
    rated = SetPage.begin(alice)

    first = state(rated.get("/1?strand=motivate").text)
    alice.get("/calibrate/anchors")
    second = state(rated.get("/1?strand=motivate").text)

    assert [each.endswith("done") for each in first] == [False] * 4
    assert [each.endswith("done") for each in second] == [False, True, False, False]
    assert 'href="/calibrate/strands"' in rated.get("/1?strand=motivate").text


def test_a_lesson_that_was_looked_at_is_done_and_stays_so_for_who_becomes_a_guest(
    nobody: Browser,
) -> None:
    nobody.get("/calibrate/strands")

    assert state(nobody.get("/calibrate/anchors").text)[0].endswith("done")
    page = SetPage.begin(nobody).get("/1?strand=motivate").text
    assert [each.endswith("done") for each in state(page)] == [True, True, False, False]


def test_nobody_returns_in_another_example_on_one_page(nobody: Browser, exercise: Exercise) -> None:
    for strand in ("motivate", "results"):
        page = html.unescape(nobody.get(f"/calibrate/anchors?strand={strand}").text)
        examples = page.split('<article class="anchor"')[1:]
        told = [[p.name for p in exercise.people if p.name.split()[0] in each] for each in examples]

        named = [name for names in told for name in names]
        assert len(named) == len(set(named)) > len(examples)


def test_ne_is_shown_worked_after_the_levels_and_four_sets_are_left(
    nobody: Browser, exercise: Exercise
) -> None:
    for strand in ("motivate", "results"):
        page = nobody.get(f"/calibrate/anchors?strand={strand}").text
        assert re.findall(r'<h2 id="anchor-(\w+)">', page) == ["1", "2", "3", "4", "5", "NE"]
    assert sum(not text.anchor for text in exercise.texts.values()) >= 24


MARK = {"level-flag": "misdirected"}


def flagged(exercise: Exercise) -> bool:
    return any(
        on.flag for text in exercise.texts.values() for each in text.reference.values()
        for on in each.values()
    )  # fmt: skip


def test_a_mark_that_the_reference_does_not_set_is_said_and_counted_apart(
    alice: Browser, exercise: Exercise
) -> None:
    assert flagged(exercise)
    rated = SetPage.begin(alice)
    strand = next(flag.strand for each in exercise.rubrics.values() for flag in each.flags.values())
    while card := rated.open_card():
        place = int(card.split("/")[1])
        mark = MARK if place == 1 and card.endswith(strand) else {}
        assert rated.rate(card, htmx=False, level="1", **mark).status_code == 303

    beside = words_of(rated.get("/1").text)
    said = words_of(rated.get().text)

    marked = "you mark it, the reference does not" in beside
    assert marked == ("Mark differs" in beside)
    wrong = sum("Mark differs" in rated.get(f"/{n}").text for n in range(1, 7))
    assert wrong == said.count(" mark differs") - bool(wrong)
    assert (f"in {wrong} the mark differs" in said) == bool(wrong)


def test_a_mark_does_not_go_with_ne(alice: Browser) -> None:
    rated = SetPage.begin(alice)

    refused = rated.rate("/1/motivate", htmx=False, level="NE", evidence=[], **MARK)

    assert refused.status_code == 422
    assert "Misdirected goes with a level." in words_of(refused.text)


def test_the_page_on_which_one_rates_names_no_sentence_by_its_id(
    alice: Browser, exercise: Exercise
) -> None:
    rated = SetPage.begin(alice)
    ids = {id for text in exercise.texts.values() for id in text.sentences}

    codes = values(rated.get("/1?strand=motivate").text, "evidence")

    assert len(codes) == len(set(codes)) > 1
    assert ids.isdisjoint(codes)
    rated.rate("/1/motivate", evidence=codes[1:2])
    page = rated.get("/1?strand=motivate").text
    assert re.findall(r'name="evidence"\s+value="(\w+)" checked', page) == codes[1:2]


def test_the_sentences_are_tied_to_what_is_wrong_with_them(alice: Browser) -> None:
    page = SetPage.begin(alice).rate("/1/motivate", evidence=[]).text

    assert re.search(r'<fieldset class="evidence"[^>]*evidence-error', page)
    assert page.count('id="evidence-error"') == 1


def test_a_page_to_rate_on_says_its_strand_once_and_speaks_of_no_finger(alice: Browser) -> None:
    page = SetPage.begin(alice).get("/1?strand=motivate").text

    assert "Tap" not in page
    assert '<legend class="visually-hidden">' in page


def test_the_vignette_is_told_once_however_many_strands_were_rated(alice: Browser) -> None:
    page = SetPage.begin(alice).commit_one().get("/1").text

    assert page.count('<article class="rating-beside"') > 1
    assert page.count('<div class="prose">') == 1


def test_the_outcome_names_strands_and_tells_vignettes_by_their_first_words(
    alice: Browser, exercise: Exercise
) -> None:
    rated = SetPage.begin(alice).finish()

    page = rated.get().text
    said = html.unescape(words_of(page))

    for each in exercise.rubrics.values():
        for strand in each.strands.values():
            assert said.count(f"{strand.name}: ") >= 6
            assert f" {strand.short}: " not in said
    assert page.count('class="set-text-opening"') == 6
    assert REASON not in said
