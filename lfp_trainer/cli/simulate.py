"""The command that lets players who do not read play a scenario, and shows how they fare."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from lfp_trainer import scenario_files
from lfp_trainer.cli.files import File, load
from lfp_trainer.config import SCENARIOS
from lfp_trainer.engine.script import Script
from lfp_trainer.engine.simulate import Outcome, play_many, players, weigh

PAGE = SCENARIOS / "README.md"
BEGIN = "<!-- The table is written by: lfp-trainer simulate --write-table -->"
END = "<!-- The table ends here. -->"

BAR = 20
"""Characters of a bar that means every play."""

MOVES = 5_000_000
"""Enough to weigh every path of a file of ordinary size, which takes some seconds at the most."""

Outcomes = Mapping[str, Outcome | None]
"""Player → how they fare, None where there are too many paths to tell."""


@click.command()
@click.argument("files", nargs=-1, type=File)
@click.option("--runs", default=10_000, show_default=True, type=click.IntRange(1), help="Plays.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same plays.")
@click.option("--seat", help="Play this seat only, and let the stand-in play the others.")
@click.option("--exact", is_flag=True, help="Weigh every path instead of playing.")
@click.option("--write-table", is_flag=True, help="Write the table in scenarios/README.md anew.")
def simulate(
    files: tuple[Path, ...],
    runs: int,
    seed: int,
    seat: str | None,
    exact: bool,
    write_table: bool,
) -> None:
    """Play FILES at random, always the first, the last, the longest or the shortest (in
    characters), the highest level, the one that consults, and by reference rank, and show where
    the plays end.

    All shipped scenarios by default. Several files make one table.
    """
    if write_table:
        PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        click.echo(f"Wrote the table in {PAGE}.")
        return
    scripts = [load(file) for file in files or scenario_files.find_scenarios(SCENARIOS)]
    how = "every path weighed" if exact else f"{runs:,} plays each, seed {seed}"
    if seat is not None:
        for script in scripts:
            _refuse_unknown(seat, script)
        how += f"; as {seat}, stand-in elsewhere"

    def fare(script: Script) -> Outcomes:
        return _fare(script, runs=None if exact else runs, seed=seed, seat=seat)

    if len(scripts) == 1:
        outcomes = fare(scripts[0])
        click.echo(f"{scripts[0].scenario.title} ({how})\n")
        click.echo("\n\n".join(_chart(name, each) for name, each in outcomes.items()))
        return
    click.echo(f"Plays that come to the first ending; in brackets, best responses taken ({how}).\n")
    click.echo("\n".join(_table([(each, fare(each)) for each in scripts])))


def _refuse_unknown(seat: str, script: Script) -> None:
    seats = script.scenario.seats
    if seat not in seats:
        title = script.scenario.title
        raise click.ClickException(
            f"There is no seat '{seat}' in '{title}'. Seats: {', '.join(seats)}."
        )


def _fare(script: Script, *, runs: int | None, seed: int, seat: str | None = None) -> Outcomes:
    """Return how every player fares in so many plays, or exactly without a number.

    :param seat: the one that is played beside the stand-in; every seat by default
    """
    seats = None if seat is None else {seat}
    return {
        name: (
            weigh(script, picks, max_moves=MOVES, seats=seats)
            if runs is None
            else play_many(script, picks, runs=runs, seed=seed, seats=seats)
        )
        for name, picks in players(script.vocabulary).items()
    }


def _chart(player: str, outcome: Outcome | None) -> str:
    """Return how one player fares: a bar for each ending, and the levels shown."""
    if outcome is None:
        return f"{player}\n  There are too many paths to weigh: leave out --exact."
    ends = dict(outcome.endings)
    if outcome.never_ends > 0.0005:
        ends["(never ends)"] = outcome.never_ends
    width = max(map(len, ends))
    lines = [
        f"{player}: {outcome.decisions:.1f} decisions, best response taken in {outcome.best:.0%}"
    ]
    lines += [
        f"  {name:<{width}}  {share:>4.0%}  {'█' * round(share * BAR)}".rstrip()
        for name, share in ends.items()
    ]
    lines += [
        f"  {strand} shown: "
        + ", ".join(f"level {level} {share:.0%}" for level, share in levels.items())
        for strand, levels in outcome.levels.items()
    ]
    return "\n".join(lines)


def _table(rows: Sequence[tuple[Script, Outcomes]]) -> Iterator[str]:
    """Yield a table that reads as text and as Markdown."""
    cells = [["Scenario", *(name.capitalize() for name in rows[0][1])]]
    for script, outcomes in rows:
        first = script.scenario.endings[0].id
        shares = [
            "too many paths" if each is None else f"{each.endings[first]:.0%} ({each.best:.0%})"
            for each in outcomes.values()
        ]
        cells.append([script.scenario.title, *shares])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, [widths[0] * "-", *("-" * (width - 1) + ":" for width in widths[1:])])
    for row in cells:
        name, *rest = row
        parts = [f"{name:<{widths[0]}}"]
        parts += [f"{text:>{width}}" for text, width in zip(rest, widths[1:], strict=True)]
        yield f"| {' | '.join(parts)} |"


def page_with_table(page: str) -> str:
    """Return the page for authors with the table of all shipped scenarios as it is now.

    :raise click.ClickException: if the two lines are gone between which it stands
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise click.ClickException(f"{PAGE} has no place for the table: {BEGIN} … {END}")
    scripts = [load(file) for file in scenario_files.find_scenarios(SCENARIOS)]
    table = "\n".join(_table([(each, _fare(each, runs=None, seed=0)) for each in scripts]))
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
