"""Let a guest back into a run from another device, where nothing but their partner knows them.

A guest is a browser. Who comes with another one asks for the seat by name, and somebody who is in
the run says whether it is them. Only this run changes hands, never an account holder's seat, and
never a seat whose person is there.

Whoever lets somebody in may be letting in themselves, in a second browser. So the seat is handed
over, and of what was written in it only what the one who lets in may see already: the rest stays
with the guest, as a draft that nobody else ever sees, and is answered again.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import StaleMove
from lfp_trainer.services import choices, exports, lobby, pairs, reasons, runs, sharing
from lfp_trainer.services.access import Seated
from lfp_trainer.services.accounts import GUEST_NAME
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.storage.models import (
    Diagnosis,
    Mark,
    Pair,
    Participant,
    Pick,
    Rating,
    Round,
    Run,
    Stage,
    Step,
    User,
    table,
)

IS_THERE = "They are here again on the device they began with, so nobody else can have their seat."
HAS_ACCOUNT = (
    "They have made an account since, and come back to their seat by signing in. Nobody else can."
)
NOT_ASKED = "Nobody is asking for that seat any more. Nothing was changed."
IN_ALREADY = "You are in this run already."

_Answers = type[Diagnosis] | type[Rating]
_Owner = InstrumentedAttribute[int]

_parts = table(Participant)


def seats_to_ask_for(session: Session, company: Company, now: datetime) -> list[Companion]:
    """Return the people whose seat somebody on another device may ask for: guests who are away."""
    away = [each for each in company.people if company.is_away(each, now)]
    guests = session.scalars(
        sa.select(User.id).where(User.id.in_([each.user_id for each in away]), User.email.is_(None))
    ).all()
    return [each for each in away if each.user_id in guests]


def is_told_to_others(session: Session, company: Company, now: datetime) -> bool:
    """Tell whether a code still shows names to who is not in the run: to take a seat, or to ask for
    one's own from another device while the run is not over.
    """
    if lobby.is_joinable(company, now) and not company.shares_a_device:
        return True
    return not company.is_through and bool(seats_to_ask_for(session, company, now))


def asked_for_by(company: Company, user_id: int) -> Companion | None:
    """Return who somebody says they are, while nobody has answered."""
    return next((each for each in company.people if each.asked_by == user_id), None)


def ask(session: Session, company: Company, *, seat: str, user_id: int, now: datetime) -> None:
    """Ask for the seat of a guest who is away. Who asks last is who is asked about.

    :raise StaleMove: if they are in the run already, or the seat is not to be asked for any more
    """
    choices.hold(session, company.run_id)
    company = company_in(session, company.run_id)
    if user_id in [each.user_id for each in company.people]:
        raise StaleMove(IN_ALREADY)
    for each in seats_to_ask_for(session, company, now):
        if each.seat == seat:
            _ask_no_more(session, company, user_id)
            _change(session, company, each.user_id, asked_by=user_id)
            runs.changed(session, company.run_id)
            return
    raise StaleMove(IS_THERE)


def let_in(
    session: Session, seated: Seated, script: Script, whom: int, asker: int, *, now: datetime
) -> Company:
    """Give somebody the seat they ask for, with what of it the one who lets them in may see.

    :param whom: the guest they say they are
    :raise StaleMove: if nobody asks for it any more, or the guest is there or has an account now
    """
    # Who comes has not agreed to show the run: it is shown to nobody until they do.
    plays = sa.exists().where(
        _parts.c.run_id == Run.id, _parts.c.user_id == whom, _parts.c.seat != OBSERVER
    )
    exports.drop(session, (Run.id == seated.run_id) & plays)
    company, person = _asked(session, seated, whom, asker)
    new = session.scalar(sa.select(User.id).where(User.id == asker).with_for_update())
    guest = session.execute(
        sa.select(User.name).where(User.id == whom, User.email.is_(None)).with_for_update()
    ).one_or_none()
    if asker in [each.user_id for each in company.people] or new is None:
        raise StaleMove(NOT_ASKED)
    if guest is None:
        raise StaleMove(HAS_ACCOUNT)
    if not company.is_away(person, now):
        raise StaleMove(IS_THERE)
    _hand_over(session, seated, person, asker, now)
    session.execute(
        sa.update(User).where(User.id == asker, User.name == GUEST_NAME).values(name=guest.name)
    )
    session.expire_all()
    return pairs.settle(session, seated, script, now=now)


def _hand_over(
    session: Session, seated: Seated, person: Companion, new_id: int, now: datetime
) -> None:
    """Give a seat to somebody else, and what has been shown of it to the one who lets them in."""
    revealed = seated.is_revealed and not seated.is_observer
    told = revealed and runs.has_reached(seated, Stage.DEBRIEF)
    old_id, run_id = person.user_id, seated.run_id
    shown = {Round.BEFORE} if revealed else set()
    shown |= {Round.OWN, Round.OTHER} if told else set()
    before: tuple[tuple[_Answers, _Owner, sa.ColumnElement[bool]], ...] = (
        (Diagnosis, Diagnosis.user_id, sa.literal(revealed)),
        (Rating, Rating.rater_id, Rating.round.in_(shown)),
    )
    for model, owner, may_go in before:
        goes = sa.and_(may_go, model.committed_at.is_not(None))
        _move(session, model, owner, run_id, old_id, new_id, goes)
        # What stays is nobody's answer in this run any more.
        _everything(
            session,
            sa.update(model)
            .where(model.run_id == run_id, owner.in_([old_id, new_id]), ~goes)
            .values(committed_at=None),
        )
    if told:
        _move_picks(session, run_id, old_id, new_id)
    _move(session, Mark, Mark.user_id, run_id, old_id, new_id, sa.literal(told))
    without_words = sa.literal(told) | (Step.reason == "")
    _everything(
        session,
        sa.update(Step)
        .where(Step.run_id == run_id, Step.user_id == old_id, without_words)
        .values(user_id=new_id),
    )
    _everything(
        session,
        sa.update(Pair)
        .where(Pair.run_id == run_id, Pair.invited_by == old_id)
        .values(invited_by=new_id),
    )
    # The other way round is only played: nothing is answered in it.
    stage = person.stage if seated.is_what_if else _stage(person, revealed=revealed, told=told)
    _everything(
        session,
        sa.update(_parts)
        .where(_parts.c.run_id == run_id, _parts.c.user_id == old_id)
        .values(
            user_id=new_id,
            stage=stage,
            rated_play_at=person.rated_play_at if told else None,
            asked_by=None,
            seen_at=now,
            left_at=None,
            stand_in_from=None,
            nudged_at=None,
            # Who had agreed was known to the cohort; who goes on says so anew.
            shared_at=None,
        ),
    )
    sharing.company_changed(session, run_id)


def _stage(person: Companion, *, revealed: bool, told: bool) -> Stage:
    """Return where somebody goes on, for whom only what has been shown is answered."""
    if not revealed and not person.is_observer:
        last = Stage.DIAGNOSIS
    else:
        last = Stage.NEXT_STEP if told else Stage.DEBRIEF
    return min(person.stage, last, key=runs.STAGES.index)


def _move(
    session: Session,
    model: _Answers | type[Mark],
    owner: _Owner,
    run_id: int,
    old_id: int,
    new_id: int,
    goes: sa.ColumnElement[bool],
) -> None:
    """Give rows of a run to somebody else, in place of any they have from before."""
    go = model.run_id == run_id, owner == old_id, goes
    if session.scalar(sa.select(sa.exists().where(*go))):
        _everything(session, sa.delete(model).where(model.run_id == run_id, owner == new_id, goes))
        _everything(session, sa.update(model).where(*go).values({owner.key: new_id}))


def _move_picks(session: Session, run_id: int, old_id: int, new_id: int) -> None:
    """Give what somebody picked to somebody else, and nothing of what they were still writing."""
    theirs = Pick.run_id == run_id, Pick.user_id == old_id, reasons.IS_PICK
    _everything(
        session,
        sa.delete(Pick).where(
            Pick.run_id == run_id,
            Pick.user_id == new_id,
            Pick.number.in_(sa.select(Pick.number).where(*theirs)),
        ),
    )
    _everything(session, sa.update(Pick).where(*theirs).values(user_id=new_id, draft=None))


def _everything(session: Session, change: sa.Update | sa.Delete) -> None:
    session.execute(change, execution_options={"synchronize_session": False})


def refuse(session: Session, seated: Seated, whom: int, asker: int) -> None:
    """Say that it is not them.

    :raise StaleMove: if nobody asks for it any more
    """
    company, _ = _asked(session, seated, whom, asker)
    _ask_no_more(session, company, asker)
    runs.changed(session, company.run_id)


def _asked(session: Session, seated: Seated, whom: int, asker: int) -> tuple[Company, Companion]:
    choices.hold(session, seated.run_id)
    company = company_in(session, seated.run_id)
    for each in company.people:
        if each.user_id == whom != seated.user_id and each.asked_by == asker:
            return company, each
    raise StaleMove(NOT_ASKED)


def _ask_no_more(session: Session, company: Company, asker: int) -> None:
    session.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == company.run_id, _parts.c.asked_by == asker)
        .values(asked_by=None)
    )


def _change(session: Session, company: Company, user_id: int, **values: object) -> None:
    session.execute(
        sa.update(_parts)
        .where(_parts.c.run_id == company.run_id, _parts.c.user_id == user_id)
        .values(**values)
    )
