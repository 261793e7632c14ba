"""A review counts what a cohort agreed to show, and nothing else: every number told again from the
raw rows, in plain Python."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import combinations, pairwise, product
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import agreement, play
from lfp_trainer.engine.rubric import Rating as Given
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.errors import NotFound
from lfp_trainer.scenario_map import END_NODE, START_NODE, ending_node
from lfp_trainer.services import access, choices, cohorts, demo, library, ratings, review, sharing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.library import Published
from lfp_trainer.services.ratings import Kept, cards_of
from lfp_trainer.services.review import Scope
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Participant,
    Place,
    Rating,
    Role,
    Round,
    Run,
    ScenarioVersion,
    Stage,
    Step,
    User,
    WorkPosition,
)
from tests.conftest import NOON
from tests.services.conftest import NewPerson
from tests.together import ONE, OTHER, Together

SCENARIO = "glowing-observations"
EVERYBODY: dict[str, Any] = {}
FILTERS: tuple[dict[str, Any], ...] = (
    EVERYBODY,
    {"position": WorkPosition.MIDDLE},
    {"seat": ONE},
    {"seat": BOTH},
    {"position": WorkPosition.CENTRAL_OFFICE, "seat": OTHER},
)


@dataclass
class Cohort:
    """A cohort, who facilitates it, and what brings people and plays into it."""

    session: Session
    published: Published
    new: NewPerson
    dana: int
    joined: Joined
    dice: Random

    def person(self, name: str) -> int:
        user_id = self.new(name)
        place = [*WorkPosition][user_id % 3]
        with writing(self.session):
            cohorts.join(self.session, self.joined.code, user_id=user_id, now=NOON)
            self.session.execute(sa.update(User).where(User.id == user_id).values(position=place))
        return user_id

    def plays(
        self, user_id: int, *, seat: str = BOTH, stop: Stage | None = None, shares: bool = True
    ) -> str:
        habit = self.dice.choice((demo.by_chance, demo.mostly_well, demo.by_reference))
        with writing(self.session):
            key = demo.play_run(
                self.session, self.published, user_id=user_id, seat=seat, habit=habit, stop=stop,
                dice=self.dice, now=NOON,
            )  # fmt: skip
        if shares:
            self.agree(key, user_id)
        return key

    def agree(self, key: str, user_id: int) -> None:
        seated = access.seat_in(self.session, key, viewer_id=user_id)
        with writing(self.session):
            sharing.agree(self.session, seated, self.joined.id, now=NOON)

    def withdraw(self, key: str, user_id: int) -> None:
        seated = access.seat_in(self.session, key, viewer_id=user_id)
        with writing(self.session):
            sharing.withdraw(self.session, seated)

    def scope(self, **wanted: Any) -> Scope:
        return review.scope_of(self.session, self.joined, SCENARIO, viewer_id=self.dana, **wanted)


@pytest.fixture
def spring(session: Session, published: Published, new: NewPerson) -> Cohort:
    """A cohort that Dana facilitates, nobody in it yet."""
    dana = new("Dana")
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana, now=NOON)
    joined = cohorts.find(session, key, viewer_id=dana)
    return Cohort(session, published, new, dana, joined, Random(11))


@pytest.fixture
def played(spring: Cohort, session: Session) -> Cohort:
    """Twelve people: alone in every seat, two pairs, one of which only half agrees, drafts, a play
    that goes on, one who plays three times, one who shows nothing; and another cohort."""
    people = [spring.person(f"Person {letter}") for letter in "ABCDEFGHIJKL"]
    for each, seat in zip(people[:6], (BOTH, ONE, OTHER, BOTH, ONE, BOTH), strict=True):
        spring.plays(each, seat=seat)
    spring.plays(people[0], seat=ONE)
    spring.plays(people[0])
    spring.plays(people[6], shares=False)
    _stop_early(spring, spring.plays(people[7], stop=Stage.ROLE_PLAY), people[7])
    _draft(spring, spring.plays(people[8], stop=Stage.RATING), people[8])
    _pair(spring, people[9], people[10], both=True)
    _pair(spring, people[11], people[6], both=False)
    _elsewhere(spring)
    _vary(session, spring.dice)
    return spring


def _stop_early(spring: Cohort, key: str, user_id: int) -> None:
    script, session = spring.published.script, spring.session
    seated = access.seat_in(session, key, viewer_id=user_id)
    first = play.offered(script, play.start(script))[0]
    with writing(session):
        choices.record_choice(session, seated, script, first, at_step=0, reason="", now=NOON)


def _draft(spring: Cohort, key: str, user_id: int) -> None:
    script, session = spring.published.script, spring.session
    seated = access.seat_in(session, key, viewer_id=user_id)
    with writing(session):
        for card in cards_of(script):
            given = Given(5, None, "a draft", (next(iter(script.scenario.sentences)),))
            ratings.save_rating(session, seated, script, card, Kept(given, False), now=NOON)


def _pair(spring: Cohort, one: int, other: int, *, both: bool) -> None:
    pair = Together.open(spring.session, one, now=NOON)
    pair.join(other)
    pair.ready(one, other)
    pair.commit(one, other)
    pair.play_to_the_end(one, other)
    for each in (one, other) if both else (one,):
        spring.agree(pair.key, each)


def _elsewhere(spring: Cohort) -> None:
    charlie, erin = spring.new("Charlie"), spring.new("Erin")
    session = spring.session
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=charlie, now=NOON)
        another = cohorts.find(session, key, viewer_id=charlie)
        cohorts.join(session, another.code, user_id=erin, now=NOON)
    theirs = spring.plays(erin, shares=False)
    with writing(session):
        seated = access.seat_in(session, theirs, viewer_id=erin)
        sharing.agree(session, seated, another.id, now=NOON)


def _vary(session: Session, dice: Random) -> None:
    """Let people say NE now and then, for reasons of their own, and some rate once more."""
    with writing(session):
        for each in session.scalars(sa.select(Rating)).all():
            each.level = None if dice.random() < 0.2 else dice.randint(1, 5)
            each.not_enough = each.level is None
            each.reason = f"why {dice.randint(1, 9)}"
            if dice.random() < 0.5:
                again = {
                    name: getattr(each, name)
                    for name in Rating.__table__.columns.keys()  # noqa: SIM118
                    if name != "id"
                }
                session.add(Rating(**again | {"round": Round.AFTER, "reason": "afterwards"}))


@dataclass
class Told:
    """What the raw rows say that Dana may see, looked at one by one."""

    cohort: Cohort
    wanted: dict[str, Any]

    def __post_init__(self) -> None:
        session = self.cohort.session
        session.expire_all()
        self.runs = {each.id: each for each in session.scalars(sa.select(Run))}
        self.users = {each.id: each for each in session.scalars(sa.select(User))}
        self.seats = [*session.scalars(sa.select(Participant))]
        self.seat_of = {(each.run_id, each.user_id): each for each in self.seats}
        self.shown = {
            id
            for id, run in self.runs.items()
            if run.cohort_id == self.cohort.joined.id
            and all(each.shared_at for each in self.seats if each.run_id == id)
        }
        steps = session.scalars(sa.select(Step).order_by(Step.run_id, Step.number))
        self.steps = [
            each for each in steps if each.run_id in self.shown and self._wants_step(each)
        ]
        self.chosen = [each for each in self.steps if not each.stand_in]

    def _wants_step(self, step: Step) -> bool:
        seat, position = self.wanted.get("seat"), self.wanted.get("position")
        if position and (not step.user_id or self.users[step.user_id].position != position):
            return False
        mine = self.seat_of.get((step.run_id, step.user_id or 0))
        return seat is None or (mine is not None and mine.seat == seat)

    def latest(self, model: Any, owner: str, **only: Any) -> list[Any]:
        """Return the committed answers in runs that are shown, of each person those of one run."""
        found = []
        for each in self.cohort.session.scalars(sa.select(model)):
            seat = self.seat_of[each.run_id, getattr(each, owner)]
            if (
                seat.run_id in self.shown
                and each.committed_at
                and self.runs[each.run_id].cohort_id == self.cohort.joined.id
                and self.wanted.get("seat") in (None, seat.seat)
                and self.wanted.get("position") in (None, self.users[seat.user_id].position)
                and all(getattr(each, name) == value for name, value in only.items())
            ):
                found.append(each)
        last: dict[int, int] = {}
        for each in found:
            last[getattr(each, owner)] = max(each.run_id, last.get(getattr(each, owner), 0))
        return [each for each in found if each.run_id == last[getattr(each, owner)]]


def test_each_decision_tells_who_chose_what_and_what_followed(
    played: Cohort, session: Session
) -> None:
    for wanted in FILTERS:
        told = Told(played, wanted)
        script = played.published.script
        found = review.splits(session, played.scope(**wanted))

        assert [each.scene_id for each in found] == [
            id for id in script.scenes if any(step.scene_id == id for step in told.chosen)
        ]
        assert review.split_of(session, played.scope(**wanted), "nowhere") is None
        for split in found:
            assert review.split_of(session, played.scope(**wanted), split.scene_id) == split
            here = [step for step in told.chosen if step.scene_id == split.scene_id]
            assert (split.plays, split.people) == (len(here), len({s.user_id for s in here}))
            assert [each.choice_id for each in split.choices] == [
                *script.scenes[split.scene_id].moves
            ]
            for each in split.choices:
                mine = [step for step in here if step.choice_id == each.choice_id]
                ended = Counter(told.runs[step.run_id].ending_id for step in mine)
                assert (each.plays, each.people) == (len(mine), len({s.user_id for s in mine}))
                assert each.led_to == Counter((step.led_to or END_NODE).split()[0] for step in mine)
                assert [*each.led_to.values()] == sorted(each.led_to.values(), reverse=True)
                assert each.going_on == ended.pop(None, 0)
                assert each.endings == ended
        assert found != ()


def test_the_traffic_is_that_of_every_play_followed_scene_by_scene(
    played: Cohort, session: Session
) -> None:
    for wanted in FILTERS:
        told = Told(played, wanted)
        script = played.published.script
        found = review.played(session, played.scope(**wanted))
        plays = {step.run_id for step in told.steps}
        ways: Counter[tuple[str, str]] = Counter()
        ways[START_NODE, script.scenario.start] = len(plays)
        for step in told.steps:
            scenes = [step.scene_id, *(step.led_to or "").split()]
            if len(scenes) == 1 or script.scenario.scenes[scenes[-1]].goto == "end":
                scenes += [END_NODE, ending_node(told.runs[step.run_id].ending_id or "")]
            ways.update(pairwise(scenes))
        ended = Counter(told.runs[run_id].ending_id for run_id in plays)

        assert found.traffic == ways
        assert (found.plays, found.people) == (len(plays), len({s.user_id for s in told.chosen}))
        assert found.going_on == ended.pop(None, 0)
        assert {id: n for id, n in found.endings.items() if n} == ended
        assert [*found.endings] == [each.ending.id for each in script.endings]


def test_the_traffic_lies_on_the_edges_of_the_map(played: Cohort, session: Session) -> None:
    chart = library.chart_of(played.published.digest, played.published.script)
    edges = {(edge.source, edge.target) for edge in chart.edges}
    found = review.played(session, played.scope())

    assert {*found.traffic} <= edges
    ended = sum(plays for (_, target), plays in found.traffic.items() if target == END_NODE)
    assert ended == found.plays - found.going_on
    assert any(step.stand_in for step in Told(played, {}).steps)


def test_what_was_named_is_counted_in_people(played: Cohort, session: Session) -> None:
    for wanted in FILTERS:
        answers = Told(played, wanted).latest(Diagnosis, "user_id")
        reference = played.published.script.scenario.diagnosis
        found = review.diagnoses(session, played.scope(**wanted))

        assert found.people == len(answers)
        for part, codes in found.parts.items():
            named = Counter(code for each in answers for code in getattr(each, part))
            assert {each.code: each.people for each in codes if each.people} == named
            assert [each.people for each in codes] == sorted(
                (each.people for each in codes), reverse=True
            )
        systems = {each.code: each for each in found.parts["systems"]}
        assert {c for c, each in systems.items() if each.in_reference} == {
            *reference.systems.primary
        }
        assert list(found.reasons) == sorted(each.reason for each in answers if each.reason)


def test_ratings_are_counted_once_for_each_person_with_ne_apart(
    played: Cohort, session: Session
) -> None:
    for wanted, round in product(FILTERS, (Round.BEFORE, Round.AFTER)):
        answers = Told(played, wanted).latest(Rating, "rater_id", round=round)
        script = played.published.script
        found = review.rated(session, played.scope(**wanted), round)

        assert found.people == len({each.rater_id for each in answers})
        assert [(each.leader, each.strand) for each in found.cards] == [*cards_of(script)]
        for card in found.cards:
            here = [
                each.level for each in answers
                if (each.leader, each.strand) == (card.leader, card.strand)
            ]  # fmt: skip
            beside = script.scenario.leaders[card.leader][card.strand]
            pairs = [*combinations(here, 2)]
            assert card.levels == {level: here.count(level) for level in range(1, 6)}
            assert (card.not_enough, card.people) == (here.count(None), len(here))
            assert card.in_band == sum(beside.compare(Given(level)).in_band for level in here)
            for told, slowly in (
                (card.exact, agreement.exact(pairs)),
                (card.adjacent, agreement.adjacent(pairs)),
                (card.signed, agreement.signed((each, beside.number) for each in here)),
                (card.exact_with_reference, agreement.exact((x, beside.number) for x in here)),
            ):
                assert told == (None if slowly is None else pytest.approx(slowly))


def test_agreement_is_that_of_the_raters_over_all_cards_and_on_each_strand(
    played: Cohort, session: Session
) -> None:
    for wanted, round in product(FILTERS, (Round.BEFORE, Round.AFTER)):
        answers = Told(played, wanted).latest(Rating, "rater_id", round=round)
        found = review.rated(session, played.scope(**wanted), round)
        cards = cards_of(played.published.script)

        for strand, told in ((None, found.overall), *found.strands.items()):
            asked = [card for card in cards if strand in (None, card[1])]
            given = {
                (each.rater_id, each.leader, each.strand): each.level
                for each in answers
                if each.level and strand in (None, each.strand)
            }
            raters = sorted({rater_id for rater_id, *_ in given})
            units = [[given.get((rater, *card)) for rater in raters] for card in asked]
            parts = [
                [{level: 1} if (level := given.get((rater, *card))) else {} for card in asked]
                for rater in raters
            ]
            interval = agreement.interval(parts)
            assert (told.raters, told.alpha) == (len(raters), agreement.alpha(units))
            assert told.interval == (None if interval is None else pytest.approx(interval))


def test_the_cohort_that_is_counted_has_an_agreement_and_an_interval(
    played: Cohort, session: Session
) -> None:
    found = review.rated(session, played.scope(), Round.BEFORE).overall

    assert found.raters == 9
    assert found.interval is not None


def test_the_evidence_of_a_card_is_what_people_cite_for_it(
    played: Cohort, session: Session
) -> None:
    for wanted in FILTERS:
        told = Told(played, wanted)
        script = played.published.script
        for leader, strand in cards_of(script):
            here = told.latest(Rating, "rater_id", round=Round.BEFORE)
            here = [each for each in here if (each.leader, each.strand) == (leader, strand)]
            found = review.evidence(session, played.scope(**wanted), Round.BEFORE, (leader, strand))
            cited = Counter(id for each in here for id in each.evidence)

            assert {each.sentence_id: each.people for each in found.cited} == cited
            assert all(script.scenario.sentences[e.sentence_id] == e.text for e in found.cited)
            assert [e.people for e in found.cited] == sorted(cited.values(), reverse=True)
            assert [(each.level or 0, each.text) for each in found.reasons] == sorted(
                (each.level or 0, each.reason) for each in here
            )


def test_behind_each_number_stand_as_many_answers_by_name(played: Cohort, session: Session) -> None:
    for wanted in FILTERS:
        told, scope = Told(played, wanted), played.scope(**wanted)

        for split in review.splits(session, scope):
            for each in split.choices:
                page = review.choices_behind(session, scope, split.scene_id, each.choice_id)
                assert page.of == len(page.rows) == each.plays
                assert [row.who.name for row in page.rows] == sorted(r.who.name for r in page.rows)
                assert Counter(
                    (row.who.user_id, row.seat, row.reason) for row in page.rows
                ) == Counter(
                    (step.user_id, step.seat, step.reason)
                    for step in told.chosen
                    if step.choice_id == each.choice_id
                )
        for card in review.rated(session, scope, Round.BEFORE).cards:
            for level, people in (*card.levels.items(), (None, card.not_enough)):
                rated = review.ratings_behind(
                    session, scope, Round.BEFORE, (card.leader, card.strand), level
                )
                assert (rated.of, len(rated.rows)) == (people, people)
                assert {row.level for row in rated.rows} <= {level}
        for part, codes in review.diagnoses(session, scope).parts.items():
            for named in codes:
                behind = review.diagnoses_behind(session, scope, part, named.code)
                assert behind.of == len({row.who.user_id for row in behind.rows}) == named.people


def test_behind_a_large_number_there_are_several_pages(
    played: Cohort, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lfp_trainer.services.review.behind.AT_ONCE", 2)
    scope = played.scope()
    split = review.splits(session, scope)[0]
    most = max(split.choices, key=lambda each: each.plays)
    pages = [
        review.choices_behind(session, scope, split.scene_id, most.choice_id, page=number)
        for number in range(1, most.plays // 2 + 2)
    ]
    rows = [row.who.name for page in pages for row in page.rows]

    assert most.plays > 2
    assert len(rows) == most.plays
    assert rows == sorted(rows)


def test_what_is_not_there_has_nothing_behind_it(played: Cohort, session: Session) -> None:
    scope = played.scope()

    for ask in (
        lambda: review.choices_behind(session, scope, "log", "no-such-response"),
        lambda: review.ratings_behind(session, scope, Round.BEFORE, ("nobody", "results"), 1),
        lambda: review.diagnoses_behind(session, scope, "systems", "NO"),
        lambda: review.diagnoses_behind(session, scope, "reason", "ILR"),
        lambda: review.evidence(session, scope, Round.BEFORE, ("nobody", "results")),
        lambda: played.scope(seat="janitor"),
        lambda: played.scope(version_id=scope.version_id + 1),
    ):
        with pytest.raises(NotFound):
            ask()


def everything(cohort: Cohort) -> list[object]:
    """Return every number there is."""
    session, scope = cohort.session, cohort.scope()
    cards = cards_of(cohort.published.script)
    return [
        review.reviewable(session, cohort.joined, cohort.dana),
        review.played(session, scope),
        review.diagnoses(session, scope),
        *(review.rated(session, scope, each) for each in (Round.BEFORE, Round.AFTER)),
        *(review.evidence(session, scope, Round.BEFORE, card) for card in cards),
    ]


def test_who_plays_privately_changes_no_number(played: Cohort) -> None:
    before = everything(played)
    frank = played.person("Frank")

    played.plays(frank, shares=False)
    assert everything(played) == before
    played.plays(frank)
    assert everything(played) != before


def test_who_withdraws_is_gone_from_every_number_at_once(played: Cohort) -> None:
    before = everything(played)
    frank = played.person("Frank")
    key = played.plays(frank)
    with_frank = everything(played)

    played.withdraw(key, frank)

    assert before != with_frank
    assert everything(played) == before


def test_of_a_pair_that_half_agrees_nothing_is_counted(spring: Cohort, session: Session) -> None:
    one, other = spring.person("One"), spring.person("Other")
    _pair(spring, one, other, both=False)

    assert review.reviewable(session, spring.joined, spring.dana) == []
    with pytest.raises(NotFound):
        spring.scope()


def test_nobody_else_reviews_a_cohort(played: Cohort, session: Session, new: NewPerson) -> None:
    ada = new("Ada")
    with writing(session):
        session.execute(sa.update(User).where(User.id == ada).values(role=Role.ADMIN))
    charlie = session.scalars(sa.select(User.id).where(User.name == "Charlie")).one()
    alice = played.person("Alice")
    scope = played.scope()
    split = review.splits(session, scope)[0].choices[0]

    for viewer in (ada, charlie, alice):
        assert review.reviewable(session, played.joined, viewer) == []
        with pytest.raises(NotFound):
            review.scope_of(session, played.joined, SCENARIO, viewer_id=viewer)
        values = {field.name: getattr(scope, field.name) for field in fields(scope)}
        theirs = Scope(**values | {"viewer_id": viewer})
        found = review.played(session, theirs)
        assert (found.plays, found.splits, found.traffic) == (0, (), {})
        assert review.diagnoses(session, theirs).people == 0
        assert review.rated(session, theirs, Round.BEFORE).people == 0
        assert review.choices_behind(session, theirs, "log", split.choice_id).of == 0


def test_who_has_answered_nothing_yet_is_not_counted_among_those_to_review(
    spring: Cohort, session: Session
) -> None:
    begun = spring.person("Begun")
    spring.plays(begun, stop=Stage.CASE)

    assert review.reviewable(session, spring.joined, spring.dana) == []
    spring.plays(begun, stop=Stage.RATING)
    (found,) = review.reviewable(session, spring.joined, spring.dana)
    assert (found.scenario_id, found.title, found.people) == (SCENARIO, "Glowing observations", 1)


def test_of_two_versions_the_one_most_people_played_is_reviewed_first(
    spring: Cohort, session: Session
) -> None:
    for name in ("One", "Two"):
        spring.plays(spring.person(name))
    old = spring.scope()
    stored = session.get_one(ScenarioVersion, old.version_id)
    with writing(session):
        newer = {
            name: getattr(stored, name)
            for name in ScenarioVersion.__table__.columns.keys()  # noqa: SIM118
            if name != "id"
        }
        session.execute(sa.update(ScenarioVersion).values(is_current=False))
        session.add(ScenarioVersion(**newer | {"digest": "newer"}))
    spring.published = Published(
        session.scalars(sa.select(ScenarioVersion.id).filter_by(digest="newer")).one(),
        "newer",
        spring.published.script,
    )
    three = spring.person("Three")
    spring.plays(three)
    spring.plays(three)

    first = spring.scope()
    assert first.version_id == old.version_id
    assert [each.people for each in first.versions] == [2, 1]
    other = spring.scope(version_id=spring.published.version_id)
    assert review.played(session, first).plays == 2
    assert review.played(session, other).plays == 2
    assert [each.people for each in review.reviewable(session, spring.joined, spring.dana)] == [3]


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_larger_cohort_needs_no_more_statements(
    spring: Cohort, session: Session, engine: sa.Engine
) -> None:
    spring.plays(spring.person("One"))
    with counted(engine) as few:
        everything(spring)
    for name in ("Two", "Three", "Four", "Five"):
        spring.plays(spring.person(name))
        spring.plays(spring.person(f"{name} again"), seat=ONE)
    with counted(engine) as more:
        everything(spring)

    assert len(more) == len(few) > 0
    assert Place.FACILITATOR is spring.joined.role
