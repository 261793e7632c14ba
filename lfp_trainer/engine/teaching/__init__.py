"""What makes a scenario worth practising with, counted: figures, thresholds and what to mend.

None of this makes a file unplayable, so all of it is warnings: a district's own file may differ.
Every threshold is a constant with its reason, beside the rule that uses it.
"""

from dataclasses import dataclass

from lfp_trainer.engine.explorer import Exploration, explore
from lfp_trainer.engine.scenario import Bundle
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.engine.teaching.fares import fare_figures
from lfp_trainer.engine.teaching.figure import Figure, Plain
from lfp_trainer.engine.teaching.parts import part_figures
from lfp_trainer.engine.teaching.plays import play_figures
from lfp_trainer.engine.teaching.responses import response_figures
from lfp_trainer.engine.teaching.told import told_figures
from lfp_trainer.errors import Problem

__all__ = ["Figure", "Plain", "Report", "report"]


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of one scenario, in the order in which a reader wants them."""

    figures: tuple[Figure, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for figure in self.figures for problem in figure.problems)

    def __getitem__(self, key: str) -> Figure:
        return next(figure for figure in self.figures if figure.key == key)


def report(
    bundle: Bundle, script: Script | None = None, exploration: Exploration | None = None
) -> Report:
    """Return every figure of a checked scenario.

    :param script: the bundle made ready to play, if it is at hand
    :param exploration: what the explorer found, if it is at hand
    """
    script = script or prepare(bundle)
    exploration = exploration or explore(script)
    return Report(
        (
            *response_figures(bundle),
            *play_figures(script, exploration),
            *told_figures(script),
            *fare_figures(script),
            *part_figures(bundle),
        )
    )
