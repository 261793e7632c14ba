"""People of a cohort are brought together in runs that nobody has begun yet."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import NotFound, StaleMove
from lfp_trainer.services import (
    access,
    accounts,
    cohorts,
    invitations,
    lobby,
    open_pairs,
    past_runs,
    presence,
)
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.services.runs import runs_of
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Run
from tests.conftest import NOON
from tests.together import ONE, OTHER, Together, named


@pytest.fixture
def people(session: Session) -> list[int]:
    """Dana, who facilitates, then Ana, Ben, Cleo, Dov and Eve."""
    made = []
    for name in ("Dana", "Ana", "Ben", "Cleo", "Dov", "Eve"):
        with writing(session):
            user_id = accounts.make_guest(session, now=NOON)
        made.append(named(session, user_id, name))
    return made


@pytest.fixture
def cohort(session: Session, people: list[int]) -> Joined:
    dana, *others = people
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana, now=NOON)
        code = cohorts.find(session, key, viewer_id=dana).code
        for each in others:
            cohorts.join(session, code, user_id=each, now=NOON)
    return cohorts.find(session, key, viewer_id=dana)


Tables = Sequence[dict[str, int | None]]
PairUp = Callable[..., bool]


@pytest.fixture
def pair_up(session: Session, cohort: Joined, people: list[int], published: Published) -> PairUp:
    def pair_up(tables: Tables, key: str = "once") -> bool:
        with writing(session):
            return invitations.pair_up(
                session, cohort, published, tables, by=people[0], key=key, now=NOON
            )

    return pair_up


@pytest.fixture
def tables(people: list[int]) -> Tables:
    _, ana, ben, cleo, dov, eve = people
    return [
        {ONE: ana, OTHER: ben, OBSERVER: None},
        {ONE: cleo, OTHER: dov, OBSERVER: eve},
    ]


@pytest.fixture
def lobby_of(session: Session, pair_up: PairUp, tables: Tables, people: list[int]) -> Together:
    """The lobby that Dana has made for Ana and Ben."""
    pair_up(tables)
    return lobby_for(session, people[1])


def lobby_for(session: Session, user_id: int) -> Together:
    (run,) = runs_of(session, user_id)
    assert run.code is not None
    return Together(session, run.code, run.key, NOON)


def invite(session: Session, published: Published, me: int, fellow: int, key: str = "k") -> str:
    with writing(session):
        return invitations.invite(
            session, published, user_id=me, seat=OTHER, fellow=fellow, start_key=key, now=NOON
        )


def test_each_pair_gets_a_run_that_nobody_has_begun(
    session: Session, pair_up: PairUp, tables: Tables, people: list[int]
) -> None:
    assert pair_up(tables)

    together = lobby_for(session, people[3]).company(people[3])
    assert [(each.seat, each.name, each.seen_at, each.ready_at) for each in together.people] == [
        (ONE, "Cleo", None, None),
        (OTHER, "Dov", None, None),
        (OBSERVER, "Eve", None, None),
    ]
    assert together.begun_at is None
    assert runs_of(session, people[0]) == []


def test_a_double_click_makes_the_pairs_once(
    session: Session, pair_up: PairUp, tables: Tables
) -> None:
    assert [pair_up(tables), pair_up(tables), pair_up(tables[:1])] == [True, False, False]

    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 2


def test_nobody_from_outside_the_cohort_is_paired(
    session: Session, pair_up: PairUp, people: list[int], alice_id: int
) -> None:
    with pytest.raises(NotFound):
        pair_up([{ONE: people[1], OTHER: alice_id}])

    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def test_a_pair_begins_once_both_have_said_that_they_are_ready(
    lobby_of: Together, people: list[int]
) -> None:
    _, ana, ben, *_ = people

    lobby_of.ready(ana)
    assert lobby_of.company(ana).begun_at is None

    lobby_of.ready(ben)
    assert lobby_of.company(ana).begun_at == NOON


def test_a_member_invites_another_to_the_seat_that_is_left(
    session: Session, cohort: Joined, published: Published, people: list[int]
) -> None:
    _, ana, ben, *_ = people

    code = invite(session, published, ana, ben)
    again = invite(session, published, ana, ben)

    company, _ = lobby.find_lobby(session, code)
    assert again == code
    assert [(each.user_id, each.seat, each.seen_at) for each in company.people] == [
        (ana, OTHER, NOON),
        (ben, ONE, None),
    ]


def test_nobody_invites_somebody_whom_they_share_no_cohort_with(
    session: Session, cohort: Joined, published: Published, people: list[int], alice_id: int
) -> None:
    for me, fellow in ((people[1], alice_id), (alice_id, people[1]), (people[1], people[1])):
        with pytest.raises(NotFound):
            invite(session, published, me, fellow)

    assert session.scalar(sa.select(sa.func.count()).select_from(Run)) == 0


def free(together: Together, me: int, whom: int) -> None:
    script = together.script(me)
    with writing(together.session):
        invitations.free_seat(together.session, together.seat(me), script, whom, now=together.now)


def test_the_seat_of_who_never_came_is_freed_for_somebody_else(
    session: Session, cohort: Joined, published: Published, people: list[int]
) -> None:
    _, ana, ben, cleo, *_ = people
    invite(session, published, ana, ben)
    together = lobby_for(session, ana)

    free(together, ana, ben)
    together.join(cleo, ONE)

    assert [each.name for each in together.company(ana).people] == ["Ana", "Cleo"]
    assert runs_of(session, ben) == []


def test_the_seat_of_who_has_come_is_freed_only_when_they_are_away_and_not_ready(
    session: Session, cohort: Joined, published: Published, people: list[int]
) -> None:
    _, ana, ben, *_ = people
    invite(session, published, ana, ben)
    together = lobby_for(session, ana)
    together.seen(ben)
    with pytest.raises(StaleMove):
        free(together, ana, ben)

    together.ready(ben)
    together.later(61)
    together.seen(ana)
    with pytest.raises(StaleMove):
        free(together, ana, ben)

    script = together.script(ben)
    with writing(session):
        lobby.say_ready(session, together.seat(ben), script, ready=False, now=together.now)
    together.later(61)
    together.seen(ana)
    free(together, ana, ben)
    assert [each.name for each in together.company(ana).people] == ["Ana"]


def test_who_was_invited_frees_nobodys_seat(
    session: Session, cohort: Joined, published: Published, people: list[int]
) -> None:
    _, ana, ben, *_ = people
    invite(session, published, ana, ben)
    together = lobby_for(session, ana)
    together.later(600)

    with pytest.raises(StaleMove):
        free(together, ben, ana)


def test_where_a_facilitator_paired_them_either_player_frees_a_seat_but_not_who_watches(
    session: Session, pair_up: PairUp, tables: Tables, people: list[int]
) -> None:
    _, _, _, cleo, dov, eve = people
    pair_up(tables)
    together = lobby_for(session, cleo)

    with pytest.raises(StaleMove):
        free(together, eve, cleo)
    free(together, dov, cleo)

    assert [each.name for each in together.company(dov).people] == ["Dov", "Eve"]


def test_no_seat_is_freed_once_the_run_has_begun(lobby_of: Together, people: list[int]) -> None:
    _, ana, ben, *_ = people
    lobby_of.ready(ana, ben)
    lobby_of.later(600)

    with pytest.raises(StaleMove):
        free(lobby_of, ana, ben)


def test_an_invitation_says_who_brought_whom_together(
    session: Session, pair_up: PairUp, tables: Tables, published: Published, people: list[int]
) -> None:
    _, ana, ben, _, _, eve = people
    pair_up(tables)
    invite(session, published, ana, ben)

    def told(user_id: int) -> list[tuple[str, bool, tuple[str, ...]]]:
        found = open_pairs.invitations_of(session, user_id)
        return [(each.inviter, each.inviter_plays, each.others) for each in found]

    assert told(ben) == [("Ana", True, ("Ana",)), ("Dana", False, ("Ana",))]
    assert told(ana) == [("Dana", False, ("Ben",))]
    assert told(eve) == [("Dana", False, ("Cleo", "Dov"))]


def test_an_invitation_is_no_run_to_go_on_with_before_its_lobby_was_opened(
    session: Session, lobby_of: Together, people: list[int]
) -> None:
    ana = people[1]

    def going_on() -> int:
        return past_runs.open_runs(session, ana, number=1, size=6).total

    assert (len(open_pairs.invitations_of(session, ana)), going_on()) == (1, 0)

    lobby_of.seen(ana)
    assert (len(open_pairs.invitations_of(session, ana)), going_on()) == (0, 1)


def test_who_declines_was_never_in_it(
    session: Session, lobby_of: Together, people: list[int]
) -> None:
    _, ana, ben, *_ = people

    lobby_of.leave(ana)

    assert runs_of(session, ana) == []
    assert open_pairs.invitations_of(session, ben)[0].others == ()


def standing(together: Together, user_id: int) -> open_pairs.Standing:
    seated, script = together.seat(user_id), together.script(user_id)
    found = open_pairs.standings_of(together.session, user_id, [(seated, script)])
    return found[seated.run_id]


def test_a_standing_names_whom_one_waits_for_at_every_stage(
    lobby_of: Together, people: list[int]
) -> None:
    _, ana, ben, *_ = people
    lobby_of.ready(ana)
    assert standing(lobby_of, ana).awaited == ("Ben",)
    lobby_of.ready(ben)
    assert standing(lobby_of, ana).awaited == ()
    lobby_of.commit(ana)
    assert standing(lobby_of, ana).awaited == ("Ben",)
    lobby_of.commit(ben)
    on_turn = lobby_of.on_turn(ana)

    waits = {ana: ("Ben",), ben: ("Ana",)}
    for each, seat in ((ana, ONE), (ben, OTHER)):
        expected = () if seat in on_turn else waits[each]
        assert standing(lobby_of, each).awaited == expected


def test_what_becomes_of_a_pair_changes_nothing_that_its_facilitator_is_shown(
    session: Session, cohort: Joined, lobby_of: Together, people: list[int]
) -> None:
    dana, ana, ben, *_ = people

    def shown() -> object:
        return (
            invitations.pairings_of(session, cohort, since=NOON - timedelta(days=1)),
            cohorts.members_of(session, cohort, viewer_id=dana),
            runs_of(session, dana),
            open_pairs.invitations_of(session, dana),
        )

    before = shown()
    lobby_of.ready(ana, ben)
    lobby_of.commit(ana, ben)
    lobby_of.play_to_the_end(ana, ben)

    assert shown() == before
    with pytest.raises(NotFound):
        access.seat_in(session, lobby_of.key, viewer_id=dana)
    with pytest.raises(NotFound):
        presence.look(session, lobby_of.key, viewer_id=dana)


def test_a_facilitator_who_is_deleted_leaves_the_pairs_their_runs(
    session: Session, lobby_of: Together, people: list[int]
) -> None:
    dana, ana, ben, *_ = people
    with writing(session):
        session.execute(sa.text(f'delete from "user" where id={dana}'))

    lobby_of.ready(ana, ben)

    assert lobby_of.company(ana).begun_at == NOON


def test_a_form_that_has_invited_somebody_invites_nobody_else(
    session: Session, cohort: Joined, published: Published, people: list[int]
) -> None:
    _, ana, ben, cleo, *_ = people
    invite(session, published, ana, ben)

    with pytest.raises(StaleMove):
        invite(session, published, ana, cleo)
