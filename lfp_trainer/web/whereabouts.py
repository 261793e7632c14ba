"""Words for who is in a run together: where each of them is, and what is new for one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lfp_trainer.engine.script import Script
from lfp_trainer.services import ways
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.conversation import Conversation
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.filters import listed

WHERE = {
    Stage.CASE: "reading the case",
    Stage.DIAGNOSIS: "on the diagnosis",
    Stage.RATING: "rating the leaders",
    Stage.DEBRIEF: "in the debrief",
    Stage.NEXT_STEP: "writing a next step",
    Stage.DONE: "done with this run",
}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody else in the run, as the panel shows them."""

    person: Companion
    seat: str
    """Whom they play."""
    where: str
    is_out: bool
    """Whether that says who plays for them, or that they have left."""
    is_away: bool
    is_answered_for: bool
    """Whether the stand-in answers for them until they have come to the conversation."""


def row_of(
    person: Companion,
    script: Script,
    company: Company,
    talk: Conversation,
    now: datetime,
    *,
    me: Companion,
) -> Row:
    """Return somebody in a run with what they are at, as one of the others is told."""
    member = script.scenario.cast.get(person.seat)
    seat = member.name if member else "observer"
    away = company.is_away(person, now)
    # While nobody is in the conversation, nobody moves on in it: the stand-in does not either.
    plays_on = company.ending_id is None and bool(company.held)
    answered_for = plays_on and company.is_late(person) and not person.is_out
    out = company.is_played_for(person) or company.has_left_after_the_end(person)
    where = _where(person, seat, company, talk, me)
    return Row(person, seat, where, out, away and not out, answered_for)


def _where(
    person: Companion, seat: str, company: Company, talk: Conversation, me: Companion
) -> str:
    if company.has_left_after_the_end(person):
        return "has left"
    if company.swap_of is not None and company.ending_id is not None:
        # The other way round is then at its last stage for everybody: nothing tells who has read
        # how it ended.
        return "is still here"
    if company.is_played_for(person):
        gone = "has left" if person.left_at is not None else "is out"
        return gone if person.is_observer else f"{gone}: the stand-in plays {seat}"
    if company.opened_at is not None and company.ending_id is None:
        if person.has_reached(Stage.ROLE_PLAY):
            return _doing(person, talk, me)
    elif person.stage is Stage.ROLE_PLAY:
        return "is ready to watch" if person.is_observer else "has answered everything"
    elif person.stage is Stage.DEBRIEF and (rates := _rating(person, company)):
        return rates
    return f"is {WHERE.get(person.stage, 'here')}"


def _rating(person: Companion, company: Company) -> str:
    """Return what somebody does before they read the debrief; nothing once they can."""
    if person.is_observer or company.swap_of is not None:
        return ""
    # Who was not waited for rates although the others read it already.
    if person.rated_play_at is None:
        return "is rating the play"
    return "" if company.told_at is not None else "is ready for the debrief"


def _doing(person: Companion, talk: Conversation, me: Companion) -> str:
    """Return what somebody is at in the conversation, in words that are true also while they still
    read what was said before it: which of the two is not known."""
    if person.is_observer:
        return "is watching"
    if not talk.decides(person.user_id):
        return "is listening" if talk.position.path else "is here"
    if not talk.is_together:
        return "has the turn"
    if talk.differs and talk.decides(me.user_id):
        mine, theirs = talk.pick_of(me.user_id), talk.pick_of(person.user_id)
        same = mine and theirs and mine.choice_id == theirs.choice_id
        return "picked the same" if same else "picked something else"
    return "has picked" if person.user_id in talk.has_picked else "has still to pick"


def news_of(me: Companion, company: Company, talk: Conversation, now: datetime) -> str:
    """Return what is new in one sentence, which a screen reader says once."""
    if company.is_played_for(me) or company.is_through:
        return ""
    awaited = ways.awaited(company, me, [each.seat for each in talk.deciders])
    left = [each for each in awaited if each.is_out]
    if left:
        return f"{names(left)} {_have(left)} left."
    away = [each for each in awaited if company.is_away(each, now)]
    if away:
        return f"{names(away)} {_have(away)} been away for more than a minute."
    if talk.decides(me.user_id):
        return _own_turn(me, talk, awaited)
    if not awaited:
        return ""
    if talk.differs:
        return f"{names(talk.deciders)} have picked differently."
    if company.opened_at is not None and company.ending_id is None:
        return f"{names(awaited)} {_have(awaited)} the turn."
    at = "still answering" if company.opened_at is None else "still rating the play"
    return f"{names(awaited)} {_are(awaited)} {at}."


def _own_turn(me: Companion, talk: Conversation, others: list[Companion]) -> str:
    if not talk.is_together:
        return "It is your turn."
    if talk.differs:
        return "You have picked differently."
    ready = [each for each in others if each.user_id in talk.has_picked]
    late = [each for each in others if each.user_id not in talk.has_picked]
    if me.user_id in talk.has_picked:
        return f"{names(late)} {_have(late)} still to pick."
    return f"{names(ready)} {_have(ready)} picked." if ready else "You decide together."


def names(people: Iterable[Companion]) -> str:
    return listed([each.name for each in people])


def _have(people: list[Companion]) -> str:
    return "has" if len(people) == 1 else "have"


def _are(people: list[Companion]) -> str:
    return "is" if len(people) == 1 else "are"
