"""The page of a run together: what it tells, what it costs, and what it never shows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import escape
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.engine import play
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import forgetting, pairs, runs
from lfp_trainer.services.ways import Way, ways_of
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Pair as PairRow
from lfp_trainer.storage.models import Participant, Pick, Run, Stage, Step
from lfp_trainer.web import live, pair_page
from tests.conftest import HTMX, Browser
from tests.statements import all_counted
from tests.together import ONE, Together, words_of
from tests.web.conftest import RunPage


class Pair:
    """Alice (Marcus Bell) and Bob (Ana Ruiz) in one run, through its pages."""

    def __init__(self, together: Together, alice: Browser, bob: Browser) -> None:
        self.together, self.alice, self.bob = together, alice, bob
        self.url = f"/runs/{together.key}"

    @property
    def both(self) -> tuple[int, int]:
        return self.alice.user_id, self.bob.user_id

    @property
    def moves(self) -> int:
        self.together.session.rollback()
        seated = self.together.seat(self.alice.user_id)
        return len(runs.path_of(self.together.session, seated.run_id))

    def look(self, browser: Browser, at: str = "", tag: str = "", **more: str) -> TestResponse:
        headers = HTMX | ({"HX-PTag": tag} if tag else {})
        return browser.client.get(
            f"{self.url}/live", query_string={"at": at, **more}, headers=headers
        )

    def page(self, browser: Browser, stage: str = "role-play") -> str:
        return browser.get(f"{self.url}?stage={stage}").text

    def post(
        self, browser: Browser, part: str, *, htmx: bool = True, **data: object
    ) -> TestResponse:
        return browser.post(f"{self.url}/{part}", data, htmx=htmx)

    def last_seen(self, user_id: int, ago: timedelta) -> None:
        run = sa.select(Run.id).where(Run.key == self.together.key).scalar_subquery()
        with database.writing(self.together.session) as session:
            session.execute(
                sa.update(Participant)
                .where(Participant.run_id == run, Participant.user_id == user_id)
                .values(seen_at=datetime.now(UTC) - ago)
            )


@pytest.fixture
def begun(database_url: str, alice: Browser, bob: Browser) -> Iterator[Pair]:
    engine = database.connect(database_url)
    with Session(engine, expire_on_commit=False) as session:
        together = Together.open(session, alice.user_id, now=datetime.now(UTC))
        together.join(bob.user_id)
        together.ready(alice.user_id, bob.user_id)
        yield Pair(together, alice, bob)
    engine.dispose()


@pytest.fixture
def opened(begun: Pair) -> Pair:
    begun.together.commit(*begun.both)
    return begun


def test_nothing_is_sent_while_nothing_has_changed(opened: Pair) -> None:
    first = opened.look(opened.alice, "role-play.0.1.")
    tag = first.headers["HX-PTag"]

    again = opened.look(opened.alice, "role-play.0.1.", tag)

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    opened.together.choose(opened.alice.user_id)
    assert opened.look(opened.alice, "role-play.0.1.", tag).status_code == 200


def test_the_page_itself_carries_the_tag_of_what_it_shows(opened: Pair) -> None:
    opened.look(opened.alice)
    opened.look(opened.bob)
    page = opened.page(opened.alice)
    tag = page.split('hx-ptag="')[1].split('"')[0]
    at = page.split('id="shown" name="at" value="')[1].split('"')[0]

    assert opened.look(opened.alice, at, tag).status_code == 304


def test_a_page_that_is_behind_is_led_on(opened: Pair) -> None:
    opened.together.choose(opened.alice.user_id)

    behind = opened.look(opened.bob, "role-play.0.0.").text
    is_his = int(ONE not in opened.together.on_turn(opened.bob.user_id))
    current = opened.look(opened.bob, f"role-play.1.{is_his}.").text

    assert "Alice has answered." in behind
    assert "data-go href" in behind
    assert "data-go href" not in current


def test_looking_changes_nothing_but_when_one_was_seen(opened: Pair) -> None:
    before = opened.together.company(opened.alice.user_id)
    opened.look(opened.alice)
    opened.together.session.rollback()
    after = opened.together.company(opened.alice.user_id)

    assert (after.version, after.moves) == (before.version, before.moves)
    assert after.person(opened.alice.user_id).seen_at is not None


def test_the_panel_is_nobody_elses(opened: Pair, charlie: Browser) -> None:
    assert opened.look(charlie).status_code == 404
    for part in ("nudge", "stand-in", "leave", "come-back", "more-time", "stand-in-answer",
                 "private-note"):  # fmt: skip
        answer = opened.post(charlie, part, whom=opened.bob.user_id, step=0, reason="x")
        assert answer.status_code == 404, part


def test_answers_stay_hidden_until_all_are_in(begun: Pair) -> None:
    alice_id, bob_id = begun.both
    begun.together.commit(alice_id)

    waiting = begun.page(begun.alice, "rating")
    for page in (begun.page(begun.bob, "case"), begun.look(begun.bob, "case.open").text):
        assert words_of(alice_id, "rating") not in page
        assert words_of(alice_id, "diagnosis") not in page
    assert words_of(alice_id, "rating") in waiting
    assert words_of(alice_id, "diagnosis") in waiting
    assert "Bob is still answering" in waiting
    reference = begun.together.script(alice_id).scenario.diagnosis
    assert reference.systems.why not in waiting

    begun.together.commit(bob_id)
    assert "Everybody has answered." in begun.look(begun.alice, "rating.wait").text


def test_the_conversation_hides_what_only_the_other_may_know(opened: Pair) -> None:
    together, (alice_id, bob_id) = opened.together, opened.both
    cast = together.script(alice_id).scenario.cast
    briefs = {seat: cast[seat].brief or "" for seat in ("partner", "principal")}
    note = opened.post(
        opened.bob, "private-note", step=0, choice="keep-the-agenda", reason="Bob's own thought"
    )
    assert "Bob&#39;s own thought" in note.text
    opened.post(opened.alice, "choices", step=0, choice="ask-for-an-hour", reason="Alice's why")
    together.play_to("network", alice_id)

    hers, his = opened.page(opened.alice), opened.page(opened.bob)
    his += opened.look(opened.bob).text
    hers += opened.look(opened.alice).text
    assert briefs["partner"] in hers.replace("&#39;", "'")
    assert briefs["partner"] not in his.replace("&#39;", "'")
    assert briefs["principal"] not in hers.replace("&#39;", "'")
    assert "Bob&#39;s own thought" not in hers
    assert "Alice&#39;s why" in hers
    assert "Alice&#39;s why" not in his
    assert words_of(alice_id, "reason") not in his
    assert words_of(bob_id, "reason") not in hers
    assert "Twelve visits, twelve times wonderful" in hers
    assert "Twelve visits, twelve times wonderful" not in his
    for page in (hers, his):
        assert "What this response shows" not in page


def test_who_is_not_on_turn_is_refused_with_a_sentence_and_the_page_as_it_is(opened: Pair) -> None:
    answer = opened.post(opened.bob, "choices", step=0, choice="ask-for-an-hour")

    assert answer.status_code == 409
    assert "Somebody else decides now." in answer.text
    assert "Alice is thinking" in answer.text
    assert opened.moves == 0


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_the_last_words_of_a_note_are_kept_for_the_decision_just_taken(
    opened: Pair, htmx: bool
) -> None:
    opened.together.choose(opened.alice.user_id)

    by_itself = opened.post(opened.bob, "private-note", step=0, reason="I was", act="keep")
    answer = opened.post(
        opened.bob, "private-note", step=0, reason="I was about to say", choice="email-the-counts",
        htmx=htmx,
    )  # fmt: skip

    assert (by_itself.status_code, answer.status_code) == (204, 200 if htmx else 303)
    told = answer.text if htmx else opened.bob.get(answer.location.partition("#")[0]).text
    assert "Your note is kept with the decision you wrote it at." in told
    together, both = opened.together, opened.both
    assert "I was about to say" not in opened.page(opened.alice)
    together.session.rollback()
    together.play_to_the_end(*both)
    together.pass_over(*both)
    for each in (opened.alice, opened.bob):
        asides = opened.page(each, "debrief").partition('id="asides"')[2]
        assert "I was about to say" in asides
        assert "Written, or finished, after this had been decided." in asides


def test_a_note_is_no_longer_kept_once_its_writer_has_gone_on(opened: Pair) -> None:
    together = opened.together
    together.choose(opened.alice.user_id)
    while ONE in together.on_turn(opened.alice.user_id):
        together.choose(opened.alice.user_id)
    together.choose(opened.bob.user_id)

    answer = opened.post(opened.bob, "private-note", step=0, reason="I was about to say")
    by_itself = opened.post(opened.bob, "private-note", step=0, reason="I was", act="keep")

    assert answer.status_code == by_itself.status_code == 409
    assert "decided meanwhile" in answer.text
    assert "I was about to say" in answer.text
    assert by_itself.headers["HX-Retarget"] == "#live"
    assert "no longer kept" in by_itself.text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_response_sent_too_late_is_refused_and_its_reason_is_not_lost(
    opened: Pair, htmx: bool
) -> None:
    opened.together.choose(opened.alice.user_id)

    for browser, choice in ((opened.alice, "email-the-counts"), (opened.bob, "no-such-thing")):
        late = opened.post(
            browser, "choices", step=0, choice=choice, reason="She <b>looked</b> up", htmx=htmx
        )
        assert late.status_code == 409
        assert "You had written: “She &lt;b&gt;looked&lt;/b&gt; up”" in late.text
        assert 'id="now"' in late.text


def test_what_the_page_wrote_itself_does_not_come_back_as_somebodys_words(opened: Pair) -> None:
    opened.together.choose(opened.alice.user_id)

    late = opened.post(
        opened.alice, "choices", step=0, choice="x", reason="Agreed with Bob.", agrees=1
    )

    assert late.status_code == 409
    assert "You had written" not in late.text


def test_different_picks_are_shown_to_both_and_agreeing_goes_on(opened: Pair) -> None:
    opened.together.play_to("network", opened.alice.user_id)
    step = opened.moves
    first = opened.post(
        opened.alice, "choices", step=step, choice="score-it-cold", reason="by doing"
    )
    unseen = opened.page(opened.bob) + opened.look(opened.bob).text
    second = opened.post(opened.bob, "choices", step=step, choice="present-the-trend")

    assert "Bob is still picking" in first.text
    assert "Alice has picked." in unseen
    assert "by doing" not in unseen
    assert "You have picked differently" in second.text
    assert "by doing" in second.text
    assert "You have picked differently" in opened.page(opened.alice)
    assert opened.moves == step

    agreed = opened.post(opened.bob, "choices", step=step, choice="score-it-cold")
    assert "You both chose" in agreed.text
    assert opened.moves == step + 1


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_two_who_go_with_each_others_pick_at_once_are_both_shown_what_is_taken(
    opened: Pair, htmx: bool
) -> None:
    opened.together.play_to("network", opened.alice.user_id)
    step = opened.moves
    theirs = {opened.alice: "score-it-cold", opened.bob: "present-the-trend"}
    for browser, choice in theirs.items():
        opened.post(browser, "choices", step=step, choice=choice)
    form = opened.page(opened.bob).partition("both-picks-pair")[2].partition("</form>")[0]
    assert 'name="goes_with" value="1"' in form

    first, second = (
        opened.post(browser, "choices", htmx=htmx, step=step, choice=theirs[other], goes_with="1")
        for browser, other in ((opened.alice, opened.bob), (opened.bob, opened.alice))
    )

    assert first.status_code == second.status_code == (200 if htmx else 303)
    told = [
        each.text if htmx else browser.get(each.location.partition("#")[0]).text
        for each, browser in ((first, opened.alice), (second, opened.bob))
    ]
    assert all("You both chose" in page for page in told)
    assert ["in the same moment the other went" in page for page in told] == [False, True]
    assert opened.moves == step + 1


def test_who_picks_something_else_when_it_is_taken_is_told_that_it_was_too_late(
    opened: Pair,
) -> None:
    """They had not agreed to anything but what they had picked before, and no longer want."""
    together, (alice_id, bob_id) = opened.together, opened.both
    together.play_to("network", alice_id)
    step = opened.moves
    together.choose(alice_id, "score-it-cold")
    together.choose(bob_id, "present-the-trend")
    together.choose(alice_id, "present-the-trend")

    late = opened.post(opened.bob, "choices", step=step, choice="score-it-cold")
    never = opened.post(opened.alice, "choices", step=step, choice="score-it-cold", goes_with="1")

    assert late.status_code == 409
    assert never.status_code == 200, "what is taken is hers, too"
    assert opened.moves == step + 1


@pytest.mark.parametrize("scene", ["log", "network"], ids=["one-decides", "both-decide"])
def test_clicks_in_the_same_instant_make_one_step_each_time(opened: Pair, scene: str) -> None:
    """Twenty-five times in each kind of scene; afterwards the run is set back to where it was."""
    opened.together.play_to(scene, opened.alice.user_id)
    step = opened.moves
    # One decides: her two windows click on different responses. Both decide: both on the same.
    first, second = (
        ("ask-for-an-hour", "keep-the-agenda") if scene == "log" else ("score-it-cold",) * 2
    )
    clicks = [(opened.alice, first), (opened.alice if scene == "log" else opened.bob, second)]
    tokens = [browser.token() for browser, _ in clicks]
    clients = [browser.app.test_client() for browser, _ in clicks]
    for client, (browser, _) in zip(clients, clicks, strict=True):
        client.set_cookie("session", browser.cookie("session") or "")

    def click(at: int) -> TestResponse:
        data = {"csrf_token": tokens[at], "step": step, "choice": clicks[at][1]}
        return clients[at].post(f"{opened.url}/choices", data=data, headers=HTMX)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(25):
            answers = list(pool.map(click, (0, 1)))

            assert opened.moves == step + 1
            refused = [each for each in answers if each.status_code != 200]
            assert len(refused) == (scene == "log"), [each.status_code for each in answers]
            for each in refused:
                assert each.status_code == 409
                assert "the run has moved on" in each.text
                assert 'id="now"' in each.text
            set_back(opened, step)


def set_back(pair: Pair, step: int) -> None:
    """Let a run be where it was after so many steps."""
    with database.writing(pair.together.session) as session:
        run = sa.select(Run.id).where(Run.key == pair.together.key).scalar_subquery()
        session.execute(sa.delete(Step).where(Step.run_id == run, Step.number > step))
        session.execute(sa.delete(Pick).where(Pick.run_id == run, Pick.number > step))
        session.execute(sa.update(Run).where(Run.key == pair.together.key).values(moves=step))


def test_somebody_away_is_nudged_replaced_and_comes_back(opened: Pair) -> None:
    alice, bob = opened.alice, opened.bob
    opened.together.play_to("seven-short", alice.user_id)
    early = opened.post(alice, "stand-in", whom=bob.user_id)
    opened.last_seen(bob.user_id, timedelta(seconds=61))
    waiting = opened.look(alice).text
    nudged = opened.post(alice, "nudge", whom=bob.user_id)

    assert "been away for more than a minute" in waiting
    assert "Leave a sign that you wait" in waiting
    assert "Let the stand-in take the seat" in waiting
    assert "You have left a sign that you are waiting" in nudged.text
    back = opened.look(bob).text
    assert "Alice waited for you" in back

    assert early.status_code in (200, 409)
    opened.last_seen(bob.user_id, timedelta(seconds=61))
    opened.post(alice, "stand-in", whom=bob.user_id)
    assert "the stand-in plays Ana Ruiz" in opened.look(alice).text
    page = opened.page(bob)
    assert "The stand-in plays your seat" in page
    assert "Take my seat back" in page
    assert 'name="choice"' not in page
    refused = opened.post(bob, "choices", step=opened.moves, choice="ask-for-an-hour")
    assert refused.status_code == 409

    assert opened.post(bob, "come-back").status_code == 200
    assert "Take my seat back" not in opened.page(bob)
    assert "Alice waited for you" not in opened.look(bob).text


def test_nobody_present_is_replaced_and_the_words_of_the_page_stay(opened: Pair) -> None:
    opened.look(opened.alice)
    opened.look(opened.bob)

    answer = opened.post(opened.bob, "stand-in", whom=opened.alice.user_id)

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#live"
    assert "They are here again." in answer.text


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_who_leaves_keeps_the_record(opened: Pair, htmx: bool) -> None:
    opened.together.play_to("seven-short", opened.alice.user_id)
    answer = opened.post(opened.bob, "leave", htmx=htmx)
    page = opened.page(opened.bob)

    assert answer.status_code == (200 if htmx else 303)
    assert "You have left this run." in page
    assert "Come back" in page
    assert "Marcus Bell (Alice) chose" in page
    assert "has left: the stand-in plays Ana Ruiz" in opened.look(opened.alice).text
    assert opened.post(opened.bob, "come-back", htmx=htmx).status_code == answer.status_code
    assert "You have left this run." not in opened.page(opened.bob)


def test_the_time_of_a_scene_is_shown_and_ends_in_ways_on(opened: Pair) -> None:
    together = opened.together
    together.now = datetime.now(UTC) - timedelta(seconds=300)
    with database.writing(together.session) as session:
        session.execute(sa.update(PairRow).values(opened_at=together.now))
    together.play_to("the-gift", opened.alice.user_id)
    opened.look(opened.bob)
    step = opened.moves

    waiting, deciding = opened.look(opened.alice).text, opened.look(opened.bob).text
    assert "Take more time" in waiting
    assert "Let the stand-in answer this one" in waiting
    assert "you can still decide" in deciding
    assert "Let the stand-in answer" not in deciding

    more = opened.post(opened.bob, "more-time", step=step)
    assert "About 4 min left" in more.text
    assert opened.post(opened.alice, "stand-in-answer", step=step).status_code == 409
    assert opened.moves == step


def test_a_panel_is_told_when_the_time_is_over(opened: Pair) -> None:
    together = opened.together
    together.play_to("the-gift", opened.alice.user_id)
    at = f"role-play.{opened.moves}.0."
    shown = opened.look(opened.alice, at)
    due = shown.text.split('name="due" value="')[1].split('"')[0]
    tag = opened.look(opened.alice, at, due=due).headers["HX-PTag"]

    assert opened.look(opened.alice, at, tag, due=due).status_code == 304
    past = str(int(datetime.now(UTC).timestamp()) - 1)
    assert opened.look(opened.alice, at, tag, due=past).status_code == 200


@pytest.mark.parametrize("late", [-1.0, -0.6, -0.2, 0.0, 0.2, 0.6, 1.0])
def test_a_panel_that_says_that_the_time_is_over_offers_what_to_do(
    opened: Pair, monkeypatch: pytest.MonkeyPatch, late: float
) -> None:
    """In whatever fraction of a second: it is not sent again while its tag stays."""
    together = opened.together
    together.play_to("the-gift", opened.alice.user_id)
    with database.writing(together.session) as session:
        run = sa.select(Run.id).where(Run.key == together.key).scalar_subquery()
        begun = datetime.now(UTC).replace(microsecond=500_000)
        session.execute(sa.update(Step).where(Step.run_id == run).values(chosen_at=begun))
        session.execute(sa.update(PairRow).values(opened_at=begun))
    at = f"role-play.{opened.moves}.0."
    told = opened.look(opened.alice, at).text
    due = told.split('name="due" value="')[1].split('"')[0]
    seconds = together.script(opened.alice.user_id).scenes["the-gift"].scene.seconds
    assert seconds is not None
    then = begun + timedelta(seconds=seconds + late)
    for module in (live, pair_page):
        monkeypatch.setattr(module, "now", lambda: then)

    panel = opened.look(opened.alice, at, due=due)

    is_over = panel.headers["HX-PTag"].endswith(".over")
    assert ("Take more time" in panel.text) == ("Time is over" in panel.text) == is_over
    if is_over:  # and what is offered is not refused
        step = opened.moves
        assert opened.post(opened.alice, "stand-in-answer", step=step).status_code == 200


def test_ranking_is_for_playing_alone(opened: Pair) -> None:
    page = opened.page(opened.alice)
    answer = opened.post(opened.alice, "rankings", step=0, reason="r")

    assert "Rank them all" not in page
    assert answer.status_code == 409
    assert opened.moves == 0


def test_a_run_alone_loads_nothing_for_pairs(alices_run: RunPage) -> None:
    page = alices_run.to_role_play().get().text

    assert "pairs" not in page
    assert "ptag.min" not in page
    assert 'id="live"' not in page


def test_an_observer_sees_the_conversation_live_and_decides_nothing(
    begun: Pair, charlie: Browser
) -> None:
    together, (alice_id, bob_id) = begun.together, begun.both
    together.join(charlie.user_id, OBSERVER)
    together.commit(charlie.user_id, alice_id, bob_id)
    opening = begun.page(charlie)
    together.choose(alice_id)
    together.play_to("network", alice_id)
    first = begun.page(charlie)
    step = begun.moves
    together.choose(alice_id, "score-it-cold")
    shown = first + begun.page(charlie) + begun.look(charlie).text
    briefs = [each.brief or "" for each in together.script(alice_id).scenario.cast.values()]

    assert "Alice is thinking" in opening
    assert "Marcus Bell (Alice) chose" in first
    assert 'name="choice"' not in shown
    assert words_of(alice_id, "reason") not in shown
    assert words_of(bob_id, "reason") not in shown
    assert not [brief for brief in briefs if brief and brief in shown.replace("&#39;", "'")]
    assert "Twelve visits, twelve times wonderful" not in shown
    assert begun.post(charlie, "choices", step=step, choice="score-it-cold").status_code == 409
    assert begun.post(charlie, "more-time", step=step).status_code == 409
    assert "is watching" in begun.look(begun.alice).text


def test_what_a_person_who_is_gone_has_chosen_stays_without_a_name(opened: Pair) -> None:
    opened.together.play_to("seven-short", opened.alice.user_id)
    with database.writing(opened.together.session) as session:
        forgetting.delete_person(session, opened.alice.user_id, now=datetime.now(UTC))

    page = opened.page(opened.bob)

    assert "Marcus Bell (former partner) chose" in page
    assert "Alice" not in page


@pytest.mark.parametrize("is_open", [False, True])
def test_nobody_is_stuck_when_the_other_deletes_their_account(begun: Pair, is_open: bool) -> None:
    begun.together.commit(*begun.both if is_open else begun.both[1:])
    with database.writing(begun.together.session) as session:
        forgetting.delete_person(session, begun.alice.user_id, now=datetime.now(UTC))

    assert "Nobody else is in this run any more." in begun.bob.get(begun.url).text
    assert 'name="choice"' in begun.page(begun.bob)


def test_a_page_that_is_behind_is_told_so_even_if_its_panel_is_not(opened: Pair) -> None:
    opened.together.choose(opened.alice.user_id)
    is_his = int(ONE not in opened.together.on_turn(opened.bob.user_id))
    opened.look(opened.bob, f"role-play.1.{is_his}.")
    tag = opened.look(opened.bob, f"role-play.1.{is_his}.").headers["HX-PTag"]

    assert opened.look(opened.bob, f"role-play.1.{is_his}.", tag).status_code == 304
    assert opened.look(opened.bob, "role-play.0.0.", tag).status_code == 200


def test_who_has_answered_is_no_longer_waited_for(opened: Pair) -> None:
    opened.post(opened.bob, "nudge", whom=opened.alice.user_id)
    assert "Bob waited for you" in opened.look(opened.alice).text

    opened.together.choose(opened.alice.user_id)

    assert (
        opened.together.company(opened.alice.user_id).person(opened.alice.user_id).nudged_at is None
    )
    assert "waited for you" not in opened.look(opened.alice).text


def test_an_observer_whom_all_players_have_left_can_see_it_to_the_end(
    begun: Pair, charlie: Browser
) -> None:
    begun.together.join(charlie.user_id, OBSERVER)
    begun.together.commit(*begun.both)
    begun.together.commit(charlie.user_id)
    for each in begun.both:
        begun.together.leave(each)

    page = begun.page(charlie)
    assert "Alice has left, and may come back." in page
    assert "Alice and Bob have left." in page
    answer = begun.post(charlie, "stand-in", whom=begun.alice.user_id)

    assert answer.status_code == 200
    begun.together.session.rollback()
    assert begun.together.company(charlie.user_id).ending_id is not None


CONTROLS = {
    Way.ANSWER: ("case", "diagnosis", "rating"),
    Way.CHOOSE: ("choices",),
    Way.RATE_PLAY: ("play",),
    Way.GO_ON: ("debrief", "next-step"),
    Way.NUDGE: ("nudge",),
    Way.STAND_IN: ("stand-in",),
    Way.COME_BACK: ("come-back",),
    Way.CATCH_UP: ("catch-up",),
}
"""What the page of a run sends to go on, way by way."""


def test_for_every_way_on_there_is_a_control_on_the_page(begun: Pair, charlie: Browser) -> None:
    together, seen = begun.together, set()
    together.join(charlie.user_id, OBSERVER)
    browsers = (begun.alice, begun.bob, charlie)

    def look_at_all() -> None:
        for browser in browsers:
            together.session.rollback()
            company = together.company(browser.user_id)
            me, then = company.person(browser.user_id), datetime.now(UTC)
            on_turn = pairs.on_turn(together.session, company, together.script(browser.user_id))
            found = ways_of(company, me, then, on_turn=on_turn)
            stage = "?stage=role-play" if Way.CHOOSE in found else ""
            page = browser.get(begun.url + stage).text
            for way in found:
                sends = [f'action="{begun.url}/{part}' in page for part in CONTROLS[way]]
                assert any(sends), (way, me.name, me.stage)
            seen.update(found)

    look_at_all()
    together.commit(begun.alice.user_id, charlie.user_id)
    begun.last_seen(begun.bob.user_id, timedelta(minutes=2))
    look_at_all()
    together.leave(begun.bob.user_id)
    together.come_back(begun.bob.user_id)
    look_at_all()
    together.commit(begun.bob.user_id)
    look_at_all()
    for each in begun.both:
        together.leave(each)
        look_at_all()
    for each in begun.both:
        together.come_back(each)
    together.play_to_the_end(*begun.both)
    together.rate_play(begun.alice.user_id)
    begun.last_seen(begun.bob.user_id, timedelta(minutes=2))
    look_at_all()
    together.rate_play(begun.bob.user_id)
    look_at_all()

    assert seen == set(CONTROLS)


def test_who_has_not_come_to_the_conversation_is_not_told_what_the_stand_in_said(
    begun: Pair,
) -> None:
    together, (alice_id, bob_id) = begun.together, begun.both
    together.commit(alice_id)
    together.leave(bob_id)
    together.play_to_the_end(alice_id)
    chosen = runs.played_by_stand_in(
        together.session, together.seat(bob_id).run_id, "principal", since=together.now
    )
    script = together.script(bob_id)

    assert chosen
    shown = begun.bob.get(begun.url).text + begun.look(begun.bob).text
    assert "What it has chosen for you so far" not in shown
    assert not [each for each in chosen if str(escape(script.choices[each][1].text)) in shown]


def test_what_two_picked_is_in_nobodys_address_and_in_no_observers_page(
    begun: Pair, charlie: Browser
) -> None:
    together, (alice_id, bob_id) = begun.together, begun.both
    together.join(charlie.user_id, OBSERVER)
    together.commit(charlie.user_id, alice_id, bob_id)
    together.play_to("network", alice_id)
    together.choose(alice_id, "score-it-cold")
    watched, one = shown_at(begun.page(charlie)), shown_at(begun.page(begun.alice))
    together.choose(bob_id, "present-the-trend")
    differ = shown_at(begun.page(begun.alice))
    together.choose(bob_id, "written-plan")
    anew = shown_at(begun.page(begun.alice))

    assert shown_at(begun.page(charlie)) == watched
    assert len({one, differ, anew}) == 3, "whoever decides is told that it has changed"
    offered = play.offered(together.script(alice_id), together.position(alice_id))
    assert not [each for each in offered if each in f"{differ} {anew} {watched}"]
    assert "data-go href" in begun.look(begun.alice, differ).text
    assert "data-go href" not in begun.look(charlie, watched).text


def shown_at(page: str) -> str:
    """Return what a page says that it shows."""
    return page.split('id="shown" name="at" value="')[1].split('"')[0]


WRITTEN = "what I was writing here"


@pytest.mark.parametrize("stage", ["case", "diagnosis", "rating", "debrief", "next-step"])
def test_a_page_of_a_part_that_was_finished_elsewhere_says_so(begun: Pair, stage: str) -> None:
    together, alice_id = begun.together, begun.alice.user_id
    bring_to(begun, stage)
    page = begun.page(begun.alice, stage)
    tag = page.split('hx-ptag="')[1].split('"')[0]
    assert "data-go href" not in page
    assert "data-go href" not in begun.look(begun.alice, shown_at(page)).text

    go_past(begun, stage)
    panel = begun.look(begun.alice, shown_at(page), tag)

    assert panel.status_code == 200
    assert "This part is closed for you now." in panel.text
    assert f'data-go href="{begun.url}"' in panel.text
    now = begun.alice.get(begun.url).text
    assert "data-go href" not in begun.look(begun.alice, shown_at(now)).text
    # Who looks back on purpose is not led away, as long as they like.
    back = begun.page(begun.alice, stage)
    assert "data-go href" not in begun.look(begun.alice, shown_at(back)).text
    if stage == "case":
        together.commit(*begun.both)
        assert "data-go href" not in begun.look(begun.alice, shown_at(back)).text
    assert alice_id in begun.both


@pytest.mark.parametrize(
    ("stage", "part", "field"),
    [
        ("diagnosis", "diagnosis", "reason"),
        ("rating", "ratings/0", "reason"),
        ("debrief", "play", "play-principal-CCC-reason"),
        ("next-step", "next-step", "goal"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_words_for_a_part_that_was_finished_elsewhere_are_given_back(
    begun: Pair, stage: str, part: str, field: str, htmx: bool
) -> None:
    bring_to(begun, stage)
    go_past(begun, stage)

    answer = begun.post(begun.alice, part, htmx=htmx, **{field: WRITTEN})

    assert answer.status_code == 409
    assert f"You had written: “{WRITTEN}”" in answer.text


def bring_to(pair: Pair, stage: str) -> None:
    """Let Alice come to a stage that asks her something."""
    together, alice_id = pair.together, pair.alice.user_id
    if stage in ("diagnosis", "rating"):
        together.finish_case(alice_id)
    if stage == "rating":
        together.diagnose(alice_id)
    if stage in ("debrief", "next-step"):
        together.commit(*pair.both)
        together.play_to_the_end(*pair.both)
    if stage == "next-step":
        together.pass_over(*pair.both)
        with database.writing(together.session) as session:
            runs.move_on(session, together.seat(alice_id), Stage.DEBRIEF, now=together.now)


def go_past(pair: Pair, stage: str) -> None:
    """Let her finish that stage, from another window."""
    together, alice_id = pair.together, pair.alice.user_id
    together.session.rollback()
    if stage == "case":
        together.finish_case(alice_id)
    elif stage == "diagnosis":
        together.diagnose(alice_id)
    elif stage == "rating":
        together.commit(alice_id)
    elif stage == "debrief":
        together.pass_over(alice_id)
    else:
        with database.writing(together.session) as session:
            runs.move_on(session, together.seat(alice_id), Stage.NEXT_STEP, now=together.now)


def test_a_panel_reads_each_thing_once(app: Flask, opened: Pair) -> None:
    opened.look(opened.alice)
    with all_counted(app) as statements:
        assert opened.look(opened.alice, "role-play.0.1.").status_code == 200

    for table in ("FROM step", "FROM pick"):
        assert len([each for each in statements if table in each]) <= 1, table
    assert len(statements) <= 6, statements


def test_a_conversation_asks_once_whose_each_response_was(app: Flask, opened: Pair) -> None:
    together = opened.together
    together.play_to("network", opened.alice.user_id)
    for each in opened.both:
        together.choose(each, "score-it-cold")
    opened.look(opened.alice)

    with all_counted(app) as statements:
        page = opened.page(opened.alice)

    assert "You both chose" in page
    asked = [each for each in statements if "FROM pick" in each]
    picks = [each for each in asked if "pick.draft" not in each]
    people = [each for each in statements if "participant.nudged_at" in each]
    assert len(picks) <= 2, "those that are open, and those that are taken"
    assert len(asked) - len(picks) == 1, "and what she was writing herself"
    assert len(people) == 1, people
