"""What the cohort of a demonstration was set, and how differently its people went about it.

Most have played what was set and agreed to show it; some are on their way; two played it for
themselves alone, and one has not begun. All of it through the services a person uses.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lfp_trainer.services import (
    accounts,
    assignments,
    cohorts,
    demo_afterwards,
    demo_pairs,
    invitations,
    library,
    sharing,
)
from lfp_trainer.services.access import seat_in
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.demo_habits import (
    FAR,
    GENEROUS,
    NEAR,
    STRICT,
    Player,
    Walk,
    acts_between,
    diagnose,
)
from lfp_trainer.services.library import Published
from lfp_trainer.storage.models import Mode, Required, Stage, WorkPosition

ALONE = "glowing-observations"
TOGETHER = "puzzled-principal"

PEOPLE = (
    ("Aisha Rahman", WorkPosition.CENTRAL_OFFICE),
    ("Ben Kowalski", WorkPosition.CENTRAL_OFFICE),
    ("Carmen Delgado", WorkPosition.CENTRAL_OFFICE),
    ("Derek Olsen", WorkPosition.CENTRAL_OFFICE),
    ("Elena Petrov", WorkPosition.ELEMENTARY),
    ("Femi Adeyemi", WorkPosition.ELEMENTARY),
    ("Hannah Stein", WorkPosition.ELEMENTARY),
    ("Isaac Monroe", WorkPosition.ELEMENTARY),
    ("Jia Chen", WorkPosition.ELEMENTARY),
    ("Kofi Mensah", WorkPosition.MIDDLE),
    ("Leah Brandt", WorkPosition.MIDDLE),
    ("Marco Bianchi", WorkPosition.MIDDLE),
    ("Nadia Haddad", WorkPosition.HIGH),
    ("Owen Gallagher", WorkPosition.HIGH),
    ("Priya Nair", WorkPosition.HIGH),
    ("Rosa Whitehorse", WorkPosition.STATE_OR_ISD),
    ("Theo Lindqvist", WorkPosition.STATE_OR_ISD),
)
"""Who is in the cohort beside those whom ``demo_pairs`` lets meet."""

OFFICE, SCHOOL = demo_pairs.OFFICE, demo_pairs.SCHOOL
WALKS = (
    Walk("Tom Ellery", "consulting", NEAR, 9, OFFICE),
    Walk("Grace Okafor", "reference", NEAR, 9, SCHOOL),
    Walk("Sam Ruiz", "random", GENEROUS, 8),
    Walk("Mia Lund", "highest level", GENEROUS, 8, OFFICE),
    Walk("Ines Carver", "first", STRICT, 8),
    Walk("Aisha Rahman", "reference", STRICT, 7),
    Walk("Ben Kowalski", "random", FAR, 7),
    Walk("Carmen Delgado", "consulting", GENEROUS, 6, OFFICE),
    Walk("Derek Olsen", "first", FAR, 6, OFFICE),
    Walk("Elena Petrov", "consulting", NEAR, 5, SCHOOL),
    Walk("Femi Adeyemi", "random", STRICT, 5),
    Walk("Isaac Monroe", "highest level", NEAR, 4),
    Walk("Kofi Mensah", "random", NEAR, 3),
    Walk("Leah Brandt", "consulting", GENEROUS, 3),
    Walk("Nadia Haddad", "highest level", FAR, 2, SCHOOL),
    Walk("Priya Nair", "reference", GENEROUS, 2),
    Walk("Theo Lindqvist", "random", GENEROUS, 1),
    Walk("Rosa Whitehorse", "random", NEAR, stop=Stage.CASE),
    Walk("Marco Bianchi", "random", NEAR, stop=Stage.DIAGNOSIS, quiet=timedelta(hours=1)),
    Walk("Jia Chen", "random", NEAR, stop=Stage.RATING),
    Walk("Noah Berg", "consulting", NEAR, stop=Stage.ROLE_PLAY, decisions=2),
    Walk("Hannah Stein", "reference", NEAR, 4, shares=False),
    Walk("Owen Gallagher", "random", GENEROUS, 6, shares=False),
)
"""The principal is not among them: whoever signs in as her finds it waiting."""

PAIRS = (
    ("Aisha Rahman", "Isaac Monroe", True),
    ("Ben Kowalski", "Leah Brandt", True),
    ("Carmen Delgado", "Nadia Haddad", True),
    ("Derek Olsen", "Femi Adeyemi", False),
)
"""Office and school, and whether both show what they played; else the second alone does."""


def practice(
    session: Session, key: str, *, facilitator: int, password_hash: str, dice: Random, now: datetime
) -> None:
    """Let the rest of the cohort in, set two scenarios, and let everybody get as far as they do."""
    joined = now - timedelta(days=30)
    code = cohorts.find(session, key, viewer_id=facilitator).code
    for name, position in PEOPLE:
        user_id = accounts.register(
            session, name=name, email=demo_pairs.email_of(name), position=position,
            password_hash=password_hash, now=joined,
        )  # fmt: skip
        cohorts.join(session, code, user_id=user_id, now=joined)
    cohort = cohorts.find_to_run(session, key, viewer_id=facilitator)
    people = {
        each.name: each.user_id
        for each in cohorts.members_of(session, cohort, viewer_id=facilitator)
    }
    shelf = {each.script.scenario.id: each for each in library.on_offer(session)}
    # An installation may have other scenarios than those that are shipped.
    played: dict[str, str] = {}
    if ALONE in shelf:
        played = _play_alone(session, cohort, shelf[ALONE], people, dice, now)
    if TOGETHER in shelf:
        _play_in_pairs(session, cohort, shelf[TOGETHER], people, dice, now)
    if played:
        demo_afterwards.say(
            session, cohort, people, played, facilitator=facilitator, dice=dice, now=now
        )


def _play_alone(
    session: Session,
    cohort: Joined,
    published: Published,
    people: Mapping[str, int],
    dice: Random,
    now: datetime,
) -> dict[str, str]:
    """Return whose run is which, of those who show it."""
    runs = {}
    key = assignments.assign(
        session, cohort, published, mode=Mode.ALONE, required=tuple(Required),
        note="Take the seat you know least. We compare what each of us saw on Thursday.",
        due_at=now + timedelta(days=4), start_key=f"demo-{dice.getrandbits(64):x}",
        now=now - timedelta(days=11),
    )  # fmt: skip
    for walk in WALKS:
        user_id = people[walk.name]
        assigned, _ = assignments.find(session, key, viewer_id=user_id)
        until = now - walk.quiet
        begun = until - timedelta(days=walk.days, hours=2, minutes=dice.randrange(300))
        if walk.stop is not Stage.DONE:
            begun = until - timedelta(minutes=3)
        run_key = assignments.begin_alone(
            session, assigned, published, user_id=user_id, seat=walk.seat, shares=walk.shares,
            start_key=f"demo-{dice.getrandbits(64):x}", now=begun,
        )  # fmt: skip
        Player(session, published.script, walk, dice).play(
            run_key, user_id, acts_between(begun, until, dice)
        )
        if walk.shares:
            runs[walk.name] = run_key
    return runs


def _play_in_pairs(
    session: Session,
    cohort: Joined,
    published: Published,
    people: Mapping[str, int],
    dice: Random,
    now: datetime,
) -> None:
    key = assignments.assign(
        session, cohort, published, mode=Mode.PAIR,
        required=(Required.DIAGNOSIS, Required.RATINGS),
        note="With somebody from the other side of the table.",
        start_key=f"demo-{dice.getrandbits(64):x}", now=now - timedelta(days=12),
    )  # fmt: skip
    seats = invitations.office_seats(published.script)
    for days, (office, school, both) in enumerate(PAIRS, start=2):
        then = now - timedelta(days=days, minutes=dice.randrange(300))
        first, second = people[office], people[school]
        assigned, _ = assignments.find(session, key, viewer_id=first)
        theirs = next(each for each in published.script.scenario.seats if each != seats[0])
        rater = Player(session, published.script, Walk(office, "random", GENEROUS), dice)
        run_key = demo_pairs.play_together(
            session, published, {seats[0]: first, theirs: second}, dice, then,
            diagnose=diagnose, rate=rater.rate,
        )  # fmt: skip
        assignments.belongs_to(session, run_key, assigned)
        for each in (first, second) if both else (second,):
            seated = seat_in(session, run_key, viewer_id=each)
            sharing.agree(session, seated, cohort.id, now=then)
