"""A scenario played in the terminal, to hear how it reads before anybody else does."""

import shutil
import sys
import textwrap
from collections.abc import Sequence

import click

from lfp_trainer.engine.play import (
    Moment,
    Position,
    choose,
    ending_of,
    epilogue_of,
    offered,
    retell,
    seats_on_turn,
    shuffled,
    stand_in_choice,
    start,
)
from lfp_trainer.engine.rubric import level_name
from lfp_trainer.engine.scenario import Choice
from lfp_trainer.engine.script import Script

WIDEST = 88
STOP = {"q", "quit", "exit"}


def play_through(
    script: Script,
    *,
    mine: Sequence[str],
    show_gauges: bool,
    answers: Sequence[str],
    seed: str | None = None,
) -> None:
    """Play from the start to an ending, or until the person or the input stops.

    :param mine: the seats to ask for; the stand-in plays the others
    :param answers: numbers or ids to take before asking
    :param seed: what responses are shuffled by; None for the file's order
    """
    _Play(script, mine, show_gauges, answers, seed).run()


class _Play:
    def __init__(
        self,
        script: Script,
        mine: Sequence[str],
        show_gauges: bool,
        answers: Sequence[str],
        seed: str | None,
    ) -> None:
        self.script = script
        self.mine = mine
        self.show_gauges = show_gauges
        self.answers = list(answers)
        self.seed = seed
        self.told = 0
        """How many scenes have been told."""

    def run(self) -> None:
        self.tell_case()
        position = start(self.script)
        while True:
            self.tell_scenes(position)
            if position.scene is None:
                self.tell_ending(position)
                return
            seats = seats_on_turn(self.script, position)
            person = any(seat in self.mine for seat in seats)
            choice_id = self.ask(position) if person else stand_in_choice(self.script, position)
            if choice_id is None:
                say("Stopped. Nothing was kept.")
                return
            self.tell_choice(self.script.choices[choice_id][1], by_stand_in=not person)
            position = choose(self.script, position, choice_id)

    def tell_case(self) -> None:
        scenario = self.script.scenario
        click.secho(f"{scenario.title}\n", bold=True)
        for sentence in scenario.sentences.values():
            say(sentence)
        for seat in self.mine:
            member = scenario.cast[seat]
            say(f"You are {member.name}, {member.position}. {member.brief}", before="\n")

    def tell_scenes(self, position: Position) -> None:
        moments = retell(self.script, position.path, to=self.mine)
        for moment in moments[self.told :]:
            click.secho(f"\n{moment.title}", bold=True)
            self.tell_lines(moment)
        self.told = len(moments)
        if self.show_gauges:
            pairs = zip(self.script.gauges, position.gauges, strict=True)
            say("Gauges: " + ", ".join(f"{name} {value:+d}" for name, value in pairs))

    def tell_lines(self, moment: Moment) -> None:
        for line in moment.lines:
            if line.who is None:
                say(line.text or "")
            else:
                name = self.script.scenario.cast[line.who].name
                mood = "" if line.mood == "neutral" else f" ({line.mood})"
                say(f"{name}{mood}: {line.says}")

    def ask(self, position: Position) -> str | None:
        """Return the choice a person takes, or None when they stop or the input ends."""
        may = offered(self.script, position)
        if self.seed is not None:
            may = shuffled(may, f"{self.seed} {position.scene}")
        names = [
            self.script.scenario.cast[seat].name for seat in seats_on_turn(self.script, position)
        ]
        say(f"{' and '.join(names)}, what do you do?", before="\n")
        for number, choice_id in enumerate(may, start=1):
            say(f"{number}. {self.script.choices[choice_id][1].text}", hang="   ")
        while True:
            answer = self.next_answer()
            if answer is None or answer.lower() in STOP:
                return None
            if answer in may:
                return answer
            if answer.isdecimal() and 1 <= int(answer) <= len(may):
                return may[int(answer) - 1]
            click.echo(f"Type a number from 1 to {len(may)}, or q to stop.")

    def next_answer(self) -> str | None:
        if self.answers:
            return self.answers.pop(0)
        click.echo("> ", nl=False)
        line = sys.stdin.buffer.readline().decode("utf-8", "replace")
        if not line:
            click.echo()
            return None
        return line.strip()

    def tell_choice(self, choice: Choice, *, by_stand_in: bool) -> None:
        who = "The stand-in" if by_stand_in else "You"
        say(f"{who}: {choice.text}", before="\n")
        say(f"Now: {choice.now}")
        say(f"Later: {choice.later}")
        rubric = self.script.rubric
        shown = [
            f"{rubric.strands[strand].name}: {level_name(rubric, strand, level)}"
            for strand, level in choice.shows.items()
        ]
        say(f"Shows: {'; '.join(shown)}. {choice.why}")
        if choice.minority:
            say(f"Another view: {choice.minority}")

    def tell_ending(self, position: Position) -> None:
        ending = ending_of(self.script, position)
        assert ending is not None
        click.secho(f"\n{ending.title}", bold=True)
        say(ending.text)
        epilogue = epilogue_of(self.script, position)
        if epilogue:
            say(epilogue)


def say(text: str, *, before: str = "", hang: str = "") -> None:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for paragraph in text.splitlines():
        click.echo(before + textwrap.fill(paragraph, width, subsequent_indent=hang))
        before = ""
