"""What-ifs as a learner makes them: another response in a finished play, and what follows on it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, choices, library, runs, what_if
from lfp_trainer.services.access import Seated
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Participant, Run, Stage
from tests.conftest import NOON


def make_what_if(session: Session, original: Seated, *, to_the_end: bool = True) -> Seated:
    """Take another response at the learner's first decision; return their seat in what goes on."""
    script = library.script_of(session, original.version_id, original.digest)
    at, taken = next(iter(what_if.own_decisions(session, original).items()))
    before = runs.path_of(session, original.run_id)[: at - 1]
    made = session.scalar(sa.select(sa.func.count()).where(Run.what_if_of == original.run_id))
    with database.writing(session):
        key = what_if.start_what_if(
            session, original, script, _another(script, before, taken.choice_id),
            at=at, reason="To see.", start_key=f"{original.key} {made}", now=NOON,
        )  # fmt: skip
    seated = access.seat_in(session, key, viewer_id=original.user_id)
    return play_on(session, seated, script) if to_the_end else seated


def _another(script: Script, before: tuple[str, ...], taken: str) -> str:
    offered = play.offered(script, play.replay(script, before))
    return next(each for each in offered if each != taken)


def play_on(session: Session, seated: Seated, script: Script) -> Seated:
    """Take the first response on offer until the play is over."""
    while seated.stage is Stage.ROLE_PLAY:
        path = runs.path_of(session, seated.run_id)
        choice_id = play.offered(script, play.replay(script, path))[0]
        with database.writing(session):
            choices.record_choice(
                session, seated, script, choice_id, at_step=len(path), reason="To see.", now=NOON
            )
        seated = access.seat_in(session, seated.key, viewer_id=seated.user_id)
    return seated


def make_what_if_of(database_url: str, key: str, *, to_the_end: bool = True) -> str:
    """Do the same for whoever has a play of that key; return the key of what goes on."""
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        whose = session.scalar(
            sa.select(Participant.user_id).join(Run).where(Run.key == key).limit(1)
        )
        original = access.seat_in(session, key, viewer_id=whose or 0)
        made = make_what_if(session, original, to_the_end=to_the_end)
    engine.dispose()
    return made.key


def mark_as_what_if(session: Session, seated: Seated, of: Seated | None) -> None:
    """Call a play from the start a what-if: one with answers that no what-if can be given.

    :param of: the play it rewinds; None for one that is gone
    """
    rewinds = {"what_if_of": of and of.run_id, "what_if_at": 1}
    with database.writing(session):
        session.execute(sa.update(Run).where(Run.id == seated.run_id).values(**rewinds))
