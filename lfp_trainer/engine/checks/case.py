"""The case of a scenario: sentences, diagnosis, reference ratings, and the codes it uses."""

from collections.abc import Collection, Iterator

from lfp_trainer.engine.checks.names import At, unknown
from lfp_trainer.engine.checks.reference import cap_problem, level_problem, reference_problems
from lfp_trainer.engine.rubric import Rubric
from lfp_trainer.engine.scenario import Bundle, Choice, Diagnosis, Scenario
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.errors import Problem


def case_problems(bundle: Bundle) -> Iterator[Problem]:
    """Yield every problem of the case, its diagnosis, its ratings and its codes."""
    scenario, rubric, vocabulary = bundle.scenario, bundle.rubric, bundle.vocabulary
    yield from _rubric_id(scenario, rubric)
    yield from _sentences(scenario)
    yield from _cast(scenario, rubric)
    yield from _diagnosis(scenario.diagnosis, vocabulary)
    if scenario.overview is not None:
        named = scenario.overview.standards
        yield from _codes(("overview", "standards"), "standard", named, vocabulary.standards)
    for gauge in scenario.gauges:
        known = vocabulary.gauges
        yield from unknown(("gauges", gauge), "gauge in the vocabulary", gauge, known)
    for id, scene in scenario.scenes.items():
        for choice_id, choice in scene.choices.items():
            yield from _choice(("scenes", id, "choices", choice_id), choice, bundle)
    for leader, references in scenario.leaders.items():
        yield from _leader(leader, references.keys(), scenario, rubric)
        for strand, reference in references.items():
            if strand in rubric.strands:
                at = ("leaders", leader, strand)
                yield from reference_problems(at, strand, reference, rubric, scenario.sentences)


def _rubric_id(scenario: Scenario, rubric: Rubric) -> Iterator[Problem]:
    if scenario.rubric != rubric.id:
        message = f"the rubric in that file calls itself '{rubric.id}'."
        yield Problem(("rubric",), message, "Give the file and its 'id' the same name.")


def _sentences(scenario: Scenario) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, sentence in enumerate(scenario.case):
        id = f"s{number + 1}" if isinstance(sentence, str) else sentence.id
        if id in seen:
            message = f"there are two sentences '{id}'."
            fix = "A sentence without an id is named by its place: s1, s2, … Choose another id."
            yield Problem(("case", number), message, fix)
        seen.add(id)


def _cast(scenario: Scenario, rubric: Rubric) -> Iterator[Problem]:
    for id, member in scenario.cast.items():
        if member.role is not None:
            yield from unknown(("cast", id, "role"), "role", member.role, rubric.roles)
        for number, other in enumerate(member.stands_for):
            at = ("cast", id, "stands_for", number)
            yield from unknown(at, "cast member", other, scenario.cast)
        if member.stands_for and member.seat:
            message = "several people cannot sit in one seat."
            yield Problem(("cast", id, "seat"), message, "Give each of them a seat of their own.")


def _diagnosis(diagnosis: Diagnosis, vocabulary: Vocabulary) -> Iterator[Problem]:
    systems, barrier = diagnosis.systems, diagnosis.barrier
    at = ("diagnosis", "systems")
    seen: dict[str, str] = {}
    for group, codes in (
        ("primary", systems.primary),
        ("secondary", systems.secondary),
        ("why_not", tuple(systems.why_not)),
    ):
        for number, code in enumerate(codes):
            place: At = (*at, group, code if group == "why_not" else number)
            yield from unknown(place, "system", code, vocabulary.systems)
            if code in seen:
                message = f"'{code}' stands under '{seen[code]}' too."
                yield Problem(place, message, "Keep it in one of them.")
            seen.setdefault(code, group)
    for code in vocabulary.systems:
        if code not in seen:
            message = f"the system '{code}' is nowhere."
            fix = "Put it under primary or secondary, or say under why_not why it is neither."
            yield Problem(at, message, fix)
    yield from _codes(
        ("diagnosis", "failed_tests"), "test", diagnosis.failed_tests, vocabulary.tests
    )
    at = ("diagnosis", "barrier")
    yield from _codes((*at, "who"), "such person", barrier.who, vocabulary.who)
    yield from _codes((*at, "what"), "barrier", barrier.what, vocabulary.barriers)
    yield from _codes((*at, "also"), "barrier", barrier.also, vocabulary.barriers)


def _codes(at: At, kind: str, codes: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    for number, code in enumerate(codes):
        yield from unknown((*at, number), kind, code, known)


def _choice(at: At, choice: Choice, bundle: Bundle) -> Iterator[Problem]:
    vocabulary = bundle.vocabulary
    yield from _codes((*at, "uses"), "practice", choice.uses, vocabulary.practices)
    yield from _codes((*at, "misses"), "practice", choice.misses, vocabulary.practices)
    if choice.tactic is not None:
        yield from unknown((*at, "tactic"), "tactic", choice.tactic, vocabulary.tactics)
    for strand, level in choice.shows.items():
        place = (*at, "shows", strand)
        yield from unknown(place, "strand", strand, bundle.rubric.strands)
        yield from level_problem(place, strand, level, bundle.rubric)
        yield from cap_problem(place, strand, level, choice.flag, bundle.rubric)
    if choice.flag is not None:
        yield from unknown((*at, "flag"), "flag", choice.flag, bundle.rubric.flags)


def _leader(
    leader: str, rated: Collection[str], scenario: Scenario, rubric: Rubric
) -> Iterator[Problem]:
    yield from unknown(("leaders", leader), "cast member", leader, scenario.cast)
    for strand in rated:
        yield from unknown(("leaders", leader, strand), "strand", strand, rubric.strands)
    for strand in rubric.strands:
        if strand not in rated:
            message = f"'{leader}' is not rated on '{strand}'."
            yield Problem(("leaders", leader), message, "Add the rating; NE is one.")
