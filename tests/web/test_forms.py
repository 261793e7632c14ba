"""What a form may send, and what of it is kept."""

from collections.abc import Iterator

import pytest
from flask import Flask

from lfp_trainer.errors import Incomplete
from lfp_trainer.web import forms


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("  around  ", "around"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\there", "tab here"),
        ("nul\x00, bell\x07, delete\x7f, next line\x85", "nul, bell, delete, next line"),
        ("lone \ud800surrogate\udfff", "lone surrogate"),
        ("turned \u202earound\u2066", "turned around"),
        ("apart e\u0301", "apart \u00e9"),
        ("family \U0001f468\u200d\U0001f469 stays", "family \U0001f468\u200d\U0001f469 stays"),
        ("\ufeffmark", "mark"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_seen_or_stored(typed: str, kept: str) -> None:
    assert forms.clean(typed) == kept


@pytest.fixture
def sent() -> Iterator[None]:
    """A form that has arrived."""
    data = {
        "reason": " Because\r\nof this. ",
        "systems": ["TAL", "ILR", "ILR", "<x>"],
        "step": "12",
        "box": "",
    }
    with Flask(__name__).test_request_context(method="POST", data=data):
        yield


@pytest.mark.usefixtures("sent")
def test_a_field_keeps_its_lines_and_a_line_does_not() -> None:
    assert forms.text("reason", 100) == "Because\nof this."
    assert forms.line("reason", 100) == "Because of this."
    assert forms.text("absent", 100) == ""


@pytest.mark.usefixtures("sent")
def test_a_field_that_is_too_long_is_refused_whole_and_says_by_how_much() -> None:
    assert forms.text("reason", 16) == "Because\nof this."

    with pytest.raises(Incomplete) as refused:
        forms.text("reason", 15)

    assert refused.value.fields == {"reason": "Shorten this to 15 characters. It has 16."}


@pytest.mark.usefixtures("sent")
def test_only_words_that_were_offered_are_picked_once_each_in_our_order() -> None:
    assert forms.words("systems", ["ILR", "INS", "TAL"]) == ["ILR", "TAL"]
    assert forms.word("systems", ["INS", "TAL"]) == "TAL"
    assert forms.word("systems", ["INS"]) is None
    assert forms.words("absent", ["INS"]) == []


@pytest.mark.usefixtures("sent")
def test_a_box_is_ticked_whatever_its_value() -> None:
    assert (forms.ticked("box"), forms.ticked("absent")) == (True, False)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", 0), ("12", 12), ("2147483647", 2**31 - 1), ("2147483648", None), ("", None)]
    + [("-1", None), ("1.0", None), (" 1", None), ("1\n", None), ("٣", None), ("9" * 999, None)],
)
def test_a_number_is_whole_and_fits_the_database(typed: str, number: int | None) -> None:
    with Flask(__name__).test_request_context(method="POST", data={"step": typed}):
        assert forms.number("step") == number
