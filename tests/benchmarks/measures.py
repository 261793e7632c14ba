"""One number with its name, and how to come by a steady one."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Measure:
    """What one line of the output says."""

    measure: str
    value: float
    unit: str

    def show(self) -> None:
        """Print the line."""
        digits = 0 if abs(self.value) >= 1000 else 3
        line = asdict(self) | {"value": round(self.value, digits or None)}
        print(json.dumps(line), flush=True)


def say(text: str) -> None:
    """Tell a person who waits what is going on; the measures alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, so that a figure for one core is one."""
    if not hasattr(os, "sched_setaffinity"):  # only Linux has it
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def rate(act: Callable[[], int], *, rounds: int, seconds: float) -> float:
    """Return how many times a second something is done: the median of several rounds.

    :param act: does it some times and returns how many
    """
    act()
    return median(_one_round(act, seconds) for _ in range(rounds))


def _one_round(act: Callable[[], int], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while (taken := time.perf_counter() - started) < seconds:
        done += act()
    return done / taken


def milliseconds(act: Callable[[], object], *, rounds: int) -> float:
    """Return how long something takes: the median of several rounds."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return median(taken) * 1000


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
