"""A rating once more, and all of them after the play: kept beside the first, and committed once."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.own_play import Verdict
from lfp_trainer.engine.reference import Move
from lfp_trainer.engine.rubric import Rating as Answer
from lfp_trainer.engine.script import Script
from lfp_trainer.errors import Incomplete, NotInWhatIf, NotYet, StaleMove
from lfp_trainer.services import after_play, library, ratings, second_ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.ratings import Card, Kept
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Rating, Round, Stage
from tests.conftest import NOON
from tests.services.conftest import StandAt
from tests.what_ifs import make_what_if

CARD: Card = ("partner", "motivate")


def answer(
    level: int | None, *evidence: str, reason: str = "Once more.", flag: str | None = None
) -> Kept:
    return Kept(Answer(level, flag, reason, evidence), not_enough=level is None)


@pytest.fixture
def script(session: Session, stand_at: StandAt) -> Script:
    return library.current(session, "glowing-observations").script


@pytest.fixture
def sentence(script: Script) -> str:
    return next(iter(script.scenario.sentences))


def give_again(
    session: Session, seated: Seated, script: Script, kept: Kept, card: Card = CARD
) -> None:
    with database.writing(session):
        second_ratings.save(session, seated, script, card, kept, now=NOON)
    with database.writing(session):
        second_ratings.commit(session, seated, script, card, now=NOON)


def test_a_second_answer_stands_beside_the_first_which_never_changes(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.ROLE_PLAY)
    first = ratings.ratings_of(session, run)

    give_again(session, run, script, answer(5, sentence))

    assert ratings.ratings_of(session, run) == first
    again = second_ratings.again_of(session, run, script)
    assert {card: each.second.own.level for card, each in again.items()} == {CARD: 5}
    assert again[CARD].move is Move.AWAY


@pytest.mark.parametrize("stage", [Stage.ROLE_PLAY, Stage.DEBRIEF, Stage.DONE])
def test_it_is_open_any_time_after_the_ratings_are_committed(
    session: Session, stand_at: StandAt, script: Script, sentence: str, stage: Stage
) -> None:
    run = stand_at(stage)

    give_again(session, run, script, answer(2, sentence))

    assert CARD in second_ratings.again_of(session, run, script)


def test_before_the_reference_is_seen_there_is_no_second_answer(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.RATING)

    with pytest.raises(NotYet), database.writing(session):
        second_ratings.save(session, run, script, CARD, answer(2, sentence), now=NOON)


def test_there_is_no_third_answer(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    give_again(session, run, script, answer(2, sentence))

    with pytest.raises(StaleMove), database.writing(session):
        second_ratings.save(session, run, script, CARD, answer(3, sentence), now=NOON)
    with pytest.raises(StaleMove), database.writing(session):
        second_ratings.commit(session, run, script, CARD, now=NOON)

    assert second_ratings.again_of(session, run, script)[CARD].second.own.level == 2


def test_a_draft_of_a_second_answer_counts_for_nothing(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    with database.writing(session):
        second_ratings.save(session, run, script, CARD, answer(5, sentence), now=NOON)

    assert second_ratings.again_of(session, run, script) == {}
    assert second_ratings.latest(session, run) == ratings.ratings_of(session, run)


def test_an_unfinished_second_answer_stays_a_draft(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)

    with pytest.raises(Incomplete) as refused:
        give_again(session, run, script, answer(2, reason=""))

    assert set(refused.value.fields) == {"evidence", "reason"}
    kept = ratings.ratings_of(session, run, Round.AGAIN)[CARD]
    assert not kept.committed


def test_a_second_answer_that_was_never_written_cannot_be_committed(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)

    with pytest.raises(Incomplete), database.writing(session):
        second_ratings.commit(session, run, script, CARD, now=NOON)


def test_a_level_above_what_a_mark_of_the_latest_answers_allows_is_refused(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    # Nothing speaks against the mark itself: the other card can still be rated again.
    give_again(session, run, script, answer(3, sentence, flag="misdirected"))

    with pytest.raises(Incomplete) as refused:
        give_again(session, run, script, answer(3, sentence), ("partner", "results"))
    give_again(session, run, script, answer(1, sentence), ("partner", "results"))

    assert "Misdirected" in refused.value.fields["level"]
    assert len(second_ratings.again_of(session, run, script)) == 2


@pytest.fixture
def rewound(session: Session, stand_at: StandAt) -> Seated:
    """A play that rewinds another."""
    return make_what_if(session, stand_at(Stage.DEBRIEF))


def test_a_play_that_rewinds_another_has_nothing_to_rate_again(
    session: Session, rewound: Seated, script: Script, sentence: str
) -> None:
    with pytest.raises(NotInWhatIf), database.writing(session):
        second_ratings.save(session, rewound, script, CARD, answer(2, sentence), now=NOON)
    with pytest.raises(NotInWhatIf):
        after_play.sheet_of(session, rewound, script)
    assert after_play.look_back(session, rewound, script) is None


def at_once(engine: sa.Engine, act: Callable[[Session], None], times: int = 2) -> list[str]:
    """Do something several times at the same moment, and say how each went."""
    barrier = Barrier(times)
    went: list[str] = []

    def one() -> None:
        with Session(engine, expire_on_commit=False) as session:
            barrier.wait()
            try:
                with database.writing(session):
                    act(session)
                went.append("done")
            except StaleMove:
                went.append("stale")

    threads = [Thread(target=one) for _ in range(times)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return sorted(went)


def test_of_two_commits_at_once_one_is_taken(
    engine: sa.Engine, session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    with database.writing(session):
        second_ratings.save(session, run, script, CARD, answer(2, sentence), now=NOON)

    went = at_once(engine, lambda each: second_ratings.commit(each, run, script, CARD, now=NOON))

    assert went == ["done", "stale"]


# After the play


def claims(script: Script, sheet: after_play.Sheet, level: int | None = 3) -> dict[Card, Kept]:
    return {
        (seat, strand): Kept(
            Answer(level, None, "So I played.", (f"{sheet.responses[seat][0].number}",)),
            not_enough=level is None,
        )
        for seat, strand in after_play.claims_of(script, sheet)
    }


def say_after(
    session: Session,
    run: Seated,
    script: Script,
    *,
    own: int | None = 3,
    **changed: Kept,
) -> None:
    sheet = after_play.sheet_of(session, run, script)
    leaders = {card: changed.get("_".join(card), kept) for card, kept in sheet.leaders.items()}
    with database.writing(session):
        after_play.save(session, run, script, leaders, claims(script, sheet, own), now=NOON)
    with database.writing(session):
        after_play.commit(session, run, script, now=NOON)


def test_the_sheet_starts_from_the_latest_answers_without_their_reasons(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    give_again(session, run, script, answer(5, sentence))

    sheet = after_play.sheet_of(session, run, script)

    assert sheet.leaders[CARD].rating == Answer(5, None, "", (sentence,))
    assert sheet.own == {}
    assert not sheet.committed
    assert set(after_play.claims_of(script, sheet)) == {
        (seat, strand) for seat in ("partner", "principal") for strand in script.rubric.strands
    }


def test_as_before_is_no_work_and_another_level_asks_for_a_reason(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)

    with pytest.raises(Incomplete) as refused:
        say_after(session, run, script, partner_motivate=answer(5, sentence, reason=""))
    assert [*refused.value.fields] == ["leader-partner-motivate-reason"]
    assert after_play.look_back(session, run, script) is None
    say_after(session, run, script, partner_motivate=answer(5, sentence))

    back = after_play.look_back(session, run, script)
    assert back is not None
    assert {each.move for each in back.leaders if each.after.leader != "partner"} == {Move.SAME}
    assert next(each for each in back.leaders).after.own.level == 5


def test_no_claim_without_a_response_of_ones_own(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF, "partner")
    sheet = after_play.sheet_of(session, run, script)
    assert set(sheet.responses) == {"partner"}
    claim = ("partner", "motivate")

    with pytest.raises(Incomplete), database.writing(session):  # the stand-in's, or nobody's
        after_play.save(session, run, script, {}, {claim: answer(3, "99")}, now=NOON)
    with pytest.raises(Incomplete), database.writing(session):
        after_play.save(
            session, run, script, {}, {("principal", "motivate"): answer(3, "1")}, now=NOON
        )
    with database.writing(session):
        after_play.save(session, run, script, sheet.leaders, {claim: answer(3)}, now=NOON)
    with pytest.raises(Incomplete) as refused, database.writing(session):
        after_play.commit(session, run, script, now=NOON)

    assert "own-partner-motivate-evidence" in refused.value.fields
    assert "own-partner-results-level" in refused.value.fields


def test_a_claim_is_held_beside_what_the_responses_showed(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)

    say_after(session, run, script, own=1)

    back = after_play.look_back(session, run, script)
    assert back is not None
    assert {each.verdict for each in back.own} == {Verdict.LESS}
    assert any(each.otherwise for each in back.own)
    assert all(number in back.responses for each in back.own for number in each.otherwise)


def test_what_is_committed_after_a_play_stays(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DONE)
    say_after(session, run, script)

    with pytest.raises(StaleMove):
        say_after(session, run, script, own=5)
    with pytest.raises(StaleMove), database.writing(session):
        after_play.commit(session, run, script, now=NOON)

    back = after_play.look_back(session, run, script)
    assert back is not None
    assert {each.own.level for each in back.own} == {3}


def test_before_the_play_is_over_nothing_is_asked(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.ROLE_PLAY)

    with pytest.raises(NotYet):
        after_play.sheet_of(session, run, script)
    with pytest.raises(NotYet), database.writing(session):
        after_play.commit(session, run, script, now=NOON)


def test_drafts_after_a_play_count_for_nothing(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)
    sheet = after_play.sheet_of(session, run, script)
    with database.writing(session):
        after_play.save(session, run, script, sheet.leaders, claims(script, sheet), now=NOON)

    assert after_play.look_back(session, run, script) is None
    assert after_play.sheet_of(session, run, script).own == claims(script, sheet)


def test_what_was_never_kept_is_not_fixed_unseen(
    session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)
    sheet = after_play.sheet_of(session, run, script)
    with database.writing(session):
        after_play.save(session, run, script, {}, claims(script, sheet), now=NOON)

    with pytest.raises(Incomplete), database.writing(session):
        after_play.commit(session, run, script, now=NOON)


def test_a_mark_caps_the_leaders_after_a_play_too(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)

    with pytest.raises(Incomplete) as refused:
        say_after(
            session,
            run,
            script,
            partner_motivate=answer(4, sentence, flag="misdirected"),
            partner_results=answer(3, sentence),
        )

    assert [*refused.value.fields] == ["leader-partner-results-level"]


def test_of_two_commits_after_a_play_one_is_taken(
    engine: sa.Engine, session: Session, stand_at: StandAt, script: Script
) -> None:
    run = stand_at(Stage.DEBRIEF)
    sheet = after_play.sheet_of(session, run, script)
    with database.writing(session):
        after_play.save(session, run, script, sheet.leaders, claims(script, sheet), now=NOON)

    assert at_once(engine, lambda each: after_play.commit(each, run, script, now=NOON)) == [
        "done", "stale",
    ]  # fmt: skip
    rows = session.scalars(
        sa.select(Rating.committed_at).where(Rating.round.in_(after_play.ROUNDS))
    ).all()
    assert len(rows) == 8
    assert None not in rows


def test_a_first_answer_that_is_not_committed_has_nothing_beside_it(
    session: Session, stand_at: StandAt, script: Script, sentence: str
) -> None:
    run = stand_at(Stage.DEBRIEF)
    give_again(session, run, script, answer(5, sentence))
    with database.writing(session):
        session.execute(
            sa.update(Rating)
            .where(Rating.run_id == run.run_id, Rating.round == Round.BEFORE)
            .values(committed_at=None)
        )

    assert second_ratings.again_of(session, run, script) == {}
    assert after_play.sheet_of(session, run, script).first == {}
