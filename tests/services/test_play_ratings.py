"""Both plays rated, double-blind: only what somebody chose, committed once, told in the debrief."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.rubric import Rating as Given
from lfp_trainer.errors import Incomplete, NotInWhatIf, NotYet, RatedTogether, StaleMove
from lfp_trainer.services import access, after_play, play_ratings, turns
from lfp_trainer.services.library import Published
from lfp_trainer.services.play_ratings import Told
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Rating, Round, Stage
from tests.conftest import NOON
from tests.together import ONE, OTHER, Together, words_of


@pytest.fixture
def opened(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    together = Together.open(session, alice_id, now=NOON)
    together.join(bob_id)
    together.ready(alice_id, bob_id)
    together.commit(alice_id, bob_id)
    return together


@pytest.fixture
def played(opened: Together, alice_id: int, bob_id: int) -> Together:
    opened.play_to_the_end(alice_id, bob_id)
    return opened


def told(together: Together, user_id: int) -> tuple[Told, ...]:
    return play_ratings.tell(
        together.session,
        together.seat(user_id),
        together.script(user_id),
        together.company(user_id),
    )


def test_each_is_asked_about_both_plays_by_the_responses_each_has_chosen(
    played: Together, alice_id: int, bob_id: int
) -> None:
    script = played.script(alice_id)
    sheet = play_ratings.sheet_of(played.session, played.seat(alice_id), script)
    chosen = turns.chosen_by(
        played.session, played.seat(alice_id), script, played.company(alice_id)
    )

    assert [play.person.user_id for play in sheet.plays] == [alice_id, bob_id]
    for play in sheet.plays:
        assert [each.number for each in play.responses] == [
            number for number, people in sorted(chosen.items()) if play.person.user_id in people
        ]


def test_a_response_decided_by_both_counts_for_both(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    while len(opened.company(alice_id).deciders(opened.on_turn(alice_id))) < 2:
        if opened.company(alice_id).ending_id:
            pytest.skip("no shared decision on this way")
        (decides,) = opened.company(alice_id).deciders(opened.on_turn(alice_id))
        opened.choose(decides.user_id)
    number = len(opened.position(alice_id).path) + 1
    opened.choose(alice_id)
    opened.choose(bob_id)

    chosen = turns.chosen_by(
        opened.session, opened.seat(alice_id), opened.script(alice_id), opened.company(alice_id)
    )

    assert chosen[number] == {alice_id, bob_id}


def test_ratings_of_a_play_are_no_answers_of_others_before_the_debrief(
    played: Together, alice_id: int, bob_id: int
) -> None:
    def rounds_beside(user_id: int) -> set[Round]:
        beside = access.answers_beside(played.seat(user_id), Rating.rater_id, Rating.round)
        return {row.round for row in played.session.execute(beside)}

    played.rate_play(alice_id)
    before = rounds_beside(bob_id)
    played.rate_play(bob_id)

    assert before == {Round.BEFORE}
    assert rounds_beside(bob_id) == {Round.BEFORE, Round.OWN, Round.OTHER}


def test_what_the_stand_in_played_for_somebody_is_not_theirs(
    opened: Together, alice_id: int, bob_id: int
) -> None:
    opened.later(61)
    opened.seen(alice_id)
    opened.let_stand_in(alice_id, bob_id)
    opened.play_to_the_end(alice_id)

    script = opened.script(alice_id)
    sheet = play_ratings.sheet_of(opened.session, opened.seat(alice_id), script)

    assert [play.person.user_id for play in sheet.plays] == [alice_id]


def test_nothing_of_it_is_told_before_both_are_done(
    played: Together, alice_id: int, bob_id: int
) -> None:
    played.rate_play(alice_id)

    assert (told(played, alice_id), told(played, bob_id)) == ((), ())
    assert played.company(alice_id).told_at is None

    played.rate_play(bob_id)
    assert played.company(alice_id).told_at == NOON


def test_the_debrief_tells_what_each_says_of_each_beside_what_was_shown(
    played: Together, alice_id: int, bob_id: int
) -> None:
    played.rate_play(alice_id)
    played.rate_play(bob_id)

    rows = told(played, bob_id)

    assert {(row.person.user_id, row.showed.strand) for row in rows} == {
        (user_id, strand)
        for user_id in (alice_id, bob_id)
        for strand in played.script(bob_id).rubric.strands
    }
    for row in rows:
        assert set(row.given) == {alice_id, bob_id}
        assert row.given[alice_id].reason == words_of(alice_id, f"play {row.person.seat}")
        assert row.showed.numbers or row.showed.level is None
    assert [row.gap.order for row in rows] == sorted(row.gap.order for row in rows)


def test_who_passes_it_over_commits_nothing_and_is_not_waited_for(
    played: Together, session: Session, alice_id: int, bob_id: int
) -> None:
    played.rate_play(alice_id, commit=False)
    played.pass_over(alice_id)
    played.rate_play(bob_id)

    committed = session.scalars(
        sa.select(Rating.rater_id).where(
            Rating.round.in_([Round.OWN, Round.OTHER]), Rating.committed_at.is_not(None)
        )
    )
    assert set(committed) == {bob_id}
    assert played.seat(alice_id).reached is Stage.DEBRIEF
    assert all(set(row.given) == {bob_id} for row in told(played, bob_id))


def test_it_is_committed_once(played: Together, alice_id: int) -> None:
    played.rate_play(alice_id)

    with pytest.raises(StaleMove):
        played.rate_play(alice_id)
    with pytest.raises(StaleMove):
        played.pass_over(alice_id)


def test_a_level_needs_a_response_that_its_person_has_chosen(
    played: Together, alice_id: int
) -> None:
    script, seated = played.script(alice_id), played.seat(alice_id)
    sheet = play_ratings.sheet_of(played.session, seated, script)
    theirs = next(play for play in sheet.plays if play.seat == OTHER).responses
    only_theirs = {each.number for each in theirs} - {
        each.number for play in sheet.plays if play.seat == ONE for each in play.responses
    }
    foreign = Kept(Given(3, None, "x", (f"{min(only_theirs)}",)), not_enough=False)

    with pytest.raises(Incomplete):
        play_ratings.save(
            played.session, seated, script, {(ONE, "motivate"): foreign}, now=played.now
        )


def test_a_half_done_sheet_is_kept_and_not_committed(
    played: Together, session: Session, alice_id: int
) -> None:
    script = played.script(alice_id)
    half = {(ONE, "motivate"): Kept(Given(3), not_enough=False)}
    with writing(session):
        play_ratings.save(session, played.seat(alice_id), script, half, now=played.now)

    with pytest.raises(Incomplete) as refused, writing(session):
        play_ratings.commit(session, played.seat(alice_id), script, now=played.now)

    assert f"play-{ONE}-motivate-evidence" in refused.value.fields
    sheet = play_ratings.sheet_of(session, played.seat(alice_id), script)
    assert sheet.kept[ONE, "motivate"].rating.level == 3
    assert played.seat(alice_id).rated_play_at is None


def test_nobody_rates_a_play_that_is_not_over_or_alone(opened: Together, alice_id: int) -> None:
    with pytest.raises(NotYet):
        play_ratings.require(opened.seat(alice_id))


def test_the_page_of_somebody_alone_after_a_play_is_not_for_a_run_together(
    played: Together, alice_id: int, bob_id: int
) -> None:
    played.pass_over(alice_id, bob_id)

    assert not after_play.is_open(played.seat(alice_id))
    with pytest.raises(RatedTogether):
        after_play.require(played.seat(alice_id))


def test_a_play_with_the_seats_exchanged_is_not_rated(
    played: Together, alice_id: int, bob_id: int
) -> None:
    played.pass_over(alice_id, bob_id)
    swapped = played.swap(alice_id)

    with pytest.raises(NotInWhatIf):
        play_ratings.require(swapped.seat(alice_id))
