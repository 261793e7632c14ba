"""What the debrief says of a play, on the page and on paper."""

import html
import re

from tests.conftest import Browser
from tests.web.conftest import RunPage, contents_of, start

PATH = ("ask-for-an-hour", "draw-three-numbers", "ask-the-team")


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def play(run: RunPage, *path: str) -> RunPage:
    """Take these responses, then the first on offer until the end."""
    run.to_role_play()
    for step, choice in enumerate(path):
        assert run.choose(choice, step).status_code == 303
    while (open_now := run.open_now()) is not None:
        step, choices = open_now
        assert run.choose(choices[0], step).status_code == 303
    return run


def decisions_of(run: RunPage) -> list[str]:
    page = run.get("?stage=debrief").text
    return [words_of(each) for each in re.findall(r'<li class="decision.*?</li>', page, re.S)]


def test_the_debrief_lists_its_parts_in_their_order(alices_run: RunPage) -> None:
    play(alices_run)

    page = alices_run.get("?stage=debrief").text
    places = contents_of(page)

    assert places[:2] == ["ending-title", "levels-title"]
    assert places[-2:] == ["diagnosis-beside-title", "ratings-beside-title"]
    assert places == sorted(places, key=lambda each: page.index(f' id="{each}"'))


def test_the_debrief_says_that_rank_and_level_differ(alices_run: RunPage) -> None:
    play(alices_run)

    said = words_of(alices_run.get("?stage=debrief").text)

    assert "the response ranked first may show a lower level than another" in said


def test_each_own_decision_names_what_was_ranked_first_and_why(alices_run: RunPage) -> None:
    play(alices_run, "email-the-counts")

    first = decisions_of(alices_run)[0]

    assert "Ranked first: Ask Ana and Paul for one classroom hour each this week" in first
    assert "Sitting in the same lesson gives both of them something to look at" in first


def test_who_took_the_one_ranked_first_is_told_so(alices_run: RunPage) -> None:
    play(alices_run, *PATH)

    taken, drawn, _ = decisions_of(alices_run)[:3]

    assert "You took the one ranked first" in taken
    assert "Ranked first:" not in taken
    assert "what shows a higher level" not in drawn


def test_a_response_that_shows_a_higher_level_than_the_first_is_named(alices_run: RunPage) -> None:
    play(alices_run, *PATH)

    third = decisions_of(alices_run)[2]

    assert "Ranked first: Say that you scored how hard she tries" in third
    assert "(4 Tailors) and exerts influence for results (4 Targets): yours." in third


def test_who_plays_several_seats_is_told_as_whom_they_decided(
    alices_run: RunPage, bob: Browser
) -> None:
    play(alices_run, *PATH)
    own_seat_only = play(start(bob, seat="principal"))

    by_alice, by_bob = decisions_of(alices_run), decisions_of(own_seat_only)

    assert "You, as Marcus Bell:" in by_alice[0]
    assert "You, as Ana Ruiz:" in by_alice[2]
    assert "You, as Marcus Bell and Ana Ruiz:" in " ".join(by_alice)
    assert "You:" in " ".join(by_bob)
    assert "You, as" not in " ".join(by_bob)


def test_the_debrief_and_the_coaching_call_things_the_same(alices_run: RunPage) -> None:
    play(alices_run, *PATH)

    coaching = words_of(alices_run.get("?stage=role-play").text)
    debrief = words_of(alices_run.get("?stage=debrief").text)

    for said in ("Puts to use", "Leaves out", "highest on offer"):
        assert said in coaching
        assert said in debrief
