"""The panel of a run together: who is there and where, what is new, and what can be done about it.

Every page of such a run carries the panel, and asks for it every two seconds. ``at`` says what the
main part of the page shows, so that the panel can tell when that is out of date.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s

from flask import url_for

from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import play_ratings, presence, runs, timing, ways
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.conversation import Conversation
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.extensions import db
from lfp_trainer.web.whereabouts import Row, names, news_of, row_of

_ORDER = tuple(Stage)
WAIT, OPEN, ASK = "wait", "open", "ask"
"""Waiting for others; open to be read; asking for what is done with once it is sent."""
CLOSED = "This part is closed for you now."
TAKEN_BACK = "You go on from an earlier part. Copy what you have written here first."


@dataclass(frozen=True, slots=True)
class Time:
    """How long the open decision may still take."""

    due: datetime
    left: int
    """In seconds; none below zero."""
    is_over: bool
    may_let_answer: bool


@dataclass(frozen=True, slots=True)
class Go:
    """Where the main part of a page is shown as it is now, and what is new there."""

    address: str
    why: str
    by_itself: bool = True
    """Whether the page goes there where nobody types; not from what is read in peace."""
    beside: bool = False
    """Whether that is shown in a new tab: what is written here may not be kept yet."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows to one participant."""

    at: str
    tag: str
    rows: tuple[Row, ...]
    news: str
    is_own_news: bool
    """Whether that is more than where somebody else is, which stands beside their name."""
    go: Go | None
    """None if the main part is current."""
    sign: str
    """What this participant is told of a sign that was left to them while they were away."""
    missed: tuple[str, ...]
    """What the stand-in has chosen in their seat."""
    steps: int
    time: Time | None


def shown(at: Stage, seated: Seated, company: Company, talk: Conversation | None) -> str:
    """Return what the main part of a page shows, as far as others can change it, or its reader from
    another window."""
    missing = _with_dot(_missing_in(at, seated, company))
    if _asks(at, seated):
        return f"{at}.{ASK}" + (missing if at is Stage.NEXT_STEP else "")
    if at in (Stage.RATING, Stage.ROLE_PLAY) and company.opened_at is None:
        return f"{at}.{WAIT}"
    if at is Stage.ROLE_PLAY and talk is not None:
        decides = talk.decides(seated.user_id)
        out = company.person(seated.user_id).is_out
        # Nobody else's page has anything of what was picked.
        both = _digest(talk) if decides and talk.differs else ""
        mode = "out" if out else "both" if decides and talk.is_together else f"{decides:d}"
        return f"{at}.{len(talk.position.path)}.{mode}.{both}"
    if at in (Stage.DEBRIEF, Stage.NEXT_STEP) and company.told_at is None:
        return f"{at}.{WAIT}"
    return f"{at}.{OPEN}{missing}"


def _missing_in(at: Stage, me: Seated | Companion, company: Company) -> list[str]:
    """Return the seats of the others whose answers a page would show that can be read without them:
    what was said before the conversation, and the debrief, which the next step follows."""
    others = [] if me.is_observer else [each for each in company.players if each.seat != me.seat]
    if at is Stage.RATING and company.opened_at is not None:
        return [each.seat for each in others if company.is_late(each)]
    if at in (Stage.DEBRIEF, Stage.NEXT_STEP) and company.told_at and company.swap_of is None:
        return [each.seat for each in others if each.rated_play_at is None]
    return []


def _with_dot(seats: list[str]) -> str:
    return "." + ",".join(seats) if seats else ""


def _added(at: str, me: Seated | Companion, company: Company) -> list[Companion]:
    """Return who was missing in what a page shows, and is no more."""
    stage, _, rest = at.partition(".")
    then = rest.partition(".")[2].split(",")
    if stage not in (Stage.RATING, Stage.DEBRIEF, Stage.NEXT_STEP):
        return []
    still = _missing_in(Stage(stage), me, company)
    return [each for each in company.players if each.seat in then and each.seat not in still]


def _digest(talk: Conversation) -> str:
    """Return what tells the picks of those who decide from any others, and not what they are."""
    seen = [talk.pick_of(each.user_id) for each in talk.deciders]
    picked = "-".join(each.choice_id or "" for each in seen if each is not None)
    return blake2s(picked.encode(), digest_size=4).hexdigest()


def _asks(at: Stage, seated: Seated) -> bool:
    """Tell whether a page has a form that is done with once it is sent; not what is looked back at,
    from which nobody is led away."""
    if at is Stage.DEBRIEF:
        rates = seated.is_pair and not seated.is_observer and not seated.is_what_if
        return rates and seated.rated_play_at is None
    return at is seated.stage and at is not Stage.ROLE_PLAY


def _moved(stage: Stage, who: Seated | Companion) -> str:
    """Return what to say where a page asks for what is asked no more; nothing where it still is."""
    if stage is Stage.DEBRIEF:
        return CLOSED if who.rated_play_at is not None else ""
    if who.stage is stage:
        return ""
    # Who was let in on another device may have to answer once more what nobody had seen.
    return TAKEN_BACK if _ORDER.index(who.stage) < _ORDER.index(stage) else CLOSED


def tag_of(company: Company, me: Companion, at: str, due: str, now: datetime) -> str:
    """Return the tag of the panel for a page that shows ``at``, from little more than rows read.

    :param due: when the open decision is due, as the page was told
    """
    stage, _, rest = at.partition(".")
    if _added(at, me, company):
        behind = True
    elif rest.split(".")[0] == ASK:
        behind = stage in _ORDER and bool(_moved(Stage(stage), me))
    elif rest == WAIT:
        opens = company.opened_at if stage in (Stage.RATING, Stage.ROLE_PLAY) else company.told_at
        behind = opens is not None
    else:
        behind = stage == Stage.ROLE_PLAY and rest.split(".")[0] != str(company.moves)
    told = datetime.fromtimestamp(int(due), UTC) if due.isdecimal() and len(due) < 12 else None
    is_over = told is not None and timing.is_over(told, now)
    return presence.tag_of(company, me, now, is_over=is_over) + (".behind" if behind else "")


def panel_of(
    seated: Seated,
    script: Script,
    company: Company,
    *,
    talk: Conversation,
    at: str,
    now: datetime,
) -> Panel:
    """Return the panel for a page whose main part shows ``at``."""
    me = company.person(seated.user_id)
    time = _time(seated, script, company, talk.position, now)
    due = str(int(time.due.timestamp())) if time else ""
    others = [each for each in company.people if each.user_id != seated.user_id]
    return Panel(
        at=at,
        tag=tag_of(company, me, at, due, now),
        rows=tuple(row_of(each, script, company, talk, now, me=me) for each in others),
        news=news_of(me, company, talk, now),
        is_own_news=talk.differs
        or (talk.decides(me.user_id) and me.user_id not in talk.has_picked),
        go=_go(at, seated, script, company, talk),
        sign=_sign(me, company, talk),
        missed=_missed(me, script, company),
        steps=len(talk.position.path),
        time=time,
    )


def _time(
    seated: Seated, script: Script, company: Company, position: Position, now: datetime
) -> Time | None:
    due = timing.due_at(db.session, company, script, position)
    if due is None:
        return None
    left = max(0, round((due - now).total_seconds()))
    may = timing.may_let_answer(db.session, company, seated, script, position)
    return Time(due, left, timing.is_over(due, now), may)


def _go(at: str, seated: Seated, script: Script, company: Company, talk: Conversation) -> Go | None:
    stage, _, rest = at.partition(".")
    if stage not in list(Stage):
        return None
    if rest.split(".")[0] == ASK:
        moved = _moved(Stage(stage), seated)
        here = Go(url_for("runs.show", key=seated.key), moved) if moved else None
        return here or _go_to_added(at, seated, company)
    if shown(Stage(stage), seated, company, talk) == at:
        return None
    if rest == WAIT and stage in (Stage.RATING, Stage.ROLE_PLAY):
        if seated.is_observer:
            return Go(_address(seated, Stage.ROLE_PLAY), "The conversation is open.")
        return Go(_address(seated, Stage.RATING), "Everybody has answered.")
    if rest == WAIT:
        return Go(url_for("runs.show", key=seated.key), "The debrief is open.")
    if stage != Stage.ROLE_PLAY:
        return _go_to_added(at, seated, company)
    return Go(_address(seated, Stage.ROLE_PLAY), _what_came(rest, seated, script, company, talk))


def _go_to_added(at: str, seated: Seated, company: Company) -> Go | None:
    """Return where to read what somebody has added since to what one reads already, or read before
    the next step; nothing where they said nothing."""
    added = _added(at, seated, company)
    if at.partition(".")[0] == Stage.RATING:
        why = f"{names(added)} {'is' if len(added) == 1 else 'are'} no longer behind."
        return Go(_address(seated, Stage.RATING), why, by_itself=False) if added else None
    spoke = [each for each in added if play_ratings.has_rated(db.session, seated, each.user_id)]
    if not spoke:
        return None
    why = f"{names(spoke)} {'has' if len(spoke) == 1 else 'have'} rated the play now."
    asks = at.partition(".")[2].partition(".")[0] == ASK
    return Go(_address(seated, Stage.DEBRIEF), why, by_itself=False, beside=asks)


def _what_came(
    rest: str, seated: Seated, script: Script, company: Company, talk: Conversation
) -> str:
    if rest.split(".")[0] == str(len(talk.position.path)):
        return "You have picked differently." if talk.differs else "Something has changed."
    moves = len(talk.position.path)
    last = runs.notes_of(db.session, seated.run_id, since=max(moves - 1, 0)).get(moves)
    if last is None or last.user_id is None:
        return "The stand-in has answered."
    if last.user_id == seated.user_id:
        return "The conversation has gone on."
    name = next((each.name for each in company.people if each.user_id == last.user_id), None)
    # Somebody who has gone on from another device since: their seat says who it was.
    return f"{name or script.scenario.cast[last.seat].name} has answered."


def _address(seated: Seated, stage: Stage) -> str:
    return url_for("runs.show", key=seated.key, stage=stage.value)


def _sign(me: Companion, company: Company, talk: Conversation) -> str:
    if me.nudged_at is None or me.is_out:
        return ""
    if company.opened_at is not None and me.nudged_at < company.opened_at:
        return ""
    waiting = [
        each
        for each in company.people
        if each.user_id != me.user_id
        and any(one.user_id == me.user_id for one in ways.awaited(company, each, talk.on_turn))
    ]
    if waiting:
        return f"{names(waiting)} waited for you while you were away, and left you this sign."
    others = [each for each in company.people if each.user_id != me.user_id]
    who = names(others) if len(others) == 1 else "Somebody"
    return f"{who} left you this sign while you were away."


def _missed(me: Companion, script: Script, company: Company) -> tuple[str, ...]:
    since = me.left_at or me.stand_in_from
    if company.is_late(me) and not me.is_out:
        # They may go there at once; whoever rather answers first is told not to read it.
        since = company.opened_at
    elif not me.has_reached(Stage.ROLE_PLAY):
        return ()
    if since is None:
        return ()
    chosen = runs.played_by_stand_in(db.session, company.run_id, me.seat, since=since)
    return tuple(script.choices[id][1].text for id in chosen)
