"""A plan for a debrief: from what a cohort answered, without names; then as it was changed."""

from collections import Counter
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.errors import Incomplete, StaleMove
from lfp_trainer.services import debrief_plan, review, sharing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.debrief_plan import Block, Line
from lfp_trainer.services.debrief_plan.kept import MOST_BLOCKS
from lfp_trainer.services.debrief_plan.suggest import MINUTES, cards_to_talk_about, largest_splits
from lfp_trainer.services.library import Published
from lfp_trainer.services.review import Played, Scope, Split, Taken
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import DebriefPlan, Rating, Round, Step
from tests import shared
from tests.conftest import NOON
from tests.services.conftest import NewPerson

NAMES = ("Ada Quill", "Ben Quill", "Cleo Quill", "Dov Quill", "Eve Quill", "Finn Quill")


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana")


@pytest.fixture
def cohort(session: Session, published: Published, dana_id: int) -> Joined:
    """Six people who have played by chance and show it."""
    made = shared.make_cohort(session, dana_id)
    shared.let_play(session, made, shared.newcomers(session, *NAMES))
    return made


@pytest.fixture
def scope(session: Session, cohort: Joined, dana_id: int) -> Scope:
    return review.scope_of(session, cohort, shared.SCENARIO, viewer_id=dana_id)


def words(plan: debrief_plan.Plan) -> str:
    return "\n".join(f"{each.title}\n{each.text}" for each in plan.blocks)


def split(scene: str, *plays: int, people: int | None = None) -> Split:
    choices = tuple(Taken(f"{scene}-{n}", each, each, {}, {}, 0) for n, each in enumerate(plays))
    return Split(scene, sum(plays), sum(plays) if people is None else people, choices)


def played(*splits: Split) -> Played:
    return Played(plays=9, people=9, splits=splits, traffic={}, endings={}, going_on=0)


def test_the_decision_that_divides_a_group_most_evenly_comes_first() -> None:
    found = largest_splits(played(split("a", 8, 1), split("b", 3, 3, 3), split("c", 5, 4)))

    assert [each.scene_id for each in found] == ["b", "c", "a"]


def test_an_undivided_decision_or_one_that_few_came_to_is_no_split() -> None:
    found = largest_splits(
        played(split("a", 9), split("b", 1, 1, people=2), split("c", 1, 1, people=2))
    )

    assert found == []


@pytest.mark.parametrize("minutes", MINUTES)
def test_the_parts_of_a_plan_add_up_to_its_minutes_and_none_is_empty(
    session: Session, scope: Scope, minutes: int
) -> None:
    plan = debrief_plan.plan_of(session, scope, minutes=minutes)

    assert plan.minutes == minutes
    assert [each for each in plan.blocks if each.minutes < 1 or not each.lines] == []


def test_a_plan_goes_from_what_happened_over_why_to_what_next(
    session: Session, scope: Scope
) -> None:
    titles = [each.title for each in debrief_plan.plan_of(session, scope).blocks]

    order = ["Arrive", "What happened", "Why", "What next", "Walking out with"]
    places = [next(at for at, title in enumerate(titles) if title.startswith(s)) for s in order]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == len(titles) - 1


def test_the_widest_split_on_the_plan_agrees_with_the_raw_steps(
    session: Session, scope: Scope
) -> None:
    counts: dict[str, Counter[str]] = {}
    rows = session.execute(sa.select(Step.scene_id, Step.choice_id).where(~Step.stand_in))
    for scene_id, choice_id in rows:
        counts.setdefault(scene_id, Counter())[choice_id] += 1
    widest = max(
        # Six play, each once, so that as many people as plays came to it.
        (scene for scene in counts if counts[scene].total() >= 3),
        key=lambda scene: 1 - sum((n / counts[scene].total()) ** 2 for n in counts[scene].values()),
    )
    most = counts[widest].most_common(1)[0][1]

    text = words(debrief_plan.plan_of(session, scope))

    title = scope.script.scenario.scenes[widest].title
    assert f"At “{title}”: {most} of {counts[widest].total()} chose" in text


def test_the_rating_furthest_from_its_reference_is_on_the_plan(
    session: Session, scope: Scope
) -> None:
    rows = session.execute(sa.select(Rating.leader, Rating.strand, Rating.level))
    off: dict[tuple[str, str], list[int]] = {}
    for leader, strand, level in rows:
        number = scope.script.scenario.leaders[leader][strand].number
        if level is not None and number is not None:
            off.setdefault((leader, strand), []).append(level - number)
    most = max(abs(sum(each) / len(each)) for each in off.values())

    first = cards_to_talk_about(review.rated(session, scope, Round.BEFORE))[0]

    assert abs(first.signed or 0) == pytest.approx(most)
    name = scope.script.scenario.cast[first.leader].name
    strand = scope.script.rubric.strands[first.strand].name
    assert f"{name}, {strand}: level" in words(debrief_plan.plan_of(session, scope))


def test_a_plan_names_nobody_and_quotes_nobody(session: Session, scope: Scope) -> None:
    reasons = {
        *session.scalars(sa.select(Step.reason).where(Step.reason != "")),
        *session.scalars(sa.select(Rating.reason).where(Rating.reason != "")),
    }
    assert reasons

    text = words(debrief_plan.plan_of(session, scope))

    assert [each for each in (*NAMES, "Quill", *reasons) if each in text] == []


def test_what_fewer_than_three_people_show_gives_no_numbers(
    session: Session, published: Published, dana_id: int
) -> None:
    cohort = shared.make_cohort(session, dana_id)
    shared.let_play(session, cohort, shared.newcomers(session, "One", "Two"))
    scope = review.scope_of(session, cohort, shared.SCENARIO, viewer_id=dana_id)

    text = words(debrief_plan.plan_of(session, scope))

    assert "Fewer than three" in text
    assert [each for each in text if each.isdigit()] == []


def test_a_private_run_changes_nothing_and_a_withdrawn_one_is_gone_at_once(
    session: Session, cohort: Joined, scope: Scope
) -> None:
    before = words(debrief_plan.plan_of(session, scope))
    (mia,) = shared.newcomers(session, "Mia")
    private = shared.let_play(session, cohort, [mia], shares=lambda person: False, seed=7)

    assert words(debrief_plan.plan_of(session, scope)) == before
    with writing(session):
        sharing.agree(session, private[mia], cohort.id, now=NOON)
    assert "7 of us have shared" in words(debrief_plan.plan_of(session, scope))
    with writing(session):
        sharing.withdraw(session, private[mia])
    assert words(debrief_plan.plan_of(session, scope)) == before


def test_a_minority_is_heard_by_its_response_and_never_asked_who_it_is(
    session: Session, published: Published, dana_id: int
) -> None:
    found = ""
    for seed in range(12):
        cohort = shared.make_cohort(session, dana_id, name=f"{seed}")
        people = shared.newcomers(session, *(f"{seed} {n}" for n in range(8)))
        shared.let_play(session, cohort, people, seed=Random(seed).randrange(999))
        scope = review.scope_of(session, cohort, shared.SCENARIO, viewer_id=dana_id)
        found = words(debrief_plan.plan_of(session, scope))
        if "A voice worth hearing" in found:
            break

    assert "Never ask who did." in found


def test_a_plan_that_is_kept_stays_as_it_was_made(session: Session, scope: Scope) -> None:
    mine = (Block(20, "Begin with the map", (Line("What do you notice?"), Line("And what not?"))),)

    with writing(session):
        debrief_plan.save(session, scope, mine, seen=0, now=NOON)

    plan = debrief_plan.plan_of(session, scope)
    assert (plan.blocks, plan.version, plan.saved_at) == (mine, 1, NOON)
    with pytest.raises(StaleMove), writing(session):
        debrief_plan.forget(session, scope, seen=2)
    with writing(session):
        debrief_plan.forget(session, scope, seen=1)
    assert not debrief_plan.plan_of(session, scope).is_own


def test_a_kept_line_follows_the_answers_and_what_is_taken_back_is_not_on_it_any_more(
    session: Session, cohort: Joined, scope: Scope
) -> None:
    blocks = debrief_plan.plan_of(session, scope).blocks
    worded = Block(5, "Mine", (Line("Six of us?"),))
    with writing(session):
        debrief_plan.save(session, scope, [*blocks, worded], seen=0, now=NOON)
    kept = debrief_plan.plan_of(session, scope)
    assert kept.blocks == (*blocks, worded)
    assert kept.left_out == 0
    assert "6 of us have shared" in words(kept)

    for at, name in enumerate(NAMES, start=1):
        seated = shared.run_of(session, shared.person(session, name))
        with writing(session):
            sharing.withdraw(session, seated)
        if at == 1:
            assert "5 of us have shared" in words(debrief_plan.plan_of(session, scope))
        if at == 4:
            break

    left = debrief_plan.plan_of(session, scope)
    assert left.left_out > 3
    assert "Fewer than three of us" in words(left)
    assert "Mine\nSix of us?" in words(left)
    assert [
        line for block in left.blocks for line in block.lines if " of 6 chose" in line.text
    ] == []


def test_of_two_who_change_a_plan_the_second_is_told(session: Session, scope: Scope) -> None:
    for seen in (0, 1):
        with writing(session):
            debrief_plan.save(session, scope, [Block(1, "First", ())], seen=seen, now=NOON)
        with pytest.raises(StaleMove), writing(session):
            debrief_plan.save(session, scope, [Block(1, "Second", ())], seen=seen, now=NOON)

    assert debrief_plan.plan_of(session, scope).blocks == (Block(1, "First", ()),)


@pytest.mark.parametrize("count", [0, MOST_BLOCKS + 1])
def test_an_empty_plan_or_one_of_too_many_parts_is_refused(
    session: Session, scope: Scope, count: int
) -> None:
    with pytest.raises(Incomplete), writing(session):
        debrief_plan.save(session, scope, [Block(1, "x", ())] * count, seen=0, now=NOON)

    assert session.scalar(sa.select(sa.func.count()).select_from(DebriefPlan)) == 0


def test_a_plan_has_no_part_that_says_nothing(
    session: Session, published: Published, dana_id: int
) -> None:
    cohort = shared.make_cohort(session, dana_id)
    shared.let_play(session, cohort, shared.newcomers(session, "One", "Two"))
    scope = review.scope_of(session, cohort, shared.SCENARIO, viewer_id=dana_id)

    titles = [each.title for each in debrief_plan.plan_of(session, scope).blocks]

    assert titles == ["Arrive", "What next", "Walking out with"]


def test_a_part_that_has_nothing_left_to_say_is_not_on_a_kept_plan(
    session: Session, scope: Scope
) -> None:
    blocks = debrief_plan.plan_of(session, scope).blocks
    counted = [
        Block(each.minutes, each.title, tuple(line for line in each.lines if line.follows))
        for each in blocks
    ]
    with writing(session):
        debrief_plan.save(session, scope, counted, seen=0, now=NOON)
    before = debrief_plan.plan_of(session, scope)

    for name in NAMES[:5]:
        with writing(session):
            sharing.withdraw(session, shared.run_of(session, shared.person(session, name)))

    after = debrief_plan.plan_of(session, scope)
    assert len(after.blocks) < len([each for each in before.blocks if each.lines])
    assert [each.title for each in after.blocks if each.text] == ["Arrive"]
