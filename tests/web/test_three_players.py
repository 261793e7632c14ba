"""Three people in the case with three seats: every column in the reveal, and the seats go round."""

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.services import library, picks
from tests import together as acting
from tests.conftest import NOON, Browser
from tests.together import Together


@pytest.fixture
def three(
    session: Session, monkeypatch: pytest.MonkeyPatch, alice: Browser, bob: Browser, dana: Browser
) -> Together:
    monkeypatch.setattr(acting, "SCENARIO", "well-above-average")
    published = library.current(session, "well-above-average")
    one, *others = published.script.scenario.seats
    run = Together.open(
        session, alice.user_id, now=NOON, scenario="well-above-average", seat=one
    )  # fmt: skip
    people = (alice, bob, dana)
    for browser, seat in zip(people[1:], others, strict=True):
        run.join(browser.user_id, seat)
    run.ready(*(each.user_id for each in people))
    run.commit(*(each.user_id for each in people))
    return run


def test_the_reveal_has_a_column_for_each_and_the_seats_go_round(
    three: Together, alice: Browser, bob: Browser, dana: Browser
) -> None:
    people = (alice.user_id, bob.user_id, dana.user_id)

    page = alice.get(f"/runs/{three.key}").text
    assert "What each of you said" in page
    for other in (bob, dana):
        assert f"words of {other.user_id} on rating" in page

    three.play_to_the_end(*people)
    for each in people:
        three.rate_play(each)
    assert "What you say of the play" in dana.get(f"/runs/{three.key}?stage=debrief").text

    before = {each.user_id: each.seat for each in three.company(people[0]).people}
    swapped = three.swap(people[1])
    after = {each.user_id: each.seat for each in swapped.company(people[0]).people}
    assert set(before.values()) == set(after.values())
    assert all(before[each] != after[each] for each in people)


def test_whoever_was_there_finishes_a_note_on_the_last_decision_but_one_also_after_the_end(
    three: Together, alice: Browser, bob: Browser, dana: Browser
) -> None:
    people = (alice, bob, dana)
    script = three.script(alice.user_id)
    while not three.company(alice.user_id).ending_id:
        three.later(1)
        on_turn = three.on_turn(alice.user_id)
        for each in three.company(alice.user_id).deciders(on_turn):
            if three.on_turn(alice.user_id) == on_turn:
                three.choose(each.user_id)
    path = three.position(alice.user_id).path
    turns = [play.seats_on_turn(script, play.replay(script, path[:at])) for at in range(len(path))]
    (waits, *_) = [
        each for each in people if not {three.seat(each.user_id).seat} & {*turns[-1], *turns[-2]}
    ]

    note = {"step": len(path) - 2, "choice": "", "reason": "What I was still writing."}
    answer = waits.post(f"/runs/{three.key}/private-note", note)

    assert answer.status_code == 303
    three.session.rollback()
    told = picks.told_picks(three.session, three.seat(waits.user_id), of=[waits.user_id])
    assert told[len(path) - 1][waits.user_id].reason == "What I was still writing."
