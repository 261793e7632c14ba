"""The practice wall: a private run leaves no trace anywhere but with its participants.

Every page, fragment and file is asked for by everybody, and each says which of Alice's words stand
on it; and everybody's pages are the same before she practices privately and after.
"""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lfp_trainer.services import access
from lfp_trainer.storage.models import Diagnosis, Participant, Rating, Role, Run, Step
from tests.conftest import Browser
from tests.web.conftest import SCENARIO
from tests.web.exporting import files_on, make
from tests.web.exporting import writers_end as writers_end
from tests.web.test_projector import Shown as Showing
from tests.web.walks import FILES, LEFT_OUT, PAGES, addresses, plain, read, walk
from tests.web.walls import WORD, Wall


@pytest.fixture
def browsers(
    alice: Browser,
    bob: Browser,
    dana: Browser,
    ada: Browser,
    guest: Browser,
    nobody: Browser,
    arrive: Callable[..., Browser],
) -> dict[str, Browser]:
    """Everybody; Eve facilitates the cohort too, later, and Fay another one."""
    return {
        "alice": alice,
        "bob": bob,
        "cleo": arrive("cleo"),
        "dana": dana,
        "eve": arrive("eve", Role.FACILITATOR),
        "fay": arrive("fay", Role.FACILITATOR),
        "ada": ada,
        "guest": guest,
        "nobody": nobody,
    }


@pytest.fixture
def wall(session: Session, browsers: dict[str, Browser]) -> Wall:
    return Wall.build(session, browsers)


IN_A_PAIR = {"diagnosis", "note", "rating-before", "rating-own", "rating-other", "response"}
"""What who plays with her reads in the end, as she reads theirs."""

SHOWN = {
    "alice": {"*"},
    # In the debrief of what he plays with her, or she watched; nothing of what she does alone.
    "bob": {f"{run}-{kind}" for run in ("half", "kept", "both") for kind in IN_A_PAIR}
    | {"watched-mark"},
    "cleo": {"watched-mark"},
    "dana": {
        "shown-diagnosis", "shown-rating-before", "shown-rating-after", "shown-response",
        # She has committed one and drafts the ratings after it.
        "rating-diagnosis",
        # Of a pair, what she answered of the leaders and chose; nothing that she says of Bob.
        "both-diagnosis", "both-rating-before", "both-response",
        # What Dana herself wrote, among what the site knows of her.
        "withdrawn-comment",
    },
    "eve": set[str](),
    "fay": set[str](),
    "ada": set[str](),
    "guest": set[str](),
    "nobody": set[str](),
}  # fmt: skip
"""Person → the words of Alice's that they are shown, of all there are."""

LED_TO = {
    "alice": {"*"},
    "bob": {"half", "kept", "both", "watched"},
    "cleo": {"watched"},
    "dana": {"shown", "both", "drafted", "rating", "watched"},
}
"""Person → the runs of hers that they are led to."""

DEEPER = re.compile(r"/review/[^/]+/|\?(position|seat|round)=")


def words_on(wall: Wall, address: str, text: str) -> set[str]:
    """Return which words of Alice's stand on a page, and to which of her runs it leads."""
    words = {each.removeprefix("zq-") for each in WORD.findall(text)}
    runs = {f"to {label}" for label, key in wall.runs.items() if key in text and key not in address}
    return words | runs


def test_the_walk_knows_every_page(app: Flask) -> None:
    pages = {each.endpoint for each in app.url_map.iter_rules() if "GET" in (each.methods or ())}

    assert pages == {*PAGES} | LEFT_OUT | FILES


def test_everybody_reads_of_alice_exactly_what_is_shown_to_them(wall: Wall) -> None:
    wall.everything()
    along = addresses(wall)
    there = {each.removeprefix("zq-") for each in wall.written()} | {"withdrawn-comment"}
    found: dict[str, set[str]] = {}

    for name, browser in wall.browsers.items():
        # To her it is a control: each word can be read. What is behind a number is a page alone.
        once = [each for each in along if name == "alice" or DEEPER.search(each)]
        found[name] = set()
        for place, text in chain(
            walk(browser, once, ways=(False,)),
            walk(browser, [each for each in along if each not in {*once}]),
        ):
            assert not text.startswith("5"), place
            on_it = words_on(wall, place, text)
            if name == "dana" and "withdrawn-comment" in on_it:
                assert place.startswith("/account/data")
            found[name] |= on_it

    assert found == {
        name: {each for each in there if any(fnmatchcase(each, may) for may in words)}
        | {
            f"to {run}"
            for run in wall.runs
            if any(fnmatchcase(run, may) for may in LED_TO.get(name, ()))
        }
        for name, words in SHOWN.items()
    }


def test_files_hold_of_alice_exactly_what_is_shown(wall: Wall) -> None:
    wall.everything()

    for kind, _, text in files_of(wall):
        words = words_on(wall, "", text)
        assert words == SHOWN["dana"] - {"withdrawn-comment"}, kind


def test_a_file_is_taken_by_who_made_it_alone(wall: Wall) -> None:
    wall.everything()
    (file,) = files_on(make(wall.page))
    assert "zq-shown-response" in read(wall.browsers["dana"].get(file))

    for name, browser in wall.browsers.items():
        for _, text in walk(browser, [file]):
            assert name == "dana" or words_on(wall, file, text) == set()


def files_of(wall: Wall) -> list[tuple[str, str, str]]:
    """Make a file of each kind, with names and without; return kind, address and what it says."""
    found = []
    for format in ("json", "csv", "xlsx"):
        for names in (False, True):
            how: dict[str, Any] = {"format": format, **({"names": "yes"} if names else {})}
            file = files_on(make(wall.page, **how))[0]
            kind = f"{format} with names" if names else format
            found.append((kind, file, read(wall.browsers["dana"].get(file))))
    return found


Seen = dict[tuple[str, str], str]


def seen(wall: Wall, *names: str, deeper: bool = False) -> Seen:
    """Return what people read on all pages that are there without Alice: (who, where) → text.

    :param deeper: whether whoever facilitates the cohort also looks behind each number
    """
    hers = {*wall.runs.values(), *wall.codes.values(), "x" * 16}
    along = [each for each in addresses(wall) if not any(key in each for key in hers)]
    found: Seen = {}
    for name in names:
        for is_deep in (False, True) if deeper and name in ("dana", "eve") else (False,):
            mine = [each for each in along if bool(DEEPER.search(each)) is is_deep]
            ways = (False, True) if name == "dana" and not is_deep else (False,)
            for place, text in walk(wall.browsers[name], mine, ways=ways):
                found[name, place] = plain(text)
    return found


def differing(before: Seen, after: Seen) -> set[str]:
    """Return what is not as it was, without what is added to the addresses."""
    return {
        f"{who} {re.sub(r'/(cohorts|runs)/[^/]{16}', r'/…', where).partition('?')[0]}"
        for who, where in after
        if before[who, where] != after[who, where]
    }


ELSE = ("dana", "eve", "cleo", "bob", "fay", "ada", "guest")


def test_who_practices_privately_looks_like_who_has_not_begun(wall: Wall) -> None:
    before = seen(wall, *ELSE, deeper=True)

    wall.alone()
    wall.free()
    wall.begun()

    assert differing(before, seen(wall, *ELSE, deeper=True)) == set()


def test_what_is_shared_differs_for_dana_alone_and_withdrawn_it_is_as_if_it_never_was(
    wall: Wall,
) -> None:
    before = seen(wall, *ELSE, deeper=True)

    wall.shown()
    shared = seen(wall, *ELSE)
    wall.what_if()
    played_on = seen(wall, "dana")
    wall.tell("shown")
    told = seen(wall, "dana", "cleo", "bob", "eve", "fay")
    wall.comment("shown")
    wall.withdraw(wall.seat("shown"))

    changed = differing(before, shared)
    assert {each.split()[0] for each in changed} == {"dana"}
    assert changed >= {
        f"dana /…/{page}"
        for page in ("progress", "review", f"review/{SCENARIO}", "runs", f"plan/{SCENARIO}")
    }
    assert differing(shared, played_on) == set()
    # All of the cohort are told the sentence that she tells, and nobody else.
    assert {each for each in differing(shared, told) if "(fragment)" not in each} == {
        f"{name} /…/walking-out" for name in ("dana", "cleo", "bob", "eve")
    }
    written = {f"dana /account/{page}" for page in ("data", "data.json", "data.zip")}
    after = differing(before, seen(wall, *ELSE, deeper=True))
    assert {each.removesuffix(" (fragment)") for each in after} <= written


def test_drafts_differ_in_nothing_from_a_page_that_is_open(wall: Wall) -> None:
    wall.opened()
    before = seen(wall, "dana")

    wall.draft()

    assert differing(before, seen(wall, "dana")) == set()


def test_nothing_of_a_pair_shows_of_who_keeps_it_private(wall: Wall) -> None:
    alice, bob = wall.id_of("alice"), wall.id_of("bob")
    together = wall.meet("half")
    together.ready(bob, alice)
    wall.agree(wall.seat("half", "bob"))
    together.commit(bob)
    before = seen(wall, "dana", "eve", "cleo")

    together.commit(alice)
    answered = seen(wall, "dana", "eve", "cleo")
    together.choose(next(iter(together.company(bob).deciders(together.on_turn(bob)))).user_id)
    together.note_privately(bob, alice)
    talking = seen(wall, "dana", "eve", "cleo")
    wall.agree(wall.seat("half"))

    assert differing(before, answered) == set()
    assert differing(before, talking) == set()
    agreed = differing(before, seen(wall, "dana", "eve", "cleo"))
    assert {"dana /…/progress", f"dana /…/review/{SCENARIO}"} <= agreed
    assert {each.split()[0] for each in agreed} == {"dana"}


def test_files_of_who_practices_privately_are_those_of_who_has_not_begun(wall: Wall) -> None:
    before = [rows_of(text) for _, _, text in files_of(wall)]

    wall.alone()
    wall.free()
    wall.pair("kept")
    private = [rows_of(text) for _, _, text in files_of(wall)]
    wall.shown()
    shared = files_of(wall)
    wall.withdraw(wall.seat("shown"))
    gone = [wall.browsers["dana"].get(file).status_code for _, file, _ in shared]
    withdrawn = [rows_of(text) for _, _, text in files_of(wall)]

    assert private == before
    assert [
        one
        for one, other in zip(map(rows_of, (each[2] for each in shared)), before, strict=True)
        if one == other
    ] == []
    assert gone == [404] * len(shared)
    assert withdrawn == before


def rows_of(text: str) -> list[str]:
    """Return the rows of a file in an order of their own, without the numbers drawn for it."""
    plainly = re.sub(r"\b[RP]\d\d+\b", "", plain(text))
    plainly = re.sub(r' (r|ref|spans|activeCell|sqref|topLeftCell)="[^"]*"', "", plainly)
    # When it was made, which none of them is alike in.
    plainly = re.sub(r"\d\d:\d\d(:\d\d)?( UTC)?", "", plainly)
    return sorted(each.strip(" ,\r\n") for each in re.split(r"</?row|\n", plainly))


def test_to_say_that_a_run_stays_private_takes_no_file_away(wall: Wall) -> None:
    wall.alone()
    (file,) = files_on(make(wall.page))
    page = plain(wall.browsers["dana"].get(f"{wall.page.url}/export").text)

    alice = wall.browsers["alice"]
    answer = alice.post(f"/runs/{wall.runs['alone']}/sharing/withdraw")

    assert answer.status_code == 303
    assert wall.browsers["dana"].get(file).status_code == 200
    assert plain(wall.browsers["dana"].get(f"{wall.page.url}/export").text) == page


def test_who_came_later_reads_no_number_of_what_was_in_the_file_of_another(wall: Wall) -> None:
    page = f"{wall.page.url}/export"
    make(wall.page)
    dana, eve = wall.browsers["dana"], wall.browsers["eve"]

    assert re.search(r"\d+ rows", dana.get(page).text)
    assert "by Dana" in eve.get(page).text
    assert not re.search(r"\d+ rows", eve.get(page).text + eve.get(f"{page}/live").text)


def test_a_room_is_shown_nothing_of_who_practices_privately(wall: Wall) -> None:
    before = on_the_wall(wall)

    wall.alone()
    wall.free()
    private = on_the_wall(wall)
    wall.shown()
    shared = on_the_wall(wall)
    wall.withdraw(wall.seat("shown"))

    assert private == before
    assert shared != before
    assert not any(WORD.search(text) or "Alice" in text for text in shared)
    assert on_the_wall(wall) == before


def on_the_wall(wall: Wall) -> list[str]:
    """Show a decision, a rating and the diagnosis; return all that the pages say on the way."""
    showing = Showing(wall.browsers["dana"], wall.page.url, wall.room)
    begun = showing.begin("decision:log", "rating:partner/motivate", "diagnosis")
    assert begun.status_code == 303, begun.text
    along, found = [f"{wall.page.url}/{each}" for each in ("screen", "room")], []
    for _ in range(12):
        for name in ("dana", "cleo", "eve"):
            found += [plain(text) for _, text in walk(wall.browsers[name], along)]
        showing.press()
    # Which page of how many it is, and that it moved, says nothing of what stands on it.
    number = re.compile(r'(name="version"\s+value="|hx-ptag="|HX-PTag: )[0-9]+')
    return [number.sub(r"\1", each) for each in found]


def test_statements_select_of_alice_exactly_what_is_shown(wall: Wall, session: Session) -> None:
    wall.everything()

    assert {name: selected(wall, session, name) for name in wall.browsers} == {
        name: set[str]() for name in wall.browsers
    } | {
        "dana": {
            *(f"seat {run}" for run in ("shown", "both", "drafted", "rating")),
            # Of which no response is there yet.
            *(f"play {run}" for run in ("shown", "both", "drafted", "rating")),
            *(f"response {run}" for run in ("shown", "both")),
            *(f"diagnosis {run}" for run in ("shown", "both", "rating")),
            *(f"before {run}" for run in ("shown", "both")),
            "after shown",
        }
    }


def selected(wall: Wall, session: Session, name: str) -> set[str]:
    """Return what the statements select of Alice for somebody: what, and of which run."""
    viewer, cohort, alice = wall.id_of(name), wall.cohort.id, wall.id_of("alice")
    statements = {
        "seat": access.shown_seats(viewer, cohort, Run.key, sa.literal("seat")).where(
            Participant.user_id == alice
        ),
        "play": access.shown_plays(viewer, cohort, Run.key, sa.literal("play")).where(
            Run.id.in_(sa.select(Participant.run_id).where(Participant.user_id == alice))
        ),
        "step": access.shown_steps(viewer, cohort, Run.key, sa.literal("response")).where(
            Step.user_id == alice
        ),
        "diagnosis": access.shown_answers(
            viewer, cohort, Diagnosis.user_id, Run.key, sa.literal("diagnosis")
        ).where(Diagnosis.user_id == alice),
        "rating": access.shown_answers(
            viewer, cohort, Rating.rater_id, Run.key, Rating.round
        ).where(Rating.rater_id == alice),
        "latest": access.latest_answers(
            viewer, cohort, Rating.rater_id, Run.key, Rating.round
        ).where(Rating.rater_id == alice),
    }
    labels = {key: label for label, key in wall.runs.items()}
    # Of what she only watches, the conversation is of those who play it.
    return {
        f"{what} {labels[key]}"
        for statement in statements.values()
        for key, what in session.execute(statement)
        if labels.get(key) != "watched"
    }
