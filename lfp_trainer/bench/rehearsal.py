"""A play that begins anywhere: at the scene one is writing, with gauges of one's choosing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Moment, Position
from lfp_trainer.engine.scenario import BOTH, Bundle
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import EndlessStandIn, UnknownChoice

MOST = 9
"""How far from zero a gauge may be set, either way."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A play from some scene on, as far as it has come."""

    script: Script
    """The scenario, beginning where the rehearsal begins."""
    moments: tuple[Moment, ...]
    position: Position
    by_stand_in: frozenset[int]
    """Which steps the stand-in took, counted from 1."""
    taken: tuple[str, ...]
    """One's own choices, as far as they could be taken."""
    halted: str = ""
    """Why it went no further than that, in a sentence; empty where it did."""


def rehearse(
    script: Script, scene_id: str, gauges: Mapping[str, int], seat: str, path: Sequence[str]
) -> Rehearsal:
    """Play from a scene on, with a stand-in in the seats that are not one's own.

    :param gauges: gauge → where it stands; those left out stand where the file says
    :param path: one's own choices so far
    """
    script = _from(script, scene_id, gauges)
    mine = script.scenario.seats if seat == BOTH else (seat,)
    position, by_stand_in, taken = play.start(script), set[int](), list[str]()
    halted = ""
    try:
        for choice_id in [*path, None]:
            for _, _, after in play.stand_in_moves(script, position, mine):
                position = after
                by_stand_in.add(len(position.path))
            if choice_id is not None:
                position = play.choose(script, position, choice_id)
                taken.append(choice_id)
    except (EndlessStandIn, UnknownChoice) as error:
        # The file was changed meanwhile, or these gauges lead where no play from the start comes.
        halted = str(error)
    moments = tuple(play.retell(script, position.path, to=mine))
    return Rehearsal(script, moments, position, frozenset(by_stand_in), tuple(taken), halted)


def _from(script: Script, scene_id: str, gauges: Mapping[str, int]) -> Script:
    # Where a scenario begins, and with what, is a matter of two of its lines.
    scenario = script.scenario.model_copy(
        update={"start": scene_id, "gauges": {**script.scenario.gauges, **gauges}}
    )
    return prepare(Bundle(scenario=scenario, rubric=script.rubric, vocabulary=script.vocabulary))
