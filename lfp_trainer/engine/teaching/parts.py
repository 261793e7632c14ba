"""Figures about the parts around the story: what a facilitator and a learner need besides it."""

from collections.abc import Iterator

from lfp_trainer.engine.scenario import Bundle, Scenario
from lfp_trainer.engine.teaching.figure import At, Figure, Plain, judged
from lfp_trainer.engine.teaching.words import Ease, ease_of
from lfp_trainer.errors import Problem

PARTS: dict[str, tuple[At, str, str]] = {
    "school": (
        (), "no kind of school is given.", "Write: school: elementary, middle, high or district"
    ),
    "overview": (
        (), "there is no overview sheet.", "Write overview: with a snapshot and trade_offs."
    ),
    "briefs": (("cast",), "somebody has a seat but no brief.", "Write what only they know."),
    "minority": (
        ("scenes",), "no response has a minority view.",
        "Where good readers differ, write minority: what one would say who ranks it otherwise.",
    ),
    "debrief": (
        (), "there is no question for a facilitator.", "Write debrief: with five or six questions."
    ),
}  # fmt: skip
"""What a file can be played without, and a workshop cannot: where it is missed, and what to do."""


def part_figures(bundle: Bundle) -> Iterator[Figure]:
    """Yield every figure that is counted without playing."""
    scenario = bundle.scenario
    yield _present(scenario)
    yield _evidence(scenario)
    yield _reasons(bundle)
    yield from _ease(scenario)


def _present(scenario: Scenario) -> Figure:
    choices = [choice for scene in scenario.scenes.values() for choice in scene.choices.values()]
    briefs = [scenario.cast[seat].brief is not None for seat in scenario.seats]
    there = {
        "school": scenario.school is not None,
        "overview": scenario.overview is not None,
        "briefs": all(briefs),
        "minority": any(choice.minority is not None for choice in choices),
        "debrief": bool(scenario.debrief),
    }
    absent = {name: PARTS[name] for name, is_there in there.items() if not is_there}
    return Figure(
        "parts",
        "School, overview, briefs, minority views, debrief",
        there,
        "all there" if not absent else f"without {', '.join(absent)}",
        not absent,
        tuple(Problem(at, message, fix, "warning") for at, message, fix in absent.values()),
    )


def _evidence(scenario: Scenario) -> Figure:
    """That what is cited exists is an error's business; here, that not everything is cited."""
    cited = {
        sentence
        for references in scenario.leaders.values()
        for reference in references.values()
        for sentence in reference.evidence
    }
    all_there, of = cited <= set(scenario.sentences), len(scenario.sentences)
    every = len(cited) == of
    message = "every sentence of the case is evidence for some rating."
    return judged(
        "evidence",
        "Sentences cited as evidence",
        {"cited": len(cited), "sentences": of, "exist": all_there},
        f"{len(cited)} of {of}, all of them there (some must be evidence for nothing)",
        found=[(("case",), message)] if every else [],
        fix="Add some that are evidence for nothing, so that finding it is an exercise.",
    )


def _reasons(bundle: Bundle) -> Figure:
    """That each leader is rated on each strand is an error's business; here, the reasons."""
    found: list[tuple[At, str]] = []
    ratings = 0
    for leader, references in bundle.scenario.leaders.items():
        for strand, reference in references.items():
            ratings += 1
            reasons = {
                "not_lower": reference.not_lower,
                "not_higher": reference.not_higher,
                "trap": reference.trap,
            }
            absent = [name for name, text in reasons.items() if text is None]
            if absent:
                found.append((("leaders", leader, strand), f"has no {', '.join(absent)}."))
    return judged(
        "ratings_with_reasons",
        "Ratings with every reason",
        ratings - len(found),
        f"{ratings - len(found)} of {ratings} (why not lower, why not higher, the trap)",
        found=found,
        fix="Say why it is not one level lower or higher, and what tempts a reader.",
    )


def _ease(scenario: Scenario) -> Iterator[Figure]:
    lines = [
        line if isinstance(line, str) else line.says or line.text or ""
        for scene in scenario.scenes.values()
        for line in scene.lines
    ]
    choices = [choice for scene in scenario.scenes.values() for choice in scene.choices.values()]
    texts = {
        "case": ("the case", list(scenario.sentences.values())),
        "lines": ("lines", lines),
        "responses": ("responses", [choice.text for choice in choices]),
    }
    for key, (name, parts) in texts.items():
        ease = ease_of(parts)
        yield Figure(f"ease_of_{key}", f"Reading ease of {name}", _plain(ease), _shown(ease))


def _plain(ease: Ease | None) -> Plain:
    if ease is None:
        return None
    return {"flesch": ease.flesch, "grade": ease.grade, "words": ease.words}


def _shown(ease: Ease | None) -> str:
    if ease is None:
        return "no words"
    return f"{ease.flesch:g} (Flesch), grade {ease.grade:g}, {ease.words:,} words"
