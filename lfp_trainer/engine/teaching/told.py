"""Whether everything that is written is told to somebody in some play."""

from collections.abc import Iterator

from lfp_trainer.engine.conditions import Gauges
from lfp_trainer.engine.play import Position, scenes_after, stand_in_choice
from lfp_trainer.engine.script import CompiledScene, Script
from lfp_trainer.engine.teaching.figure import At, Figure, judged
from lfp_trainer.engine.teaching.search import Search


class _Untold:
    """What is still to be told: lines, epilogues and stand-in lines, by their place."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.lines = {
            id: set(range(len(scene.lines))) for id, scene in script.scenes.items() if scene.lines
        }
        self.epilogues = {
            (at, number)
            for at, ending in enumerate(script.endings)
            for number in range(len(ending.epilogues))
        }
        self.stand_in = {
            id: set(range(len(scene.stand_in)))
            for id, scene in script.scenes.items()
            if scene.stand_in
        }
        self.unheard = set[tuple[str, str]]()
        """Scenes, and the seats that are told nothing there in some play."""
        self.quiet = {
            id: seats for id, scene in script.scenes.items() if (seats := self.may_be_quiet(scene))
        }

    def may_be_quiet(self, scene: CompiledScene) -> set[str]:
        """Return the seats for whom no line of a scene is certain to be told."""
        return {
            seat
            for seat in self.script.scenario.seats
            if scene.lines
            and not any(
                each.test is None and each.line.only in (None, seat) for each in scene.lines
            )
        }

    def met(self, before: Position | None, choice_id: str, after: Position) -> bool:
        for scene, gauges, marks in scenes_after(self.script, before, choice_id):
            if scene.id in self.lines:
                self.tell(scene, gauges, marks)
            if scene.id in self.quiet:
                self.listen(scene, gauges, marks)
        if after.ending is not None and self.epilogues:
            self.close(after)
        elif after.scene in self.stand_in:
            self.stand_in_for(after)
        return not (self.lines or self.epilogues or self.stand_in or self.quiet)

    def tell(self, scene: CompiledScene, gauges: Gauges, marks: int) -> None:
        left = self.lines[scene.id]
        for number in tuple(left):
            test = scene.lines[number].test
            if test is None or test(gauges, marks):
                left.discard(number)
        if not left:
            del self.lines[scene.id]

    def listen(self, scene: CompiledScene, gauges: Gauges, marks: int) -> None:
        for seat in tuple(self.quiet[scene.id]):
            if not any(
                each.line.only in (None, seat) and (each.test is None or each.test(gauges, marks))
                for each in scene.lines
            ):
                self.unheard.add((scene.id, seat))
                self.quiet[scene.id].discard(seat)
        if not self.quiet[scene.id]:
            del self.quiet[scene.id]

    def close(self, after: Position) -> None:
        assert after.ending is not None
        for number, (test, _) in enumerate(self.script.endings[after.ending].epilogues):
            if test is None or test(after.gauges, after.marks):
                self.epilogues.discard((after.ending, number))
                return

    def stand_in_for(self, after: Position) -> None:
        assert after.scene is not None
        left = self.stand_in[after.scene]
        choice_id = stand_in_choice(self.script, after)
        scene = self.script.scenes[after.scene]
        for number, (test, choose) in enumerate(scene.stand_in):
            if choose == choice_id and (test is None or test(after.gauges, after.marks)):
                left.discard(number)
                break
        if not left:
            del self.stand_in[after.scene]

    def places(self) -> Iterator[tuple[At, str]]:
        for id, numbers in self.lines.items():
            yield from ((("scenes", id, "lines", each), "this line") for each in sorted(numbers))
        for ending, number in sorted(self.epilogues):
            yield ("endings", ending, "epilogues", number), "this epilogue"
        for id, numbers in self.stand_in.items():
            at: At = ("scenes", id, "stand_in")
            yield from (((*at, each), "this line of the stand-in") for each in sorted(numbers))


def told_figures(script: Script) -> Iterator[Figure]:
    """Yield what no play tells, and which seat is told nothing in some scene.

    A search that was cut short may have missed a scene in which somebody is told nothing; the
    figure says so, and the line is there for everybody else.
    """
    untold = _Untold(script)
    search = Search(script, untold.met, seats=script.scenario.seats, telling=True)
    places = list(untold.places())
    states = f"in the {len(search.states):,} states walked"
    never = "is never met." if search.complete else f"was not met {states}."
    cut = "" if search.complete else f" {states}, then cut short"
    yield judged(
        "never_told",
        "Lines and epilogues never met",
        len(places),
        f"{len(places)}{cut}",
        found=[(at, f"{what} {never}") for at, what in places],
        fix="Change its 'when', or remove it.",
    )
    unheard = sorted(untold.unheard)
    yield judged(
        "unheard",
        "Scenes in which a seat is told nothing",
        len(unheard),
        f"{len(unheard)}{cut}",
        found=[
            (("scenes", id, "lines"), f"in some play '{seat}' is told nothing here.")
            for id, seat in unheard
        ],
        fix="Add a line of narration without 'only' and 'when'.",
    )
