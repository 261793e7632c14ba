"""What templates say of sharing: the line on a run, the question before its first answer, what an
assignment still asks for.
"""

from dataclasses import dataclass

from flask import Flask, g, session
from flask_login import current_user

from lfp_trainer.errors import NotFound
from lfp_trainer.services import access, assigned, cohorts, passing_over, shared
from lfp_trainer.services.access import Seated
from lfp_trainer.services.assigned import Own
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.extensions import db

KEPT_PRIVATE = "kept-private"
"""Of runs, in the browser's session: that somebody said so, and is not asked there again."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody shows a run to the cohort that it was begun for."""

    run: Seated
    cohort: Joined
    facilitators: tuple[str, ...]


def install(app: Flask) -> None:
    """Offer to templates what they say of sharing."""
    app.jinja_env.globals.update(
        shared_with=shared_with,
        asked_to_share=asked_to_share,
        asked_in_lobby=asked_in_lobby,
        still_to_do=still_to_do,
        may_pass_over=passing_over.may_pass_over,
        assigned_at_home=assigned_at_home,
        assigned_in=assigned_in,
        right_now=now,
    )


def shared_with(seated: Seated) -> str:
    """Return the name of the cohort somebody shares a run with; empty while it is private."""
    if seated.shared_at is None or not current_user.is_authenticated:
        return ""
    if "my_cohorts" not in g:
        g.my_cohorts = {
            each.id: each.name for each in cohorts.cohorts_of(db.session, seated.user_id)
        }
    name: str = g.my_cohorts.get(seated.cohort_id, "")
    return name


def asked_to_share(seated: Seated) -> Question | None:
    """Return what a participant of an assigned run is asked before their first answer, until they
    have said so. Who plays alone has said it before they began.
    """
    if seated.assignment_id is None or not seated.is_pair or seated.stage is not Stage.CASE:
        return None
    if seated.shared_at is not None or seated.key in session.get(KEPT_PRIVATE, ()):
        return None
    found = shared.cohorts_for(db.session, seated)
    if not found:
        return None
    people = shared.facilitators_of(db.session, seated.user_id, seated).get(found[0].id, [])
    return Question(seated, found[0], tuple(each.name for each in people))


def asked_in_lobby(run_key: str) -> Question | None:
    """Return the same for who is in the lobby of a run."""
    try:
        return asked_to_share(access.seat_in(db.session, run_key, viewer_id=me().id))
    except NotFound:
        return None


def note_kept_private(run_key: str) -> None:
    """Note that somebody has said that a run stays private, so as not to ask again."""
    session[KEPT_PRIVATE] = [*session.get(KEPT_PRIVATE, ()), run_key][-_MOST:]


def still_to_do(seated: Seated) -> tuple[str, ...] | None:
    """Return what an assignment still asks for in a run; None where it belongs to none."""
    if seated.required is None or seated.is_observer:
        return None
    return assigned.still_to_do(db.session, [seated])[seated.run_id]


def assigned_at_home() -> list[Own]:
    """Return what the person who is looking is asked to play."""
    if "assigned" not in g:
        g.assigned = assigned.assigned_to(db.session, me().id, now=now())
    found: list[Own] = g.assigned
    return found


def assigned_in(cohort: Joined) -> list[Own]:
    """Return the same of one cohort."""
    return assigned.assigned_in(db.session, me().id, cohort.id)
