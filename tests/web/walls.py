"""A cohort whose people share or do not, and a word of Alice's own wherever she can write one.

Each word says of which run it is and where it was written, so that a page on which it stands says
by itself what it gives away. Her runs are brought about by the services, as she would play them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play, rubric
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.services import (
    access,
    after_play,
    assignments,
    cohorts,
    comments,
    demo,
    demo_looking_back,
    diagnosis,
    facilitating,
    library,
    observing,
    ratings,
    runs,
    second_ratings,
    sharing,
    walking_out,
)
from lfp_trainer.services.access import Seated, Thing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.observing import Marked
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Mark,
    Mode,
    NextStep,
    Pick,
    Ranking,
    Rating,
    Required,
    Round,
    Run,
    Stage,
    Step,
    Telling,
)
from tests.conftest import NOON, Browser
from tests.reviewed import Room
from tests.together import ONE, OTHER, Together
from tests.web.cohorting import CohortPage
from tests.web.conftest import SCENARIO
from tests.what_ifs import make_what_if

WORD = re.compile(r"zq-[a-z-]+[a-z]")
LATER = NOON + timedelta(hours=1)
OTHERS = ("Una Quist", "Dov Levi", "Imre Vass")
"""Who share what they play, beside Cleo."""

# Where somebody writes: the word for it, the column, whose the row is, which rows.
_WRITTEN = (
    ("diagnosis", Diagnosis.reason, Diagnosis.user_id, sa.true()),
    ("response", Step.reason, Step.user_id, sa.true()),
    ("note", Pick.reason, Pick.user_id, sa.true()),
    ("draft", Pick.draft, Pick.user_id, Pick.draft.is_not(None)),
    ("mark", Mark.note, Mark.user_id, sa.true()),
    ("now", NextStep.current_state, NextStep.user_id, sa.true()),
    ("goal", NextStep.goal, NextStep.user_id, sa.true()),
    ("plan", NextStep.steps, NextStep.user_id, sa.true()),
    ("sentence", NextStep.sentence, NextStep.user_id, sa.true()),
    *((f"rating-{each}", Rating.reason, Rating.rater_id, Rating.round == each) for each in Round),
)


@dataclass
class Wall:
    """A cohort that Dana facilitates, everybody's browsers, and the runs of Alice by a word."""

    session: Session
    room: Room
    browsers: dict[str, Browser]
    assigned: str
    """The key of what is set for the cohort."""
    other_cohort: str
    """The key of the one that Fay facilitates."""
    runs: dict[str, str] = field(default_factory=dict)
    """Word → key."""
    codes: dict[str, str] = field(default_factory=dict)
    """Word → code of the lobby."""
    others: list[str] = field(default_factory=list)
    """The keys of what the others share, and nobody else is in."""
    drawn: "count[int]" = field(default_factory=count)

    @classmethod
    def build(cls, session: Session, browsers: dict[str, Browser]) -> "Wall":
        """Let everybody but Alice have played and shared, and Eve facilitate it since then."""
        dana = browsers["dana"].user_id
        room = Room.open(session, dana, now=NOON)
        with writing(session):
            for name in ("alice", "bob", "cleo", "eve"):
                cohorts.join(session, room.cohort.code, user_id=browsers[name].user_id, now=NOON)
            assigned = assignments.assign(
                session, room.cohort, library.current(session, SCENARIO), mode=Mode.ALONE,
                required=(*Required,), start_key="set", now=NOON - timedelta(hours=1),
            )  # fmt: skip
            other = cohorts.make(
                session, name="Hillside", user_id=browsers["fay"].user_id, now=NOON
            )
        wall = cls(session, room, browsers, assigned, other)
        room.fill(OTHERS)
        wall.play("cleo", shares=True)
        with writing(session):
            facilitating.make_facilitator(session, room.cohort, browsers["eve"].user_id, now=LATER)
        wall.others = [*session.scalars(sa.select(Run.key).where(Run.shown_at.is_not(None)))]
        return wall

    def id_of(self, name: str) -> int:
        return self.browsers[name].user_id

    @property
    def cohort(self) -> Joined:
        return self.room.cohort

    @property
    def page(self) -> CohortPage:
        """Return the cohort as its pages know it."""
        url = f"/cohorts/{self.cohort.key}"
        return CohortPage(self.browsers["dana"], url, self.cohort.code)

    def seat(self, label: str, name: str = "alice") -> Seated:
        return access.seat_in(self.session, self.runs[label], viewer_id=self.id_of(name))

    # What anybody does.

    def play(
        self, name: str, *, shares: bool, stop: Stage | None = None, for_it: bool = True
    ) -> Seated:
        """Let somebody play alone, for the assignment or not, and look back if they finish."""
        user_id = self.id_of(name)
        seated = self.room.play(user_id, shares=False, stop=stop, habit=demo.by_chance)
        if for_it:
            found, _ = assignments.find(self.session, self.assigned, viewer_id=user_id)
            with writing(self.session):
                assignments.belongs_to(self.session, seated.key, found)
        if shares:
            self.agree(seated)
        return access.seat_in(self.session, seated.key, viewer_id=user_id)

    def agree(self, seated: Seated, *, now: datetime = NOON) -> None:
        with writing(self.session):
            sharing.agree(self.session, seated, self.cohort.id, now=now)

    def withdraw(self, seated: Seated) -> None:
        with writing(self.session):
            sharing.withdraw(self.session, seated)

    def meet(self, label: str, opener: str = "bob", joiner: str = "alice") -> Together:
        """Let two begin a run together."""
        now = NOON + timedelta(seconds=next(self.drawn))
        together = Together.open(self.session, self.id_of(opener), seat=ONE, now=now)
        together.join(self.id_of(joiner), OTHER)
        self.runs[label], self.codes[label] = together.key, together.code
        return together

    def play_together(self, together: Together, *names: str) -> None:
        """Let two play to the end of the debrief, with a private note on the way."""
        both = [self.id_of(each) for each in names]
        together.commit(*both)
        together.note_privately(*both)
        self._stand_a_draft(together, both[-1])
        together.play_to_the_end(*both)
        for each in both:
            together.rate_play(each)

    def _stand_a_draft(self, together: Together, user_id: int) -> None:
        """Leave words half written at the open decision."""
        with writing(self.session):
            known = (Pick.run_id == together.seat(user_id).run_id, Pick.user_id == user_id)
            self.session.execute(sa.update(Pick).where(*known).values(draft="Half a thought"))

    def plant(self, label: str) -> None:
        """Let whatever Alice has written in a run be a word of its own."""
        run_id = self.session.scalar(sa.select(Run.id).where(Run.key == self.runs[label]))
        with writing(self.session):
            for kind, column, owner, which in _WRITTEN:
                self.session.execute(
                    sa.update(column.class_)
                    .where(column.class_.run_id == run_id, owner == self.id_of("alice"), which)
                    .values({column.key: f"zq-{label}-{kind}"})
                )

    def written(self) -> set[str]:
        """Return all words of Alice's, from the tables."""
        found: set[str] = set()
        for _, column, *_ in _WRITTEN:
            for text in self.session.scalars(sa.select(column)):
                found.update(WORD.findall(text or ""))
        return found

    # What Alice does, each under a word of its own.

    def _alone(self, label: str, seated: Seated) -> Seated:
        self.runs[label] = seated.key
        self.plant(label)
        return seated

    def alone(self) -> None:
        """Finish what is set, privately, and look back."""
        self._alone("alone", self.play("alice", shares=False))
        self._look_back("alone")

    def free(self) -> None:
        """Finish a run of her own, privately, with rankings."""
        seated = self._alone("free", self.play("alice", shares=False, for_it=False))
        script = library.current(self.session, SCENARIO).script
        with writing(self.session):
            taken = runs.path_of(self.session, seated.run_id)[0]
            others = {*play.offered(script, play.start(script))} - {taken}
            self.session.add(
                Ranking(
                    run_id=seated.run_id, user_id=seated.user_id, number=1,
                    ranked=[taken, *sorted(others)], ranked_at=NOON,
                )
            )  # fmt: skip

    def shown(self) -> None:
        """Finish a run and share it; tell her sentence to nobody."""
        self._alone("shown", self.play("alice", shares=True))
        self._look_back("shown")

    def what_if(self) -> None:
        """Go another way in the run she shares."""
        self._alone("whatif", make_what_if(self.session, self.seat("shown")))

    def withdrawn(self) -> None:
        """Share a run, be written to about it, and take it back."""
        seated = self._alone("withdrawn", self.play("alice", shares=True))
        self._look_back("withdrawn")
        self.comment("withdrawn")
        self.withdraw(seated)

    def pair(self, label: str, *who_share: str) -> None:
        """Play one with Bob, to the end, which some of the two share."""
        together = self.meet(label)
        together.ready(self.id_of("bob"), self.id_of("alice"))
        for each in who_share:
            self.agree(self.seat(label, each))
        self.play_together(together, "bob", "alice")
        self.plant(label)

    def watched(self) -> None:
        """Watch Bob and Cleo, who share what they play, and mark it."""
        together = self.meet("watched", joiner="cleo")
        alice, pair = self.id_of("alice"), (self.id_of("bob"), self.id_of("cleo"))
        together.join(alice, OBSERVER)
        together.ready(*pair)
        for each in ("bob", "cleo"):
            self.agree(self.seat("watched", each))
        with writing(self.session):
            runs.move_on(self.session, together.seat(alice), Stage.CASE, now=NOON)
        together.commit(*pair)
        together.play_to_the_end(*pair)
        with writing(self.session):
            observing.save_mark(
                self.session, together.seat(alice), together.script(alice), 1,
                Marked(("DIF",), {}, "What she saw"), now=NOON,
            )  # fmt: skip
        for user_id in pair:
            together.rate_play(user_id)
        self.plant("watched")

    def begun(self) -> None:
        """Begin what is set once more, and open a lobby; both privately."""
        self._alone("begun", self.play("alice", shares=False, stop=Stage.ROLE_PLAY))
        together = Together.open(self.session, self.id_of("alice"), seat=ONE, now=LATER)
        self.runs["lobby"], self.codes["lobby"] = together.key, together.code

    def opened(self) -> None:
        """Stand at the diagnosis and at the ratings of two runs that she shares."""
        for label, stop in (("drafted", Stage.DIAGNOSIS), ("rating", Stage.RATING)):
            self._alone(label, self.play("alice", shares=True, stop=stop))

    def draft(self) -> None:
        """Write there what she does not commit."""
        script = library.current(self.session, SCENARIO).script
        sentence = next(iter(script.scenario.sentences))
        given = Kept(rubric.Rating(2, None, "Not yet", (sentence,)), not_enough=False)
        answer = Answer(systems=script.scenario.diagnosis.systems.primary, reason="Not yet")
        with writing(self.session):
            diagnosis.save_diagnosis(self.session, self.seat("drafted"), answer, now=NOON)
            for card in ratings.cards_of(script):
                ratings.save_rating(
                    self.session, self.seat("rating"), script, card, given, now=NOON
                )
        for label in ("drafted", "rating"):
            self.plant(label)

    def tell(self, label: str) -> None:
        """Tell her cohort the sentence she walks out with, with her name."""
        with writing(self.session):
            walking_out.tell(self.session, self.seat(label), Telling.NAMED)

    def comment(self, label: str) -> None:
        """Let Dana write to Alice about a run that she shares."""
        dana = self.id_of("dana")
        thing = Thing(self.seat(label).run_id, self.id_of("alice"))
        with writing(self.session):
            comments.write(
                self.session, self.cohort, thing, f"zq-{label}-comment", author_id=dana,
                start_key=f"comment-{next(self.drawn)}", now=NOON,
            )  # fmt: skip

    def everything(self) -> None:
        """Do all of it."""
        acts: tuple[Callable[[], None], ...] = (
            self.alone, self.free, self.shown, self.what_if, self.withdrawn, self.opened,
            self.draft,
            lambda: self.pair("half", "bob"), lambda: self.pair("kept"),
            lambda: self.pair("both", "bob", "alice"), self.watched,
        )  # fmt: skip
        for act in acts:
            act()

    def _look_back(self, label: str) -> None:
        """Let her rate once more what she has rated, and the leaders after the run."""
        seated = self.seat(label)
        script = library.script_of(self.session, seated.version_id, seated.digest)
        card, first = next(iter(ratings.committed_of(self.session, seated).items()))
        with writing(self.session):
            second_ratings.save(self.session, seated, script, card, first, now=NOON)
            second_ratings.commit(self.session, seated, script, card, now=NOON)
            sheet = after_play.sheet_of(self.session, seated, script)
            claims = demo_looking_back.claims(script, sheet, self.room.dice)
            after_play.save(self.session, seated, script, sheet.leaders, claims, now=NOON)
            after_play.commit(self.session, seated, script, now=NOON)
        self.plant(label)
