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
@click.option("--exact", is_flag=True, help="Weigh every path instead of playing.")
@click.option("--write-table", is_flag=True, help="Write the table in scenarios/README.md anew.")
def simulate(files: tuple[Path, ...], runs: int, seed: int, exact: bool, write_table: bool) -> None:
    """Play FILES at random, always the first, the longest, the highest level, the one that
    consults, and by reference rank, and show where the plays end.

    All shipped scenarios by default. Several files make one table.
    """
    if write_table:
        PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        click.echo(f"Wrote the table in {PAGE}.")
        return
    scripts = [load(file) for file in files or scenario_files.find_scenarios(SCENARIOS)]
    how = "every path weighed" if exact else f"{runs:,} plays each, seed {seed}"
    if len(scripts) == 1:
        outcomes = _fare(scripts[0], runs=None if exact else runs, seed=seed)
        click.echo(f"{scripts[0].scenario.title} ({how})\n")
        click.echo("\n\n".join(_chart(name, each) for name, each in outcomes.items()))
        return
    click.echo(f"Plays that come to the first ending; in brackets, best responses taken ({how}).\n")
    rows = [(each, _fare(each, runs=None if exact else runs, seed=seed)) for each in scripts]
    click.echo("\n".join(_table(rows)))


def _fare(script: Script, *, runs: int | None, seed: int) -> Outcomes:
    """Return how every player fares in so many plays, or exactly without a number."""
    return {
        name: (
            weigh(script, picks, max_moves=MOVES)
            if runs is None
            else play_many(script, picks, runs=runs, seed=seed)
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
