"""What a calendar reads is one day for each next step, whatever was typed."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component

from lfp_trainer.services import calendar_file
from lfp_trainer.services.next_steps import Plan, Returned
from tests.conftest import NOON

DAY = date(2026, 12, 3)
BACK = "https://trainer.example/runs/abcdefghijklmnop"


def step(sentence: str, **plan: Any) -> Returned:
    return Returned(
        "abcdefghijklmnop", "Glowing observations", NOON,
        Plan(sentence=sentence, due_on=DAY, **plan), None, None, is_open=True,
    )  # fmt: skip


def written(*steps: Returned) -> bytes:
    return calendar_file.write([(each, BACK) for each in steps], host="trainer.example", now=NOON)


def events(content: bytes) -> list[Component]:
    calendar = Calendar.from_ical(content)
    # Nothing beside the events and the one reminder of each.
    assert {type(each).__name__ for each in calendar.walk()} <= {"Calendar", "Event", "Alarm"}
    found = calendar.walk("VEVENT")
    assert len(calendar.walk("VALARM")) == len(found)
    return list(found)


def test_a_next_step_is_an_all_day_event_with_the_way_back() -> None:
    content = written(step("I ask for one hour.", goal="Every second meeting.", steps="Ask."))

    (event,) = events(content)
    assert event["SUMMARY"] == "I ask for one hour."
    assert event.decoded("DTSTART") == DAY
    assert event.decoded("DTSTAMP") == NOON
    assert event["UID"] == "next-step-abcdefghijklmnop@trainer.example"
    assert event["CLASS"] == "PRIVATE"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["URL"] == BACK
    for told in ("Goal: Every second meeting.", "Next steps: Ask.", "Glowing observations", BACK):
        assert told in str(event["DESCRIPTION"])
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(hours=8)
    calendar = Calendar.from_ical(content)
    assert (calendar["VERSION"], calendar["PRODID"]) == (
        "2.0",
        "-//LFP Trainer//Next steps//EN",
    )


NASTY = (
    "commas, semicolons; colons: and \\ backslashes",
    "two\nlines\n\nand more",
    "\r\nBEGIN:VEVENT\r\nSUMMARY:injected\r\nEND:VEVENT",
    "\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR",
    "\rBEGIN:VALARM\rACTION:AUDIO",
    "\\nBEGIN:VEVENT",
    "\u2028BEGIN:VEVENT\u2029\x85BEGIN:VEVENT\x0bBEGIN:VEVENT\x00",
    "emoji 😀👩‍🏫 and é, ü, 漢字",
    "漢" * 500,
    "x" * 500,
    "ATTACH;VALUE=URI:file:///etc/passwd",
    '"quoted"; ALTREP="http://evil.example"',
)


@pytest.mark.parametrize("typed", NASTY)
def test_no_text_adds_anything_to_the_calendar(typed: str) -> None:
    content = written(step(typed, goal=typed, steps=typed, current_state=typed), step("plain"))

    first, second = events(content)
    plain = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(mark in typed for mark in "\u2028\x0b"):
        assert str(first["SUMMARY"]) == plain
        assert f"Goal: {plain}" in str(first["DESCRIPTION"])
    assert second["SUMMARY"] == "plain"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", content.decode())
    assert set(first) == set(second)
    assert content.count(b"\r\nBEGIN:VEVENT") == 2
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(b"\n" not in line and b"\r" not in line for line in lines)


def test_a_file_read_twice_names_the_same_day() -> None:
    (first,), (second,) = events(written(step("a"))), events(written(step("b")))

    assert first["UID"] == second["UID"]
