"""Marks beside a level: shown beside the reference, and held against what they allow."""

import pytest

from tests.web.conftest import RunPage
from tests.web.test_debrief import words_of

MARKED = {"level-flag": "misdirected"}


def rate_all(run: RunPage, **of_the_principals: object) -> RunPage:
    """Rate the two principals as told, and everybody else without a mark."""
    run.to_rating()
    for card in range(4):
        mine = of_the_principals if card in (1, 3) else {}
        changes = {**mine, **(MARKED if mine and card == 1 else {})}
        assert run.rate(card, **changes).status_code == 303
    return run


@pytest.mark.parametrize("htmx", [False, True])
def test_a_level_above_what_a_mark_allows_is_refused_and_named(
    alices_run: RunPage, htmx: bool
) -> None:
    rate_all(alices_run, level="3")

    refused = alices_run.post("/ratings", htmx=htmx)

    assert refused.status_code == 422
    said = words_of(refused.text)
    assert (
        "Ana Ruiz and Paul Novak, Exerts influence for results: with the mark Misdirected"
        " the level can be 1 at most." in said
    )
    # The same level of somebody without the mark is nobody's business.
    assert "Marcus Bell, Exerts" not in said
    assert "Commit my ratings" in words_of(alices_run.get("?stage=rating").text)


def test_once_the_level_is_lowered_the_ratings_are_taken_and_the_mark_stays(
    alices_run: RunPage,
) -> None:
    rate_all(alices_run, level="3")
    assert alices_run.rate(3, level="1").status_code == 303

    assert alices_run.post("/ratings").status_code == 303

    said = words_of(alices_run.get("?stage=rating").text)
    assert said.count("x Misdirected: you mark it, the reference does not.") == 1


def test_not_enough_evidence_is_below_every_mark(alices_run: RunPage) -> None:
    rate_all(alices_run, level="3")
    assert alices_run.rate(3, level="NE").status_code == 303

    assert alices_run.post("/ratings").status_code == 303


def test_without_a_mark_none_is_spoken_of(alices_run: RunPage) -> None:
    alices_run.to_role_play()

    assert "Misdirected" not in alices_run.get("?stage=rating").text


def test_how_far_off_is_counted_from_the_reference_and_said_so(alices_run: RunPage) -> None:
    alices_run.to_rating()
    for card in range(4):
        alices_run.rate(card, level="13"[card % 2], evidence=["fewer-visits"])
    alices_run.rate(0, level="4")
    alices_run.post("/ratings")

    said = words_of(alices_run.get("?stage=rating").text)

    assert "Just outside the band You: 3 Pursues" in said
    assert "2 levels above the reference." in said
    assert "3 levels above the reference." in said
    assert "generous" not in said
