"""The plan and the file of a workshop beside what its rows come to."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import Page

from tests.browser import workshop_pages as pages
from tests.browser.raw_rows import PARTS, Raw, Row
from tests.browser.workshop_numbers import plain
from tests.browser.workshop_pages import read

_ENDED = re.compile(r"How (\d+) conversations ended: (.+)\.$")


def plan_agrees(page: Page, raw: Raw) -> None:
    """Compare each line of the plan that tells a number; none may be of a kind not known here."""
    lines = read(page, pages.PLAN)
    told = [_plan_line(line, raw) for line in lines if re.search(r"\d", line)]
    kinds = Counter(told)
    assert kinds["shared"] == kinds["ended"] == 1
    assert kinds["split"] == 2
    assert kinds["card"] >= 1
    assert kinds["named"] == 2
    over = Counter({k: n for k, n in raw.endings().items() if k != "Not over yet"})
    ended = next(line for line in lines if _ENDED.match(line))
    found = _ENDED.match(ended)
    assert found
    assert int(found[1]) == over.total()
    assert {k: int(n) for k, n in re.findall(r"(.+?) (\d+)(?:; |$)", found[2])} == over


def _plan_line(line: str, raw: Raw) -> str:
    """Check one line, and return what kind it is."""
    if found := re.fullmatch(r"(\d+) of us have shared a run.*", line):
        assert int(found[1]) == len({each["user_id"] for each in raw.seats})
        return "shared"
    if _ENDED.match(line):
        return "ended"
    if found := re.fullmatch(r"At “(.+?)”: (\d+) of (\d+) chose “(.+)”, (\d+) “(.+)”\.", line):
        _split_line(
            raw, found[1], int(found[3]), {found[4]: int(found[2]), found[6]: int(found[5])}
        )
        return "split"
    if found := re.fullmatch(r"At “(.+?)” only (\d+) of (\d+) chose “(.+)”\.", line):
        _split_line(raw, found[1], int(found[3]), {found[4]: int(found[2])})
        return "few"
    if found := re.fullmatch(r"Most cited \((\d+)\): “(.+)”", line):
        begun = found[2].removesuffix(" …")
        assert int(found[1]) in {
            n for card in raw.cards for text, n in raw.cited(card).items()
            if plain(text).startswith(begun)
        }  # fmt: skip
        return "cited"
    if found := re.fullmatch(
        r"(.+), as (\d+) of us named it: (.+)\. Reference, provisional: .+\.", line
    ):
        part = "systems" if found[1] == "Not at scale" else "what"
        named = raw.named(part)
        shown = {k: int(n) for k, n in re.findall(r"(.+?) (\d+)(?:, |$)", found[3])}
        assert int(found[2]) == len(raw.diagnoses)
        assert shown == {k: named[k] for k in shown}
        assert sorted(shown.values(), reverse=True) == sorted(named.values(), reverse=True)[:3]
        return "named"
    return _card_line(line, raw)


def _split_line(raw: Raw, title: str, of: int, taken: dict[str, int]) -> None:
    id = next(id for id in raw.scenes() if raw.title(id) == title)
    assert of == len(raw.at(id))
    for text, count in taken.items():
        begun = text.removesuffix(" …")
        choices = raw.script.scenario.scenes[id].choices
        choice = next(k for k, each in choices.items() if plain(each.text).startswith(begun))
        assert len(raw.at(id, choice)) == count


def _card_line(line: str, raw: Raw) -> str:
    found = re.fullmatch(r"(.+?), (.+?): ((?:level \d: \d+(?:, )?)*)(.*?)\. Reference, .*", line)
    assert found, f"a line with a number that nothing is known of: {line}"
    cast, strands = raw.script.scenario.cast, raw.script.rubric.strands
    card = next(
        (leader, strand)
        for leader, strand in raw.cards
        if (cast[leader].name, strands[strand].name) == (found[1], found[2])
    )
    told = {level: int(n) for level, n in re.findall(r"level (\d): (\d+)", found[3])}
    if silent := re.search(r": (\d+)$", found[4]):
        told["NE"] = int(silent[1])
    assert told == {level: n for level, n in raw.counts(card).items() if n}
    return "card"


def export_agrees(path: Path, raw: Raw) -> None:
    """Compare every row of a workbook without names, and how many there are of each kind."""
    book = openpyxl.load_workbook(path)
    sheets = {name: _sheet(book[name]) for name in book.sheetnames}
    about = {row["what"]: row["told"] for row in sheets["about"]}
    rows = {
        "people": len(raw.seats), "runs": len({each["run_id"] for each in raw.seats}),
        "steps": len(raw.steps), "diagnoses": len(raw.diagnoses), "ratings": len(raw.ratings),
    }  # fmt: skip
    assert {name: int(about[f"rows_in_{name}"]) for name in rows} == rows
    assert {name: len(sheets[name]) for name in rows} == rows
    _same(
        sheets["people"], ("position", "seat", "stage"),
        [(each["position"], each["seat"], each["stage"]) for each in raw.seats],
    )  # fmt: skip
    _same(
        sheets["runs"], ("steps", "ending_title"),
        [
            (sum(step["run_id"] == run for step in raw.steps), raw.ending_of(run))
            for run in {each["run_id"] for each in raw.seats}
        ],
    )  # fmt: skip
    _same(
        sheets["steps"],
        ("number", "seat", "by_stand_in", "scene", "choice", "reason", "led_to"),
        [
            (step["number"], step["seat"], "yes" if step["stand_in"] else "no", step["scene_id"],
             step["choice_id"], step["reason"], "\n".join((step["led_to"] or "").split()))
            for step in raw.steps
        ],
    )  # fmt: skip
    _same(
        sheets["diagnoses"], ("systems", "failed_tests", "barrier_who", "barrier_what", "reason"),
        [
            (*("\n".join(each[part]) for part in PARTS), each["reason"])
            for each in raw.diagnoses
        ],
    )  # fmt: skip
    _same(
        sheets["ratings"], ("leader", "strand", "level", "not_enough", "reason", "evidence"),
        [
            (each["leader"], each["strand"], each["level"] or "", _yes(each["level"] is None),
             each["reason"], "\n".join(each["evidence"]))
            for each in raw.ratings
        ],
    )  # fmt: skip


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _sheet(sheet: Any) -> list[Row]:
    first, *rest = sheet.values
    return [
        {name: "" if cell is None else cell for name, cell in zip(first, row, strict=True)}
        for row in rest
    ]


def _same(rows: list[Row], columns: tuple[str, ...], wanted: list[tuple[Any, ...]]) -> None:
    """Compare rows in any order: nothing of it tells who came first."""
    assert Counter(tuple(row[name] for name in columns) for row in rows) == Counter(wanted)
