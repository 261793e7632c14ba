"""A scenario that shares nothing with the shipped ones but the format is played to the end.

Three seats of other names, other gauges, and a rubric of three strands with three levels each, a
word of its own for not enough evidence, and no reason asked for.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lfp_trainer.services import library
from lfp_trainer.storage import database
from tests import scenarios
from tests.conftest import NOON, Browser
from tests.scenarios import Data, choice, decision, reference, to_yaml
from tests.web.conftest import PLAN, RunPage, values
from tests.web.test_debrief import words_of
from tests.web.test_second_ratings import claiming

STRANDS = ("listening", "planning", "checking")
CAST = {"cook": "Ines Roy", "driver": "Tom Falk", "clerk": "Uma Sol"}
GAUGES = {"calm": 1, "stock": 0}
FOREIGN = re.compile(r"\bpartners?\b|principal|trust|spread|motivate|\bresults\b|marcus|ruiz", re.I)


def words() -> Data:
    found = scenarios.vocabulary()
    found["who"] = {"crew": {"name": "The crew"}, "depot": {"name": "The depot"}}
    found["gauges"] = {name: {"name": name.title(), "means": f"How {name}."} for name in GAUGES}
    return found


def scale() -> Data:
    found = scenarios.rubric(STRANDS, levels=3)
    found["roles"] = {"hand": "Anybody on the crew"}
    found["flags"]["against"]["caps"] = {"checking": 1}
    found["not_enough"] |= {"name": "Nothing to go by", "short": "0?"}
    found["reason"] = "optional"
    return found


def shows(listening: int, planning: int, checking: int) -> Data:
    return dict(zip(STRANDS, (listening, planning, checking), strict=True))


def case() -> Data:
    found = scenarios.scenario()
    found |= {
        "id": "late-lunch",
        "title": "The late lunch",
        "summary": "A kitchen, a truck and a list.",
        "case": ["Lunch was late on Monday.", {"id": "again", "text": "It was late again."}],
        "gauges": GAUGES,
        "start": "kitchen",
        "cast": {
            id: {"name": name, "position": id, "role": "hand", "seat": True, "brief": f"{id} only"}
            for id, name in CAST.items()
        },
        "scenes": {
            "kitchen": decision(
                "cook",
                {
                    "call": choice("road", text="Call the truck.", shows=shows(3, 2, 1)),
                    "wait": choice(
                        "road", text="Wait for it.", shows=shows(1, 1, 3), rank=2,
                        effects={"calm": -1},
                    ),
                },
            ),
            "road": decision(
                "driver",
                {
                    "turn-back": choice("office", text="Turn back.", shows=shows(1, 3, 2)),
                    # Of this one nothing can be rated.
                    "drive-on": choice("office", text="Drive on.", shows={}, rank=2),
                },
                lines=[{"who": "cook", "says": "Where are you?"}],
            ),
            "office": decision(
                "both",
                {
                    "write-it-down": choice(
                        text="Write it down.", shows=shows(2, 1, 3), effects={"stock": 2}
                    ),
                    "file-it": choice(text="File it.", shows=shows(2, 2, 2), rank=2),
                },
            ),
            "unused": decision("clerk", {"note": choice(text="Note.", shows=shows(1, 1, 1))}),
        },
        "endings": [
            {"id": "served", "when": "stock >= 1", "title": "Served", "text": "It is served."},
            {"id": "cold", "title": "Cold", "text": "It is cold."},
        ],
        "leaders": {
            "cook": {strand: reference() for strand in STRANDS},
            "clerk": {strand: reference(level=1) for strand in STRANDS},
        },
        "debrief": ["Who knew, and when?"],
    }  # fmt: skip
    found["diagnosis"]["barrier"] |= {"who": ["crew"]}
    found["leaders"]["clerk"]["listening"]["flag"] = "against"
    # The clerk decides where the truck turned back, alone.
    found["scenes"]["road"]["choices"]["turn-back"]["goto"] = "unused"
    found["scenes"]["unused"]["choices"]["note"]["goto"] = "office"
    return found


@pytest.fixture
def shelf(database_url: str, tmp_path: Path) -> None:
    """The scenario, published beside the shipped ones."""
    scenarios.shelve(tmp_path, case(), scale())
    (tmp_path / "vocabulary.yaml").write_text(to_yaml(words()), encoding="utf-8")
    engine = database.connect(database_url)
    with Session(engine) as session, database.writing(session):
        shelved = library.publish_folder(session, tmp_path, now=NOON)
        assert list(shelved.published) == ["late-lunch"]
    engine.dispose()


def begin(browser: Browser, seat: str) -> RunPage:
    page = browser.get("/scenarios/late-lunch").text
    assert values(page, "seat") == [*CAST, "both"]
    answer = browser.post(
        "/runs",
        {"scenario": "late-lunch", "seat": seat, "start_key": values(page, "start_key")[0]},
    )
    return RunPage(browser, answer.location)


def rate_all(run: RunPage, **changes: object) -> int:
    """Rate every card, marking the clerk's first, and return how many there were."""
    card = 0
    while True:
        page = run.get(f"?stage=rating&card={card}").text
        if "Commit my ratings" in page:
            return card
        assert values(page, "level") == ["1", "2", "3", "NE"]
        marked: dict[str, object] = {"level-flag": "against"} if card == 1 else {}
        answer = run.rate(card, level="1", evidence=["again"], **marked, **changes)
        assert answer.status_code == 303
        card += 1


def rated(run: RunPage) -> RunPage:
    """Come to the reveal, without a word of reason."""
    run.to_diagnosis()
    answer: dict[str, object] = {
        "systems": ["ILR"], "failed_tests": ["used"], "who": ["crew"], "what": ["SK"],
    }  # fmt: skip
    assert run.post("/diagnosis", answer).status_code == 303
    rate_all(run, reason="")
    assert run.post("/ratings").status_code == 303
    return run


def assert_at_home(page: str) -> None:
    """Nothing of the shipped scenarios, of their rubric, or of words that nobody wrote."""
    said = words_of(page.partition("<main")[2].partition("</main")[0])
    assert FOREIGN.findall(said) == []
    assert not re.search(r"Rung [4-9]|\bNE\b|“”", said)


def play_on(run: RunPage, pick: Callable[[list[str]], str]) -> list[str]:
    taken = []
    while (open_now := run.open_now()) is not None:
        step, choices = open_now
        taken.append(pick(sorted(choices)))
        assert run.choose(taken[-1], step).status_code == 303
    return taken


@pytest.mark.parametrize("seat", [*CAST, "both"])
def test_it_plays_through_all_six_stages_to_the_printed_debrief(
    shelf: None, alice: Browser, seat: str
) -> None:
    run = begin(alice, seat)
    told = [run.get().text]
    run.to_diagnosis()
    told.append(run.get().text)
    answer: dict[str, object] = {
        "systems": ["ILR"], "failed_tests": ["used"], "who": ["crew"], "what": ["SK"],
        "reason": "Twice.",
    }  # fmt: skip
    assert run.post("/diagnosis", answer).status_code == 303
    assert rate_all(run) == len(STRANDS) * 2
    assert run.post("/ratings").status_code == 303
    told.append(run.get("?stage=rating").text)
    taken = play_on(run, max)
    assert taken
    told += [run.get(f"?stage={stage}").text for stage in ("role-play", "debrief")]
    assert run.post("/debrief").status_code == 303
    assert run.post("/next-step", PLAN).status_code == 303
    told += [run.get().text, run.get("/debrief").text]

    for page in told:
        assert_at_home(page)
    reveal, printed = words_of(told[2]), words_of(told[-1])
    assert "Against the goal: you and the reference both mark it." in reveal
    for strand in STRANDS:
        assert f"Ines Roy: {strand}" in reveal
    assert str(PLAN["sentence"]) in printed
    assert "Calm" in printed
    assert "Stock" in printed
    assert ("You, as Tom Falk:" in printed) is (seat == "both")


def test_a_mark_the_reference_sets_and_the_learner_did_not_is_told(
    shelf: None, alice: Browser
) -> None:
    run = begin(alice, "clerk").to_diagnosis()
    answer: dict[str, object] = {
        "systems": ["ILR"],
        "failed_tests": ["used"],
        "who": ["crew"],
        "what": ["SK"],
    }
    run.post("/diagnosis", answer)
    rate_all(run)
    run.rate(1, level="1", evidence=["again"])

    assert run.post("/ratings").status_code == 303

    said = words_of(run.get("?stage=rating").text)
    assert said.count("Against the goal: the reference marks it, you did not.") == 1


@pytest.mark.parametrize("seat", ["driver", "both"])
def test_all_that_follows_a_play_fits_it_too(shelf: None, alice: Browser, seat: str) -> None:
    run = rated(begin(alice, seat))
    told = [run.get("/again/0").text]
    assert run.post("/again/0", {"level": "NE"}).status_code == 303
    told += [run.get("/again/0").text, run.get("?stage=rating").text]
    told.append(run.get("?stage=role-play&way=rank").text)
    assert rank_last_first(run).status_code == 303
    play_on(run, max)
    told += [run.get("/after").text, run.get("?stage=debrief").text]
    claimed = {field: word for field, word in claiming(run, "2").items() if "reason" not in field}
    assert run.post("/after", claimed).status_code == 303
    told += [run.get("/after").text, run.get("?stage=debrief").text]
    assert run.post("/debrief").status_code == 303
    assert run.post("/next-step", PLAN).status_code == 303
    told += [run.get("/debrief").text, run.get("/what-if").text]

    step = 1 if seat == "both" else 2
    page = run.get(f"/what-if/{step}").text
    sent: dict[str, object] = {name: values(page, name)[0] for name in ("choice", "start_key")}
    answer = run.post(f"/what-if/{step}", sent)
    assert answer.status_code == 303
    other = RunPage(alice, answer.location.partition("?")[0])
    play_on(other, max)
    told += [page, other.get().text, other.get("?stage=debrief").text]
    told += [other.get("/compare").text, alice.get("/calibration").text]

    for page in told:
        assert_at_home(page)
    assert "choose “Nothing to go by”" in told[0]
    again, before, after, first_screen = (words_of(told[at]) for at in (1, 4, 6, 7))
    assert "You: “Nothing to go by” . Reference: 2 Rung 2 , 1 to 2 accepted" in again
    assert "0? Nothing to go by" in again
    assert "You had no decision of your own" not in first_screen
    assert "You say 2 Rung 2" in after or "agree: 2 Rung 2" in after
    assert ("You, as Tom Falk: listening" in after) is (seat in ("driver", "both"))
    assert "0? Nothing to go by" in before
    assert "Two plays beside each other" in told[-2]


def rank_last_first(run: RunPage) -> TestResponse:
    """Rank what is open, the first on offer last."""
    page = run.get("?stage=role-play&way=rank").text
    offered = re.findall(r'name="place-([^"]+)"', page)
    places = {f"place-{id}": place for place, id in enumerate(reversed(offered), start=1)}
    step = values(page, "step")[0]
    return run.post("/rankings", {**places, "step": step, "reason": "So.", "way": "rank"})


@pytest.mark.parametrize("seat", ["driver", "both"])
def test_a_turning_point_that_shows_no_level_is_looked_back_at(
    shelf: None, alice: Browser, seat: str
) -> None:
    run = rated(begin(alice, seat))
    # The first of the rest is ranked first in every other scene.
    play_on(run, lambda offered: next(each for each in (*PICKED, *offered) if each in offered))

    said = words_of(run.get("?stage=debrief").text)

    assert "You had no decision of your own" not in said
    assert re.search(r"You[^:]*: Drive on\. You noted no reason", said)
    assert "Try instead: Turn back." in said


PICKED = ("call", "drive-on", "write-it-down", "note")
