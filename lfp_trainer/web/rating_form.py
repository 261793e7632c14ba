"""What the form of one rating sends, in a run and outside one."""

from collections.abc import Iterable

from flask import request

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.services.ratings import Kept
from lfp_trainer.web import forms

REASON_LIMIT = 500


def sent_rating(scale: Rubric, strand: str, sentences: Iterable[str]) -> Kept:
    """Return the rating that was sent, perhaps half done.

    :param sentences: those that may be cited
    :raise Incomplete: if the reason is too long
    """
    rating = rubric.Rating(
        level=forms.number("level", most=scale.highest(strand)) or None,
        flag=forms.word("level-flag", scale.flags),
        reason=forms.text("reason", REASON_LIMIT),
        evidence=tuple(forms.words("evidence", sentences)),
    )
    return Kept(rating, not_enough=request.form.get("level") == rubric.NE)
