"""A cohort of a demonstration, its pairs, and a run that two people of it have played together.

All of it through the services a person uses.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.engine import own_play, play, rubric
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    accounts,
    cohorts,
    deciding,
    demo_answers,
    invitations,
    library,
    lobby,
    matching,
    next_steps,
    picks,
    play_ratings,
    runs,
)
from lfp_trainer.services.access import Seated, seat_in
from lfp_trainer.services.company import company_in
from lfp_trainer.services.library import Published
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage.models import Outcome, Stage, WorkPosition

NAME = "Lakeland County, spring"
OTHERS = (
    ("Grace Okafor", WorkPosition.ELEMENTARY),
    ("Sam Ruiz", WorkPosition.HIGH),
    ("Mia Lund", WorkPosition.CENTRAL_OFFICE),
    ("Noah Berg", WorkPosition.CENTRAL_OFFICE),
    ("Ines Carver", WorkPosition.MIDDLE),
)
NAMES = tuple(name for name, _ in OTHERS)
PLAYED = "two-years-later"
"""What principal and partner have played together; it asks them to decide together."""
WAITING = "good-soldier"
"""What the partner has invited the principal to."""
PAIRED = "glowing-observations"
"""What the facilitator has paired the others for."""

OFFICE, SCHOOL = "partner", "principal"


def email_of(name: str) -> str:
    """Return what one of the others signs in with."""
    return f"{name.split()[0].lower()}@demo.example"


def meet(
    session: Session,
    *,
    principal: int,
    partner: int,
    facilitator: int,
    password_hash: str,
    dice: Random,
    now: datetime,
) -> str:
    """Make the cohort, let two of it play together, invite others to; return the cohort's key."""
    key = cohorts.make(session, name=NAME, user_id=facilitator, now=now - timedelta(days=35))
    code = cohorts.find(session, key, viewer_id=facilitator).code
    others = [
        accounts.register(
            session, name=name, email=email_of(name), position=position,
            password_hash=password_hash, now=now - timedelta(days=35),
        )
        for name, position in OTHERS
    ]  # fmt: skip
    for each in (principal, partner, *others):
        cohorts.join(session, code, user_id=each, now=now - timedelta(days=34))
    shelf = {each.script.scenario.id: each for each in library.on_offer(session)}
    # An installation may have other scenarios than those that are shipped.
    if PLAYED in shelf:
        people = {SCHOOL: principal, OFFICE: partner}
        then = now - timedelta(weeks=3)
        played = play_together(session, shelf[PLAYED], people, dice, then)
        for each in people.values():
            seated = seat_in(session, played, viewer_id=each)
            next_steps.say(session, seated, Outcome.DONE, now=then + timedelta(days=9))
    if PAIRED in shelf:
        _pair_others(session, key, shelf[PAIRED], facilitator, dice, now - timedelta(hours=2))
    if WAITING in shelf:
        invitations.invite(
            session, shelf[WAITING], user_id=partner, seat=OFFICE, fellow=principal,
            start_key=f"demo-{dice.getrandbits(64):x}", now=now - timedelta(minutes=5),
        )  # fmt: skip
    return key


def _pair_others(
    session: Session,
    key: str,
    published: Published,
    facilitator: int,
    dice: Random,
    then: datetime,
) -> None:
    cohort = cohorts.find_to_run(session, key, viewer_id=facilitator)
    positions = {
        each.user_id: each.position
        for each in cohorts.members_of(session, cohort, viewer_id=facilitator)
        if each.name in NAMES
    }
    tables = [
        invitations.seat(published.script, each, positions)
        for each in matching.by_mix(positions, dice)
    ]
    invitations.pair_up(
        session, cohort, published, tables, by=facilitator,
        key=f"demo-{dice.getrandbits(64):x}", now=then,
    )  # fmt: skip


Answers = Callable[[Session, Seated, Script, Random, datetime], None]


def play_together(
    session: Session,
    published: Published,
    people: Mapping[str, int],
    dice: Random,
    then: datetime,
    *,
    diagnose: Answers = demo_answers.diagnose,
    rate: Answers = demo_answers.rate,
) -> str:
    """Let two people play one run to its end and return its key.

    :param people: seat → person; the first invites the second
    :param diagnose: how they answer what comes before the conversation
    :param rate: the same
    """
    script = published.script
    (seat, first), (_, second) = people.items()
    code = invitations.invite(
        session, published, user_id=first, seat=seat, fellow=second,
        start_key=f"demo-{dice.getrandbits(64):x}", now=then,
    )  # fmt: skip
    key = lobby.find_lobby(session, code)[0].key

    def seated(user_id: int) -> Seated:
        return seat_in(session, key, viewer_id=user_id)

    for each in people.values():
        lobby.say_ready(session, seated(each), script, ready=True, now=then)
    for each in people.values():
        demo_answers.pass_on(session, seated(each), Stage.CASE, then)
        diagnose(session, seated(each), script, dice, then)
        rate(session, seated(each), script, dice, then)
    run_id = seated(first).run_id
    while company_in(session, run_id).ending_id is None:
        _decide(session, {each: seated(each) for each in people.values()}, script, dice, then)
    for each in people.values():
        _rate_play(session, seated(each), script, dice, then)
    for each in people.values():
        demo_answers.pass_on(session, seated(each), Stage.DEBRIEF, then)
        demo_answers.plan(session, seated(each), dice, then)
    return key


def _decide(
    session: Session, people: Mapping[int, Seated], script: Script, dice: Random, then: datetime
) -> None:
    """Take one decision, or pick for it; who is not on turn may note what they would do."""
    company = company_in(session, next(iter(people.values())).run_id)
    path = runs.path_of(session, company.run_id)
    position = play.replay(script, path)
    deciders = [each.user_id for each in company.deciders(play.seats_on_turn(script, position))]
    for each, seated in people.items():
        if each not in deciders and dice.random() < 0.6:
            deciding.note(
                session, seated, script, _likely(script, position, dice), at_step=len(path),
                reason=dice.choice(("", "I would have asked first.")), now=then,
            )  # fmt: skip
    agreed = picks.picks_at(session, company.run_id, len(path) + 1)
    for each in deciders:
        # Once both have picked and differ, everybody takes what the first of them picked.
        first = agreed.get(deciders[0])
        choice_id = first.choice_id if len(deciders) > 1 and first else None
        deciding.decide(
            session, people[each], script, choice_id or _likely(script, position, dice),
            at_step=len(path), reason=dice.choice(("It keeps us at one table.", "Let us look.")),
            now=then,
        )  # fmt: skip


def _likely(script: Script, position: Position, dice: Random) -> str:
    ranked = sorted(play.offered(script, position), key=lambda id: script.choices[id][1].rank)
    return dice.choice(ranked[:2])


def _rate_play(
    session: Session, seated: Seated, script: Script, dice: Random, then: datetime
) -> None:
    """Say of both plays what their responses showed, give or take a level."""
    sheet = play_ratings.sheet_of(session, seated, script)
    given: dict[Card, Kept] = {}
    for each in sheet.plays:
        for strand in script.rubric.strands:
            top = script.rubric.highest(strand)
            shown = own_play.showed(each.responses, seat=each.seat, strand=strand, top=top)
            if shown.level is None:
                given[each.seat, strand] = Kept(
                    rubric.Rating(None, None, "Nothing of it was said.", ()), not_enough=True
                )
                continue
            level = max(1, min(top, shown.level + dice.choice((0, 0, 1))))
            numbers = tuple(str(response.number) for response in each.responses[:2])
            rating = rubric.Rating(level, None, "It shows in what was asked.", numbers)
            given[each.seat, strand] = Kept(rating, not_enough=False)
    play_ratings.save(session, seated, script, given, now=then)
    play_ratings.commit(session, seated, script, now=then)
