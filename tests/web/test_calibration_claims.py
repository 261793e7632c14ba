"""Whatever somebody rated, each sentence of a profile follows from it: held to the ratings."""

import html
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from random import Random

import pytest
from flask import Flask, render_template

from lfp_trainer import config
from lfp_trainer.engine.calibration import Fact, fact
from lfp_trainer.engine.calibration.profile import profile
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.rubric import NE, Band, LevelOrNE, Rating, level_name
from lfp_trainer.services import exercise_shelf
from lfp_trainer.services.calibration import Reading, Sitting, key_of
from lfp_trainer.storage.models import WorkPosition
from lfp_trainer.web.calibration import FIGURES, told_of
from tests.conftest import NOON

EXERCISE = exercise_shelf.on_shelf(config.SCENARIOS)["anchor-vignettes"]
RUBRIC = EXERCISE.rubrics["impact-and-influence"]
STRANDS = {f"“{strand.name}”": id for id, strand in RUBRIC.strands.items()}
ROLES = {f"the role “{name}”": id for id, name in RUBRIC.roles.items()}
CELLS = {
    f"{level_name(RUBRIC, strand, level)} on {said}": (strand, level)
    for said, strand in STRANDS.items()
    for level in (None, *range(1, RUBRIC.highest(strand) + 1))
}
MANY = 40


def some_facts(dice: Random) -> list[Fact]:
    """Rate some sittings with a habit: near the reference or not, lenient here or severe there."""
    drift = {role: dice.choice((-1, 0, 0, 0, 1)) for role in RUBRIC.roles}
    near, hears = dice.random(), dice.random()
    found = []
    for sitting in range(dice.choice((1, 2, 3, 5, 7, 12, 16))):
        for person in range(dice.choice((1, 3, 4))):
            role = dice.choice((*RUBRIC.roles, None))
            for strand in RUBRIC.strands:
                ours = some_reference(dice)
                level = ours.level if isinstance(ours.level, int) else dice.choice((1, 2, 3))
                own: int | None = level + drift.get(role or "", 0)
                if dice.random() > near:
                    own = dice.choice((1, 2, 2, 3, 3, 4, 5, None))
                elif ours.level == NE and dice.random() < hears:
                    own = None
                own = None if own is None else min(5, max(1, own))
                each = fact(
                    Rating(own), ours, sitting=f"set {sitting}", subject=f"{person}",
                    strand=strand, role=role, at=NOON + timedelta(days=sitting, hours=person),
                )  # fmt: skip
                found.append(each)
    return found


def some_reference(dice: Random) -> Reference:
    level: LevelOrNE = dice.choice((1, 1, 2, 3, 4, 5, NE))
    low, high = level, level
    if level == NE:
        high = dice.choice((NE, 1, 2))
    elif isinstance(level, int):
        low, high = max(1, level - dice.choice((0, 0, 1))), min(5, level + dice.choice((0, 0, 1)))
        low = NE if level == 1 and dice.random() < 0.2 else low
    return Reference(level=level, band=Band((low, high)), confidence="high", why="It is there.")


def said_of(app: Flask, facts: list[Fact]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return what each figure says, its drawing and its table left out: what is, what to do."""
    sittings = {each.sitting: Sitting("", set_number=1) for each in facts}
    reading = Reading(key_of(RUBRIC), RUBRIC, profile(RUBRIC, facts), sittings)
    is_said, to_do = {}, {}
    with app.test_request_context():
        told = told_of(reading, [], WorkPosition.HIGH)
        for name in told["figures"]:
            page = render_template(f"calibration/_{name}.html", titles=FIGURES, **without(told))
            page = re.sub(r"<(details|svg|h2).*?</\1>", "", page, flags=re.DOTALL)
            blocks = re.findall(r"<(?:p|li)\b[^>]*>(.*?)</(?:p|li)>", page, flags=re.DOTALL)
            texts = [
                " ".join(html.unescape(re.sub("<[^>]+>", " ", each)).split()) for each in blocks
            ]
            *is_said[name], last = [re.sub(r" ([.,:;])", r"\1", each) for each in texts]
            to_do[name] = last.removeprefix("Try next: ")
    return is_said, to_do


def without(told: dict[str, object]) -> dict[str, object]:
    return {name: each for name, each in told.items() if name != "titles"}


def numbers(pattern: str, text: str) -> list[int]:
    """Return the numbers of a sentence that is nothing but what the pattern says."""
    found = re.fullmatch(pattern, text)
    assert found, f"{text!r} is not {pattern!r}"
    return [int(each) for each in found.groups()]


def word(number: int) -> str:
    return [
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ][number]


def times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def levels(size: Fraction) -> str:
    said = f"{float(abs(size)):.2f}".rstrip("0").rstrip(".")
    return f"{said} level" if said == "1" else f"{said} levels"


def percent(share: Fraction) -> str:
    return f"{round(float(share) * 100):d}%"


def share_of(facts: list[Fact]) -> Fraction:
    return Fraction(sum(each.in_band for each in facts), len(facts))


def mean_of(facts: list[Fact]) -> Fraction | None:
    signed = [each.own - each.level for each in facts if each.own and each.level]
    return Fraction(sum(signed), len(signed)) if len(signed) >= 5 else None


def lean_of(mean: Fraction | None) -> str:
    if mean is None:
        return "Too few levels to tell which way it leans"
    if not mean:
        return "Neither above nor below the reference on average"
    where = "above" if mean > 0 else "below"
    little = ": too little to call a lean" if abs(mean) < Fraction(1, 4) else ""
    return f"{levels(mean)} {where} the reference on average{little}"


def check_in_band(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    hits = sum(each.in_band for each in facts)
    assert text == f"{hits} of {len(facts)} ratings lie in the band that the reference accepts."


def check_leaning(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    signed = [each.own - each.level for each in facts if each.own and each.level]
    mean, above, below = mean_of(facts), sum(x > 0 for x in signed), sum(x < 0 for x in signed)
    assert mean is not None
    name = "Neither way"
    if abs(mean) >= Fraction(1, 4):
        name = "Lenient" if mean > 0 else "Severe"
    if not above and not below:
        what = "every level is the very same as the reference’s."
    else:
        what = f"your levels are {lean_of(mean)}."
        if not mean:
            assert above
            assert below
            what = "what you rated higher than the reference and what you rated lower balance out."
        what += f" You went above it {times(above)} and below it {times(below)}."
    end = f"That is from {len(signed)} ratings with a level on both sides."
    assert text == f"{name}: {what} {end}"


def check_agreement(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    pairs = [(each.own, each.level) for each in facts if each.own and each.level]
    same = Fraction(sum(own == level for own, level in pairs), len(pairs))
    near = Fraction(sum(abs(own - level) <= 1 for own, level in pairs), len(pairs))
    assert text.startswith(
        f"The very same level {percent(same)} of the time, and one level apart at most"
        f" {percent(near)}. Look at the first: on a short ladder"
    )


def check_parts(
    said: list[str], facts: list[Fact], names: dict[str, str],
    name_of: Callable[[Fact], str | None], on: str,
    counted: Callable[[Fact], bool], own: str | None,
) -> None:  # fmt: skip
    *rows, text = said
    groups = {name: [each for each in facts if name_of(each) == name] for name in names.values()}
    groups = {name: of for name, of in groups.items() if sum(map(counted, of)) >= 5}
    assert len(rows) == len(groups) == 2
    for row, of in zip(rows, groups.values(), strict=True):
        assert f"{sum(each.in_band for each in of)} of {len(of)} in band" in row
        assert row.endswith(f"{lean_of(mean_of(of))}.")
    spoken = {id: said + (" (your own)" if id == own else "") for said, id in names.items()}
    first, second = groups
    if own == second:
        first, second = second, first
    wanted = []
    shares = {name: share_of(of) for name, of in groups.items()}
    if own is None and shares[second] < shares[first]:
        first, second = second, first
    gap = shares[first] - shares[second]
    if abs(gap) >= Fraction(1, 10):
        more = "often" if gap > 0 else "rarely"
        wanted.append(
            f"{on} {spoken[first]} you are in the band more {more} than {on.lower()}"
            f" {spoken[second]}: {percent(shares[first])} against {percent(shares[second])}."
        )
    means = {name: mean_of(of) for name, of in groups.items()}
    one, two = means[first], means[second]
    if one is not None and two is not None and abs(one - two) >= Fraction(1, 4):
        if own is None and two < one:
            first, second, one, two = second, first, two, one
        wanted.append(
            f"You rate {spoken[first]} {levels(one - two)} {'higher' if one > two else 'lower'}"
            f" than {spoken[second]}, beside the reference."
        )
    assert text == " ".join(wanted or ["No difference worth naming."])


def check_strands(said: list[str], facts: list[Fact]) -> None:
    check_parts(said, facts, STRANDS, lambda each: each.strand, "On", lambda _: True, None)


def check_roles(said: list[str], facts: list[Fact]) -> None:
    def counted(each: Fact) -> bool:
        return each.signed is not None

    check_parts(said, facts, ROLES, lambda each: each.role, "With", counted, "principal")


def check_halo(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    people: dict[tuple[str, str], list[Fact]] = {}
    for each in facts:
        people.setdefault((each.sitting, each.subject), []).append(each)
    apart = [of for of in people.values() if len(of) == 2 and of[0].level != of[1].level]
    covered = sum(of[0].own == of[1].own is not None for of in apart)
    assert text.startswith(
        f"Of {len(apart)} people whom the reference rates differently from strand to strand,"
        f" you gave {covered or 'none'} one level for everything."
    )
    assert text.endswith("colored it.") is bool(covered)


def check_silence(said: list[str], facts: list[Fact]) -> None:
    first, seen, accepted, missed, *more = said
    silent = [each for each in facts if each.level is None]
    (of,) = numbers(r"In (\d+) of your ratings the reference finds too little in.*there:", first)
    given = [each for each in silent if each.own is not None]
    counts = [
        numbers(r"said so: (\d+)", seen)[0],
        numbers(r"gave a level that is accepted too: (\d+)", accepted)[0],
        numbers(r"gave a level that is not: (\d+)", missed)[0],
    ]
    taken = sum(each.in_band for each in given)
    assert counts == [len(silent) - len(given), taken, len(given) - taken]
    assert of == len(silent) == sum(counts)
    claimed = sum(each.own is None and not each.in_band for each in facts)
    how = "Once" if claimed == 1 else f"{claimed} times"
    assert more == (
        [f"{how} you chose NE where the reference accepts only levels."] * bool(claimed)
    )


def check_spread(said: list[str], facts: list[Fact]) -> None:
    text = said[-1]
    pairs = [(each.own, each.level) for each in facts if each.own and each.level]
    own, its = Counter(own for own, _ in pairs), Counter(level for _, level in pairs)

    def named(way: int) -> list[int]:
        return [x for x in range(1, 6) if way * (own[x] - its[x]) * 10 >= len(pairs)]

    for how, way in (("often", 1), ("rarely", -1)):
        found = re.search(rf"more {how} (.*?)\.(?: |$)", text)
        told = re.findall(
            r"level (\d) \((\d+) of your ratings, (\d+) of its\)", found[1] if found else ""
        )
        assert [[int(x) for x in each] for each in told] == [
            [x, own[x], its[x]] for x in named(way)
        ]
    alike = "You use each level much as often as the reference does for the same people."
    assert (alike in text) <= (not named(1) and not named(-1))
    assert "closer together" not in text or deviation(own) < 0.75 * deviation(its)
    assert "further apart" not in text or deviation(own) > 1.33 * deviation(its)
    assert text


def deviation(used: Counter[int]) -> float:
    count = used.total()
    mean = sum(x * n for x, n in used.items()) / count
    return sqrt(sum(n * (x - mean) ** 2 for x, n in used.items()) / count)


def check_kappa(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    pairs = [(each.own, each.level) for each in facts if each.own and each.level]
    chance = sum((one - two) ** 2 for one, _ in pairs for _, two in pairs) / len(pairs)
    if not chance:
        assert text.startswith("– You and the reference used one and the same level only")
        return
    value = 1 - sum((one - two) ** 2 for one, two in pairs) / chance
    found = re.match(r"Weighted kappa is (−?\d\.\d\d) over (\d+) ratings", text)
    assert found
    assert float(found[1].replace("−", "-")) == pytest.approx(value, abs=0.0051)
    assert int(found[2]) == len(pairs)


def check_trend(said: list[str], facts: list[Fact]) -> None:
    (text,) = said
    by_sitting: dict[str, list[Fact]] = {}
    for each in facts:
        by_sitting.setdefault(each.sitting, []).append(each)
    told = [of for of in by_sitting.values() if len(of) >= 4][-12:]
    half = len(told) // 2
    before = [each for of in told[:half] for each in of]
    after = [each for of in told[-half:] for each in of]
    one, two = share_of(before), share_of(after)
    many = f" {word(half)}" if half > 1 else ""
    hits = [sum(each.in_band for each in of) for of in (before, after)]
    start = (
        f"Your latest {word(len(told))} sittings of four ratings or more: {percent(one)} in band in"
        f" the first{many} ({hits[0]} of {len(before)} ratings), {percent(two)} in the last{many}"
        f" ({hits[1]} of {len(after)}). "
    )
    assert text.startswith(start)
    both = float(share_of(before + after))
    error = sqrt(both * (1 - both) * (1 / len(before) + 1 / len(after)))
    clear = abs(float(two - one)) > 2 * error + 1e-9
    rest = text.removeprefix(start)
    assert rest.startswith("That is a rise. It may") == (clear and two > one)
    assert rest.startswith("That is a fall. It may") == (clear and two < one)
    assert rest.startswith("That is the same share.") == (one == two)
    assert ("no rise and no fall" in rest) == (not clear and one != two)


# Each figure has one, or this fails.
CHECKS = {name: globals()[f"check_{name}"] for name in FIGURES}


def check_advice(name: str, text: str, facts: list[Fact]) -> None:
    """Every number of a piece of advice is of the level it names, and "nothing" is nothing."""
    for said, times_, of in re.findall(
        r"(?:of|above|below) (\d \w[^“”:]* on “[^”]+”).*?(\d+) of (\d+) times", text
    ):
        strand, level = CELLS[said]
        here = [each for each in facts if (each.strand, each.level) == (strand, level)]
        assert int(times_) <= int(of) <= len(here), (name, text)
    pairs = [each for each in facts if each.signed is not None]
    nothing = {
        "Nothing lies outside the band": all(each.in_band for each in facts),
        "No two levels are mixed up": not any(each.crossed for each in pairs),
        "Every level is the reference’s own": all(not each.signed for each in pairs),
        "There is no distance left": all(not each.signed for each in pairs),
        "Of this nothing lies outside": all(
            each.in_band for each in facts if None in (each.level, each.own)
        ),
        "There is no lean": abs(mean_of(pairs) or Fraction(0)) < Fraction(1, 4),
    }
    for start, holds in nothing.items():
        assert not text.startswith(start) or holds, (name, text)
    if found := re.match(r"Nowhere is more of it lost than at (.*?): look at", text):
        lost: Counter[tuple[str, int | None]] = Counter()
        for each in pairs:
            lost[each.cell] += (each.signed or 0) ** 2
        assert 0 < lost[CELLS[found[1]]] == max(lost.values())
    assert not re.search("unfinished|not finished|closer|balance", text)
    if name == "trend":
        check_latest(text, facts)


def check_latest(text: str, facts: list[Fact]) -> None:
    """The latest sitting alone is what the advice on a trend speaks of."""
    rated = Counter(each.sitting for each in facts)
    last = [each.sitting for each in facts if rated[each.sitting] >= 4][-1]
    latest = [each for each in facts if each.sitting == last]
    missed = Counter(each.cell for each in latest if not each.in_band)
    nothing = text.startswith("Nothing was outside the band in the latest of these")
    assert nothing is (not missed)
    for said, times_ in re.findall(
        r"go back to the example of (.*?), which you missed (\d+) of", text
    ):
        assert missed[CELLS[said]] == int(times_) == max(missed.values())


def test_every_sentence_of_a_profile_follows_from_the_ratings(app: Flask) -> None:
    dice = Random(20261128)
    seen: Counter[str] = Counter()
    for _ in range(MANY):
        facts = some_facts(dice)
        said, to_do = said_of(app, facts)
        for name, texts in said.items():
            seen[name] += 1
            looked_at = facts if name == "trend" else facts[-100:]
            if name == "halo":
                looked_at = whole(facts)
            CHECKS[name](texts, looked_at)
            check_advice(name, to_do[name], looked_at)

    assert min(seen[name] for name in FIGURES) > MANY // 4


def whole(facts: list[Fact]) -> list[Fact]:
    """Return the latest ratings, of people of whom none is older."""
    old = {(each.sitting, each.subject) for each in facts[:-100]}
    return [each for each in facts[-100:] if (each.sitting, each.subject) not in old]
