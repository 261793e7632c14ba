"""What the form of one rating sends, in a run and outside one."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import Flask, request

from lfp_trainer.engine import rubric
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.services.exercise_drafts import Window, fingerprint
from lfp_trainer.services.ratings import Kept
from lfp_trainer.web import forms

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """One rating as it was sent, perhaps half done."""

    kept: Kept
    problems: Mapping[str, str]
    """Field → why it cannot be stored as it is."""


def install(app: Flask) -> None:
    """Tell templates how long a reason may be, so that browsers stop where the server does."""
    app.jinja_env.globals["REASON_LIMIT"] = REASON_LIMIT


def sent_rating(scale: Rubric, strand: str, sentences: Iterable[str], *, before: str = "") -> Sent:
    """Return the rating that was sent, all of it: what is too long is to be shown again.

    :param sentences: those that may be cited
    :param before: what the names of the fields begin with, where several are on one page
    """
    reason = forms.clean(request.form.get(f"{before}reason", ""))
    rating = rubric.Rating(
        level=forms.number(f"{before}level", most=scale.highest(strand)) or None,
        flag=forms.word(f"{before}level-flag", scale.flags),
        reason=reason,
        evidence=tuple(forms.words(f"{before}evidence", sentences)),
    )
    kept = Kept(rating, not_enough=request.form.get(f"{before}level") == rubric.NE)
    problem = forms.too_long(reason, REASON_LIMIT)
    return Sent(kept, {"reason": problem} if problem else {})


def new_window(shown: Kept) -> Window:
    """Return what tells a page with this rating from every other page that may be open."""
    return Window(secrets.token_urlsafe(9), fingerprint(shown))


def sent_window() -> Window:
    """Return which page a form was sent from."""
    written = request.form.get("act") == "keep"
    return Window(forms.line("window", 32), forms.line("shown", 32), is_sent=not written)


def decoded(sent: Sent, codes: Mapping[str, str]) -> Sent:
    """Return what was sent with the sentences that its codes stand for."""
    cited = tuple(codes[code] for code in sent.kept.rating.evidence)
    return replace(sent, kept=replace(sent.kept, rating=replace(sent.kept.rating, evidence=cited)))
