"""Valid scenarios of any size, in which most choices and lines have a condition."""

from tests import scenarios
from tests.scenarios import Data

SAYS = (
    "We looked at the log together, and nobody in the room could say what had changed since the"
    " autumn."
)


def scenario(scenes: int) -> Data:
    """Return a story of so many scenes, each with three responses and told lines that differ."""
    data = scenarios.scenario()
    data["id"] = "generated-case"
    data["start"] = _id(1)
    data["scenes"] = {_id(n): _scene(n, scenes) for n in range(1, scenes + 1)}
    return data


def longest_path(scenes: int) -> tuple[str, ...]:
    """Return a path that meets every scene."""
    return tuple(f"ask-{n}" if n % 2 else f"tell-{n}" for n in range(1, scenes + 1))


def _id(number: int) -> str:
    return f"scene-{number}"


def _scene(number: int, last: int) -> Data:
    following = _id(number + 1) if number < last else "end"
    after_that = _id(number + 2) if number < last - 1 else "end"
    before = f'(visited("{_id(number - 1)}") or trust >= -9)' if number > 1 else "trust >= -9"
    # The one without a condition is for the stand-in, whose last resort must be on offer.
    choices = {
        f"ask-{number}": _choice(following, 1, f"{before} and spread <= 9", {"trust": 1}),
        f"tell-{number}": _choice(following, 2, None, {"trust": -1}),
        f"wait-{number}": _choice(after_that, 3, "trust <= 2", {}),
    }
    lines = [
        {"who": "principal", "says": SAYS, "mood": "guarded"},
        {"who": "partner", "says": SAYS, "when": "trust >= 1"},
        {"text": SAYS, "when": "trust < 1"},
    ]
    stand_in = [{"when": "trust >= 1", "choose": f"ask-{number}"}, {"choose": f"tell-{number}"}]
    turn = "partner" if number % 2 else "principal"
    return scenarios.decision(turn, choices, lines=lines, stand_in=stand_in)


def _choice(goto: str, rank: int, when: str | None, effects: Data) -> Data:
    more = {"text": SAYS, "now": SAYS, "later": SAYS, "why": SAYS, "effects": effects}
    return scenarios.choice(goto, rank=rank, **more, **({"when": when} if when else {}))
