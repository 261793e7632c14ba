"""Exports through their pages, waited for until their writers have ended."""

import re
import threading
from collections.abc import Iterator

import pytest

from tests.conftest import Browser
from tests.web.cohorting import CohortPage
from tests.web.conftest import RunPage, start, values


@pytest.fixture(autouse=True)
def writers_end() -> Iterator[None]:
    """No writer outlives its test, whose database goes with it."""
    yield
    wait()


def wait() -> None:
    """Wait until all that is being written is done."""
    for thread in threading.enumerate():
        if thread.name.startswith("export-"):
            thread.join(60)
            assert not thread.is_alive()


def share(cohort: CohortPage, browser: Browser, run: RunPage | None = None) -> RunPage:
    """Let somebody share a run with a cohort, as the services do it."""
    from lfp_trainer.services import access, cohorts, sharing
    from lfp_trainer.storage.database import writing
    from lfp_trainer.web.asker import now
    from lfp_trainer.web.extensions import db

    run = run or start(browser).to_debrief()
    with browser.app.app_context(), writing(db.session):
        key = cohort.url.rsplit("/", 1)[1]
        found = cohorts.find(db.session, key, viewer_id=browser.user_id)
        seated = access.seat_in(db.session, run.key, viewer_id=browser.user_id)
        sharing.agree(db.session, seated, found.id, now=now())
    return run


def withdraw(browser: Browser, run: RunPage) -> None:
    from lfp_trainer.services import access, sharing
    from lfp_trainer.storage.database import writing
    from lfp_trainer.web.extensions import db

    with browser.app.app_context(), writing(db.session):
        seated = access.seat_in(db.session, run.key, viewer_id=browser.user_id)
        sharing.withdraw(db.session, seated)


def make(cohort: CohortPage, browser: Browser | None = None, **how: object) -> str:
    """Make a file by the form of the page, and return the page once it is done."""
    asker = browser or cohort.browser
    page = asker.get(f"{cohort.url}/export").text
    data = {"format": "json", "of": "all", "start_key": values(page, "start_key")[0], **how}
    answer = asker.post(f"{cohort.url}/export", data)
    assert (answer.status_code, answer.location) == (303, f"{cohort.url}/export#made")
    wait()
    return asker.get(f"{cohort.url}/export").text


def files_on(page: str) -> list[str]:
    """Return the addresses of the files that a page offers."""
    return re.findall(r'href="(/cohorts/[^"]+/export/[^"]+)">Download', page)
