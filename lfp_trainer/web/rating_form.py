"""What the form of one rating sends, in a run and outside one."""

from collections.abc import Iterable

from flask import request

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.services.ratings import Kept
from lfp_trainer.web import forms

REASON_LIMIT = 500


def sent_rating(scale: Rubric, strand: str, sentences: Iterable[str], *, before: str = "") -> Kept:
    """Return the rating that was sent, perhaps half done.

    :param sentences: those that may be cited
    :param before: what the names of the fields begin with, where several are on one page
    :raise Incomplete: if the reason is too long
    """
    rating = rubric.Rating(
        level=forms.number(f"{before}level", most=scale.highest(strand)) or None,
        flag=forms.word(f"{before}level-flag", scale.flags),
        reason=forms.text(f"{before}reason", REASON_LIMIT),
        evidence=tuple(forms.words(f"{before}evidence", sentences)),
    )
    return Kept(rating, not_enough=request.form.get(f"{before}level") == rubric.NE)
