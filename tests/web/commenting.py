"""A run that is shared with a cohort, and comments on it, through the pages."""

import re

from lfp_trainer.services import access, cohorts, sharing
from lfp_trainer.storage.database import writing
from lfp_trainer.web.extensions import db
from tests.conftest import NOON, Browser
from tests.web.cohorting import CohortPage
from tests.web.conftest import RunPage

THREAD = r'id="thread-([A-Za-z0-9_-]{16})"'


def share(learner: Browser, cohort: CohortPage, run: RunPage) -> None:
    with learner.app.app_context(), writing(db.session):
        found = cohorts.find(db.session, cohort.url.rsplit("/", 1)[1], viewer_id=learner.user_id)
        seated = access.seat_in(db.session, run.key, viewer_id=learner.user_id)
        # Later than the cohort was made: what is shared is shared with who facilitates it by then.
        sharing.agree(db.session, seated, found.id, now=NOON.replace(year=2100))


def withdraw(learner: Browser, run: RunPage) -> None:
    with learner.app.app_context(), writing(db.session):
        sharing.withdraw(db.session, access.seat_in(db.session, run.key, viewer_id=learner.user_id))


def comment(
    facilitator: Browser,
    learner: Browser,
    cohort: CohortPage,
    run: RunPage,
    text: str,
    **on: object,
) -> str:
    """Write to somebody about what they show, and return the key of the thread."""
    url = f"{cohort.url}/runs/{run.key}"
    before = set(re.findall(THREAD, facilitator.get(url).text))
    sent = {"learner": learner.user_id, "about": "run", "text": text, **on}
    answer = facilitator.post(f"{url}/comments", sent)
    assert answer.status_code == 303
    (key,) = set(re.findall(THREAD, facilitator.get(url).text)) - before
    return str(key)


def commented(facilitator: Browser, learner: Browser, cohort: CohortPage, run: RunPage) -> str:
    """Share a run, let it be commented on, and return the key of the thread."""
    share(learner, cohort, run)
    return comment(facilitator, learner, cohort, run, "Why here?")
