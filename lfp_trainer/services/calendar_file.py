"""Next steps as days in a calendar, in the format every calendar reads (RFC 5545).

The library escapes what people typed; what no calendar can show is taken out before.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from lfp_trainer.services.next_steps import Plan, Returned

MORNING = timedelta(hours=8)
"""When the day's reminder comes, after midnight where the calendar is."""
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")


def write(steps: Iterable[tuple[Returned, str]], *, host: str, now: datetime) -> bytes:
    """Return a calendar with a day for each next step.

    :param steps: each with the address that leads back to it
    :param host: of the site. With the key of a run it makes a name that stays the same, so that a
        calendar which reads the file twice has the day once.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//LFP Trainer//Next steps//EN")
    calendar.add("version", "2.0")
    for step, address in steps:
        if step.plan.due_on is not None:
            calendar.add_component(_event(step, address, host, now))
    written: bytes = calendar.to_ical()
    return written


def _event(step: Returned, address: str, host: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"next-step-{step.key}@{host}")
    event.add("dtstamp", now)
    event.add("summary", _plain(step.plan.sentence))
    event.add("dtstart", step.plan.due_on)
    event.add("description", _description(step.plan, step.title, address))
    event.add("url", address)
    # Partners often share calendars; and the day is not taken up by it.
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(step.plan.sentence))
    alarm.add("trigger", MORNING)
    event.add_component(alarm)
    return event


def _description(plan: Plan, title: str, address: str) -> str:
    parts = (
        ("Current state", plan.current_state),
        ("Goal", plan.goal),
        ("Next steps", plan.steps),
        ("From a practice run of", title),
        ("What became of it", address),
    )
    return "\n\n".join(f"{name}: {_plain(text)}" for name, text in parts if text)


def _plain(text: str) -> str:
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
