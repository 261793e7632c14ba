"""A calibration profile: what each figure says, what it needs first, and where it points."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfp_trainer.engine.calibration import (
    Agreement,
    Contrast,
    Fact,
    Half,
    Halo,
    InBand,
    Kappa,
    Leaning,
    Miss,
    Missing,
    Parts,
    Silence,
    Spread,
    Trend,
    Use,
    Wanted,
    Way,
    fact,
)
from lfp_trainer.engine.calibration.parts import by_levels, by_share
from lfp_trainer.engine.calibration.profile import WINDOW, profile
from lfp_trainer.engine.calibration.trend import SITTINGS
from lfp_trainer.engine.exercise.report import Lean
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import Rating, Rubric
from tests import scenarios
from tests.conftest import NOON
from tests.exercises import reference, rubrics

SMALL = rubrics()["small"]
"""Two strands of five levels, for partners and principals."""


def rated(
    own: int | None,
    level: int | None,
    *,
    strand: str = "motivate",
    role: str = "partner",
    sitting: int = 1,
    subject: str = "ana",
    in_band: bool | None = None,
    crossed: tuple[int, ...] | None = None,
    hours: float = 0,
) -> Fact:
    """Make a fact; where nothing else is said, the reference accepts its own level alone."""
    accepted = own == level if in_band is None else in_band
    lines: Sequence[int] = ()
    if not accepted and own is not None and level is not None:
        lines = range(min(own, level), max(own, level))
    return Fact(
        sitting=f"run {sitting}",
        subject=subject,
        strand=strand,
        role=role,
        own=own,
        level=level,
        in_band=accepted,
        crossed=tuple(lines) if crossed is None else crossed,
        mark_agrees=True,
        at=NOON + timedelta(days=sitting, hours=hours),
    )


def told(*facts: Fact, rubric: Rubric = SMALL) -> Iterator[object]:
    """Return every figure of a profile."""
    it = profile(rubric, facts)
    yield from (it.in_band, it.trend, it.leaning, it.strands, it.agreement)
    yield from (it.roles, it.halo, it.silence, it.spread, it.kappa)


def test_nothing_is_told_of_nothing_and_each_figure_says_how_much_it_needs() -> None:
    assert list(told()) == [
        Missing(5, Wanted.RATINGS),
        Missing(3, Wanted.SITTINGS),
        Missing(5, Wanted.LEVELS),
        Missing(10, Wanted.RATINGS),
        Missing(5, Wanted.LEVELS),
        Missing(10, Wanted.LEVELS),
        Missing(3, Wanted.LEADERS),
        Missing(3, Wanted.SILENT),
        Missing(10, Wanted.LEVELS),
        Missing(10, Wanted.LEVELS),
    ]


def test_a_rating_is_held_beside_its_reference() -> None:
    ours = Reference.model_validate_json(json.dumps(reference(2, band=[1, 2], flag="against")))

    found = fact(
        Rating(1), ours, sitting="run 1", subject="ana", strand="motivate", role=None, at=NOON
    )

    assert (found.own, found.level, found.in_band, found.mark_agrees) == (1, 2, True, False)
    assert (found.signed, found.cell) == (-1, ("motivate", 2))


def test_a_fifth_rating_brings_the_share_in_band_and_what_was_missed_most() -> None:
    four = [rated(2, 1), rated(3, 1), rated(2, 2), rated(5, 4)]

    assert profile(SMALL, four).in_band == Missing(1, Wanted.RATINGS)
    assert profile(SMALL, [*four, rated(1, 1)]).in_band == InBand(
        rated=5, hits=2, marked_otherwise=0, miss=Miss(("motivate", 1), 2, 3)
    )


def test_where_everything_is_in_band_nothing_was_missed() -> None:
    assert profile(SMALL, [rated(2, 2)] * 5).in_band == InBand(5, 5, 0, None)


@pytest.mark.parametrize(
    ("own", "lean", "ways", "missed"),
    [
        ((2, 2, 3, 4, 4), Lean.LENIENT, (5, 0), Miss(("motivate", 1), 2, 2)),
        ((1, 1, 2, 2, 2), Lean.SEVERE, (0, 2), Miss(("motivate", 3), 2, 2)),
        ((2, 1, 2, 2, 3), Lean.EVEN, (1, 1), None),
        ((2, 1, 2, 3, 3), Lean.EVEN, (1, 0), None),
        ((1, 1, 2, 3, 3), Lean.EVEN, (0, 0), None),
    ],
)
def test_a_lean_points_to_where_it_happens(
    own: tuple[int, ...], lean: Lean, ways: tuple[int, int], missed: Miss | None
) -> None:
    facts = [rated(*each) for each in zip(own, (1, 1, 2, 3, 3), strict=True)]

    found = profile(SMALL, facts).leaning

    assert isinstance(found, Leaning)
    assert (found.lean, found.miss) == (lean, missed)
    assert (found.above, found.below) == ways


def test_not_enough_evidence_is_no_level_and_counts_in_the_band_alone() -> None:
    facts = [rated(None, None)] * 5 + [rated(None, 2, in_band=True), rated(3, None)]

    found = profile(SMALL, facts)

    assert found.in_band == InBand(7, 6, 0, Miss(("motivate", None), 1, 6))
    assert found.leaning == Missing(5, Wanted.LEVELS)
    assert found.agreement == Missing(5, Wanted.LEVELS)


def test_agreement_is_drawn_by_distance_and_names_the_levels_that_are_mixed_up() -> None:
    facts = [rated(1, 1), rated(2, 1), rated(3, 2), rated(3, 1), rated(4, 4)]

    assert profile(SMALL, facts).agreement == Agreement(
        pairs=5,
        exact=0.4,
        adjacent=0.8,
        apart=((0, 2), (1, 2), (2, 1)),
        mixed_up=("motivate", 1),
    )


def test_levels_that_the_reference_accepts_are_not_mixed_up() -> None:
    ours = Reference.model_validate_json(json.dumps(reference(1, band=[1, 2])))

    def held(own: int) -> Fact:
        return fact(
            Rating(own), ours, sitting="run 1", subject="ana", strand="motivate", role=None, at=NOON
        )

    within = profile(SMALL, [held(2)] * 5).agreement
    outside = profile(SMALL, [held(2)] * 5 + [held(3)] * 2).agreement

    assert isinstance(within, Agreement)
    assert isinstance(outside, Agreement)
    assert (within.mixed_up, outside.mixed_up) == (None, ("motivate", 2))


def test_kappa_waits_for_the_tenth_pair_of_levels() -> None:
    nine = [rated(own, own) for own in (1, 2, 3, 4, 5, 1, 2, 3)] + [rated(3, 1)]
    with_silence = [*nine, rated(None, None)]

    assert profile(SMALL, with_silence).kappa == Missing(1, Wanted.LEVELS)
    found = profile(SMALL, [*with_silence, rated(1, 1)]).kappa
    assert isinstance(found, Kappa)
    assert found.pairs == 10
    assert found.value is not None
    assert 0.8 < found.value < 1
    assert found.miss == Miss(("motivate", 1), 1, 4)


def test_kappa_of_one_level_on_both_sides_is_undefined() -> None:
    assert profile(SMALL, [rated(1, 1)] * 12).kappa == Kappa(12, None, None)


@pytest.mark.parametrize(
    ("own", "use", "missed"),
    [
        ((3, 3, 3, 3, 3), Use.NARROWER, Miss(("motivate", 1), 2, 2)),
        ((1, 2, 3, 4, 5), Use.ALIKE, None),
    ],
)
def test_spread_says_how_much_of_the_ladder_is_used(
    own: tuple[int, ...], use: Use, missed: Miss | None
) -> None:
    facts = [rated(*each) for each in zip(own * 2, (1, 2, 3, 4, 5) * 2, strict=True)]

    found = profile(SMALL, facts).spread

    assert isinstance(found, Spread)
    assert found.own == tuple(2 * own.count(level) for level in range(1, 6))
    assert found.reference == (2, 2, 2, 2, 2)
    assert (found.use, found.miss) == (use, missed)


def test_a_wider_spread_points_to_where_the_level_that_is_given_too_often_comes_from() -> None:
    facts = [rated(*each) for each in [(5, 3)] * 4 + [(1, 2)] * 3 + [(3, 3)] * 2 + [(2, 2)]]

    found = profile(SMALL, facts).spread

    assert isinstance(found, Spread)
    assert (found.use, found.miss) == (Use.WIDER, Miss(("motivate", 3), 4, 6))


@pytest.mark.parametrize(
    ("others", "often", "rarely"),
    [(0, (), ()), (5, (), ()), (6, (2,), (1,)), (14, (2,), (1,))],
)
def test_a_level_is_used_too_often_or_too_rarely_from_a_tenth_of_the_ratings_on(
    others: int, often: tuple[int, ...], rarely: tuple[int, ...]
) -> None:
    """The reference gives level 1 to 24 of 60, and 2 and 3 to 18 of them each."""
    facts = [rated(1 if n >= others else 2, 1) for n in range(24)]
    facts += [rated(level, level) for level in (2, 3) for _ in range(18)]

    found = profile(SMALL, facts).spread

    assert isinstance(found, Spread)
    assert found.use is Use.ALIKE
    assert (found.often, found.rarely) == (often, rarely)
    assert found.own[:2] == (24 - others, 18 + others)
    assert found.miss == (Miss(("motivate", 1), others, 24) if rarely else None)


def test_a_level_that_many_others_lost_a_little_to_is_used_too_often() -> None:
    """Thirteen more of level 3 among 93, three or four from each other one."""
    facts = [rated(level, level) for level in (1, 2, 4, 5) for _ in range(20)]
    facts += [
        rated(3, level) for level, times in ((1, 3), (2, 3), (4, 3), (5, 4)) for _ in range(times)
    ]

    found = profile(SMALL, facts).spread

    assert isinstance(found, Spread)
    assert (found.often, found.rarely) == ((3,), ())
    assert found.miss == Miss(("motivate", 5), 4, 24)


def leader(sitting: int, own: tuple[int, int], levels: tuple[int, int]) -> list[Fact]:
    strands = zip(SMALL.strands, own, levels, strict=True)
    return [rated(mine, level, strand=id, sitting=sitting) for id, mine, level in strands]


def test_a_halo_is_one_level_for_all_where_the_reference_tells_strands_apart() -> None:
    apart = leader(1, (2, 2), (1, 3)) + leader(2, (2, 3), (2, 4))
    alike = leader(3, (2, 2), (2, 2))

    assert profile(SMALL, apart + alike).halo == Missing(1, Wanted.LEADERS)
    assert profile(SMALL, apart + alike + leader(4, (4, 4), (4, 5))).halo == Halo(3, 2)


def test_the_same_leader_in_another_sitting_is_another_occasion() -> None:
    facts = [each for sitting in range(1, 4) for each in leader(sitting, (2, 2), (1, 3))]

    assert profile(SMALL, facts).halo == Halo(3, 3)


def test_too_little_for_a_level_on_every_strand_is_no_level_for_everything() -> None:
    facts = [each for at in range(1, 4) for each in leader(at, (2, 2), (1, 3))]
    silent = [replace(each, own=None) if each.sitting == "run 3" else each for each in facts]

    assert profile(SMALL, silent).halo == Halo(3, 2)


def test_of_a_leader_of_whom_a_part_is_too_old_nothing_is_said_of_one_level() -> None:
    facts = [each for at in range(1, 53) for each in leader(at, (2, 2), (1, 3))]

    assert profile(SMALL, facts).halo == Halo(50, 50)
    assert profile(SMALL, facts[:-1]).halo == Halo(49, 49)


def test_a_rubric_of_one_strand_has_no_halo_and_no_weakest_strand() -> None:
    one = rubrics()["small"].model_copy(update={"strands": {"motivate": SMALL.strands["motivate"]}})

    found = profile(one, [rated(1, 2)] * 12)

    assert (found.halo, found.strands) == (None, None)


def test_roles_are_held_beside_each_other_once_there_are_enough_of_two() -> None:
    partner = [rated(3, 1)] * 5
    four = [rated(2, 2, role="principal")] * 4

    assert profile(SMALL, partner + four).roles == Missing(1, Wanted.LEVELS, "principal")
    found = profile(SMALL, [*partner, *four, rated(1, 1, role="principal")]).roles
    assert isinstance(found, Parts)
    assert [(each.name, each.hits, each.rated, each.signed) for each in found.parts] == [
        ("principal", 5, 5, 0.0),
        ("partner", 0, 5, 2.0),
    ]
    assert found.share == Contrast("partner", "principal", -1.0)
    assert found.levels == Contrast("principal", "partner", -2.0)
    assert (found.focus, found.miss) == ("partner", Miss(("motivate", 1), 5, 5))


def test_roles_that_are_leaned_on_differently_differ_though_all_of_it_is_in_band() -> None:
    facts = [rated(1, 2, in_band=True)] * 6 + [rated(4, 3, role="principal", in_band=True)] * 6

    found = profile(SMALL, facts).roles

    assert isinstance(found, Parts)
    assert (found.share, found.levels) == (None, Contrast("partner", "principal", -2.0))
    assert (found.focus, found.miss) == ("principal", Miss(("motivate", 3), 6, 6))
    assert by_levels(found.parts, "principal") == Contrast("principal", "partner", 2.0)
    assert by_levels(found.parts, "coach") == found.levels


def test_the_own_role_is_held_beside_the_one_that_differs_most_from_it() -> None:
    def share(hits: int, role: str) -> list[Fact]:
        return [rated(1 if n < hits else 2, 1, role=role) for n in range(20)]

    three = SMALL.model_copy(update={"roles": {"one": "One", "two": "Two", "three": "Three"}})
    found = profile(three, share(2, "one") + share(10, "two") + share(14, "three")).roles

    assert isinstance(found, Parts)
    assert found.share is not None
    assert (found.share.first, found.share.second) == ("one", "three")
    own = by_share(found.parts, "two")
    assert own is not None
    assert (own.first, own.second, round(own.by, 2)) == ("two", "one", 0.4)


@pytest.mark.parametrize(("hits", "named"), [(12, True), (13, True), (14, False), (15, False)])
def test_a_difference_of_less_than_a_tenth_is_not_worth_naming(hits: int, named: bool) -> None:
    """The first strand is in band in 15 of 20; 13 of 20 are just a tenth less."""
    facts = [rated(1, 1, in_band=n < 15) for n in range(20)]
    facts += [rated(1, 1, strand="results", in_band=n < hits) for n in range(20)]

    found = profile(SMALL, facts).strands

    assert isinstance(found, Parts)
    assert (found.share is not None, found.levels) == (named, None)
    assert found.focus == ("results" if named else None)


def test_the_weakest_strand_is_the_one_with_the_smallest_share_in_band() -> None:
    facts = [rated(1, 1)] * 5 + [rated(1, 2, strand="results")] * 5

    found = profile(SMALL, facts).strands

    assert isinstance(found, Parts)
    assert found.share == Contrast("results", "motivate", -1.0)
    assert (found.focus, found.miss) == ("results", Miss(("results", 2), 5, 5))


def test_of_strands_that_are_alike_none_is_the_weakest() -> None:
    facts = [rated(1, 1)] * 5 + [rated(2, 2, strand="results")] * 5

    found = profile(SMALL, facts).strands

    assert isinstance(found, Parts)
    assert (found.share, found.levels, found.focus, found.miss) == (None, None, None, None)


def test_silence_is_told_apart_from_levels() -> None:
    silent = [rated(None, None), rated(None, None), rated(2, None)]

    assert profile(SMALL, silent[1:]).silence == Missing(1, Wanted.SILENT)
    assert profile(SMALL, silent).silence == Silence(3, 2, 0, 0, Miss(("motivate", None), 1, 3))
    heard = [rated(None, None)] * 3 + [rated(None, 2)]
    assert profile(SMALL, heard).silence == Silence(3, 3, 0, 1, Miss(("motivate", 2), 1, 1))


def test_a_level_that_is_accepted_where_the_text_is_silent_is_no_miss() -> None:
    facts = [rated(None, None), rated(1, None, in_band=True), rated(2, None, in_band=True)]

    accepted = profile(SMALL, facts).silence
    missed = profile(SMALL, [*facts, rated(4, None)]).silence

    assert accepted == Silence(3, 1, 2, 0, None)
    assert missed == Silence(4, 1, 2, 0, Miss(("motivate", None), 1, 4))
    assert (accepted.missed, missed.missed) == (0, 1)


def sittings(*hits: int, of: int = 4) -> list[Fact]:
    return [
        rated(1 if number < right else 3, 1, sitting=at)
        for at, right in enumerate(hits, start=1)
        for number in range(of)
    ]


@pytest.mark.parametrize(
    ("hits", "of", "compared", "way"),
    [
        ((0, 2, 4), 4, 1, Way.RISING),
        ((4, 1, 1, 0), 4, 2, Way.FALLING),
        ((2, 4, 0, 2, 1, 3), 4, 3, Way.STEADY),
        # From three in four to one in four is little among eight ratings and much among eighty.
        ((3, 4, 1), 4, 1, Way.STEADY),
        ((30, 30, 10), 40, 1, Way.FALLING),
        # 65 % to 55 % of forty ratings is within what chance does, and a rise to 70 % too.
        ((13, 13, 0, 11, 11), 20, 2, Way.STEADY),
        ((11, 11, 14, 14), 20, 2, Way.STEADY),
        ((11, 11, 16, 16), 20, 2, Way.RISING),
    ],
)
def test_a_trend_compares_the_first_sittings_with_as_many_of_the_last(
    hits: tuple[int, ...], of: int, compared: int, way: Way
) -> None:
    found = profile(SMALL, sittings(*hits, of=of)).trend

    assert isinstance(found, Trend)
    assert (found.way, found.compared) == (way, compared)
    assert found.before == Half(sum(hits[:compared]), of * compared)
    assert found.after == Half(sum(hits[-compared:]), of * compared)
    assert [each.hits for each in found.parts] == list(hits)


def test_a_sitting_of_few_ratings_is_no_point_of_a_trend() -> None:
    short = [rated(1, 1, sitting=9)] * 3

    assert profile(SMALL, sittings(1, 2) + short).trend == Missing(1, Wanted.SITTINGS)


def test_only_the_latest_ratings_and_sittings_count() -> None:
    old = sittings(*[0] * 40)
    new = sittings(*[4] * 25)
    later = [rated(each.own, each.level, sitting=100 + n // 4) for n, each in enumerate(new)]

    found = profile(SMALL, later + old)

    assert found.rated == WINDOW == 100
    assert found.in_band == InBand(100, 100, 0, None)
    assert isinstance(found.trend, Trend)
    assert len(found.trend.parts) == SITTINGS
    assert found.since == later[0].at


levels = st.one_of(st.none(), st.integers(1, 4))
facts = st.lists(
    st.builds(
        rated,
        levels,
        levels,
        strand=st.sampled_from(("left", "middle", "right")),
        role=st.sampled_from(("partner", "principal", "")),
        sitting=st.integers(1, 6),
        subject=st.sampled_from(("ana", "ben")),
        in_band=st.booleans(),
    ),
    max_size=60,
)
FOUR = Rubric.model_validate_json(
    json.dumps(scenarios.rubric(("left", "middle", "right"), levels=4))
)


@given(facts)
def test_whatever_was_rated_every_figure_is_told_or_says_what_it_needs(given: list[Fact]) -> None:
    """On a rubric of three strands and four levels, so that nothing knows of two and five."""
    for figure in told(*given, rubric=FOUR):
        assert figure is not None
        assert not isinstance(figure, Missing) or figure.more > 0
    reached = profile(FOUR, given)
    for part in (reached.in_band, reached.leaning, reached.kappa, reached.silence):
        if not isinstance(part, Missing) and part.miss is not None:
            assert 0 < part.miss.times <= part.miss.of
            assert any(each.cell == part.miss.cell for each in given)
