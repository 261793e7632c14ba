"""What is said in the cohort of a demonstration once its people have played: sentences some walk
out with, comments and an answer, and who is invited and has not come.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import comments, expected, ratings, threads, walking_out
from lfp_trainer.services.access import Seated, Thing, seat_in
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.pasted_names import Named
from lfp_trainer.storage.models import About, Round, Step, Telling, WorkPosition

TELL = {
    "Grace Okafor": Telling.UNNAMED,
    "Mia Lund": Telling.UNNAMED,
    "Aisha Rahman": Telling.UNNAMED,
    "Elena Petrov": Telling.UNNAMED,
    "Kofi Mensah": Telling.NAMED,
}
"""Who tells the sentence they walk out with, and whether with their name."""
TOLD = "Tom Ellery"
"""To whom the facilitator writes: somebody whom one can sign in as."""
INVITED = (
    Named("Sofia Marchetti", WorkPosition.HIGH),
    Named("Dwayne Parker", WorkPosition.MIDDLE),
    Named("Lucy Nguyen", WorkPosition.ELEMENTARY),
)
"""By name; none of them has come yet."""

ON_RESPONSE = (
    "You could have given your own view here, and you waited. What did you notice that told you to?"
)
ON_RATING = (
    "The sentence you picked shows what was planned. Is there one that shows what people did?"
)
ANSWER = (
    "The pause before the last line. It sounded as if there was more to come, so I left room for"
    " it. Next time I would say aloud why I wait."
)


def say(
    session: Session,
    cohort: Joined,
    people: Mapping[str, int],
    runs: Mapping[str, str],
    *,
    facilitator: int,
    dice: Random,
    now: datetime,
) -> None:
    """Let some tell their sentence, and the facilitator invite others and write to one.

    :param runs: name → run that this person has played to the end and shows
    """
    expected.invite(session, cohort, INVITED, now=now - timedelta(days=3))
    for name, telling in TELL.items():
        walking_out.tell(session, _seat(session, people, runs, name), telling)
    told = _seat(session, people, runs, TOLD)
    then = now - timedelta(days=2)
    for thing, text in ((_rating(session, told), ON_RATING), (_step(session, told), ON_RESPONSE)):
        comments.write(
            session, cohort, thing, text, author_id=facilitator,
            start_key=f"demo-{dice.getrandbits(64):x}", now=then,
        )  # fmt: skip
    written = threads.threads_for_learner(session, told.user_id, run_id=told.run_id)
    (on_response,) = [each for each in written if each.thing.about is About.STEP]
    comments.answer(
        session, on_response.key, ANSWER, viewer_id=told.user_id,
        start_key=f"demo-{dice.getrandbits(64):x}", now=then + timedelta(hours=20),
    )  # fmt: skip


def _seat(
    session: Session, people: Mapping[str, int], runs: Mapping[str, str], name: str
) -> Seated:
    return seat_in(session, runs[name], viewer_id=people[name])


def _step(session: Session, seated: Seated) -> Thing:
    """Return the first response that somebody gave themselves."""
    number = session.scalar(
        sa.select(sa.func.min(Step.number)).where(
            Step.run_id == seated.run_id, Step.user_id == seated.user_id, sa.not_(Step.stand_in)
        )
    )
    return Thing(seated.run_id, seated.user_id, About.STEP, number=number)


def _rating(session: Session, seated: Seated) -> Thing:
    leader, strand = next(iter(ratings.committed_of(session, seated)))
    return Thing(
        seated.run_id, seated.user_id, About.RATING, leader=leader, strand=strand,
        round=Round.BEFORE,
    )  # fmt: skip
