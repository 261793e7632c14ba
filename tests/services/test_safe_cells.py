"""Whatever somebody writes, in whatever column: text in a spreadsheet, whole or visibly cut."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from lfp_trainer.services import safe_cells
from lfp_trainer.services.exports import columns, files
from lfp_trainer.services.exports.columns import Sheet
from lfp_trainer.services.safe_cells import MOST, safe_cell
from tests.conftest import NOON
from tests.services.test_my_data import FORMULAS

PAYLOADS = (
    *FORMULAS,
    "harmless\n=1+1", "two\r\n@SUM(A1)", "a\n\u00a0=1", "'=1+1", "''=1", "\u200b=1", "\ufeff=1",
    "http://x.example/", "mailto:a@x.example", "internal:Sheet!A1", "external:c:\\x.xlsx",
    "{=1+1}", "00123", "1e5", "TRUE", "#REF!", "_x0041_ and _x000D_", "<b>&amp;</b>]]>",
    'quote " and ; and , and \t tab', "😀 é \u2028 end", "a\x07b", "\ud800 half", "\uffff", "",
    "x" * MOST, "x" * (MOST + 1), "=" + "y" * 40_000, "😀" * 20_000,
)  # fmt: skip
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")


def sheets_of(payloads: tuple[str, ...]) -> Iterator[tuple[Sheet, list[Mapping[str, Any]]]]:
    """Every sheet, with each payload in every column."""
    for sheet in (columns.ABOUT, *columns.RECORDS, columns.DICTIONARY):
        yield sheet, [{each.name: payload for each in sheet.columns} for payload in payloads]


def written(write: files.Write) -> io.BytesIO:
    target = io.BytesIO()
    write(target, sheets_of(PAYLOADS), True, NOON)
    return target


def as_read(payload: str) -> str:
    """What a program has of a payload once it has taken off the apostrophes that were added."""
    printable = safe_cells._UNPRINTABLE.sub("", payload)
    return printable.replace("\r\n", "\n").replace("\r", "\n")


def taken_off(cell: str) -> str:
    plain = cell.replace("\r\n", "\n").replace("\r", "\n")
    found, at = [], 0
    for match in safe_cells.GUARDED.finditer(plain):
        if plain[match.end() : match.end() + 1] == "'":
            found.append(plain[at : match.end()])
            at = match.end() + 1
    return "".join(found) + plain[at:]


def wrong(cells: list[str], payload: str) -> list[str]:
    found = []
    for cell in cells:
        for line in cell.split("\n"):
            if line.lstrip(" \u00a0\u2003\u200b\ufeff")[:1] in SIGNS[:8] and line.strip():
                found.append(f"a formula: {cell[:40]!r}")
        if cell[:1] in SIGNS:
            found.append(f"begins with a sign: {cell[:40]!r}")
        whole = taken_off(cell) == as_read(payload)
        if not whole and "[Cut here: the whole text has" not in cell:
            found.append(f"cut in silence: {payload[:40]!r} became {cell[:40]!r}")
        if len(cell.encode("utf-16-le")) // 2 > MOST:
            found.append(f"longer than a cell: {payload[:40]!r}")
    return found


def test_there_are_enough_payloads_and_columns() -> None:
    assert len(set(PAYLOADS)) >= 55
    assert sum(len(sheet.columns) for sheet in columns.RECORDS) > 50


def test_nothing_in_a_workbook_is_a_formula_or_a_link_or_cut_in_silence() -> None:
    archive = written(files.write_xlsx)
    book = openpyxl.load_workbook(archive)
    complaints, cells = [], 0
    for sheet, rows in sheets_of(PAYLOADS):
        page = book[sheet.name]
        assert [cell.value for cell in page[1]] == [column.name for column in sheet.columns]
        assert page._hyperlinks == []
        for line, (payload, _) in enumerate(zip(PAYLOADS, rows, strict=True), start=2):
            found = [page.cell(line, at) for at in range(1, len(sheet.columns) + 1)]
            cells += len(found)
            kinds = {cell.data_type for cell in found if cell.value is not None}
            if not kinds <= {"s", "inlineStr"}:
                complaints.append(f"{kinds} of {payload[:40]!r} in {sheet.name}")
            # What a workbook escapes, spreadsheets read back; this reader does not by itself.
            complaints += wrong([unescape(f"{cell.value or ''}") for cell in found], payload)

    assert complaints == []
    assert cells > 3000
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            text = opened.read(name).decode()
            ElementTree.fromstring(text)
            assert "<f>" not in text
            assert "<hyperlink " not in text.lower()
            assert "relationships/hyperlink" not in text.lower()


def test_nothing_in_a_csv_archive_is_a_formula_or_cut_in_silence() -> None:
    complaints = []
    with zipfile.ZipFile(written(files.write_csv)) as opened:
        for sheet, _ in sheets_of(PAYLOADS):
            content = opened.read(f"{sheet.name}.csv")
            assert content[:3] == b"\xef\xbb\xbf"
            head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
            assert head == [column.name for column in sheet.columns]
            assert len(rows) == len(PAYLOADS)
            for payload, row in zip(PAYLOADS, rows, strict=True):
                complaints += wrong(row, payload)

    assert complaints == []


def test_without_the_guard_the_same_payloads_would_be_complained_of() -> None:
    assert [payload for payload in FORMULAS if not wrong([payload], payload)] == []
    assert wrong(["x" * MOST], "x" * 40_000) != []


@pytest.mark.parametrize("typed", ["harmless\n=1", "a\r\n+1", "x\n \u00a0-1", "\u200b@x", "'=1"])
def test_a_sign_behind_a_line_end_or_what_nobody_sees_is_guarded_too(typed: str) -> None:
    cell = safe_cell(typed)

    assert isinstance(cell, str)
    assert taken_off(cell) == typed.replace("\r\n", "\n")
    assert len(cell) == len(typed) + 1


def test_a_long_text_says_that_it_is_cut_and_how_long_it_was() -> None:
    cell = str(safe_cell("😀" * 20_000))

    assert len(cell.encode("utf-16-le")) // 2 <= MOST
    assert cell.endswith("[Cut here: the whole text has 20,000 characters. A download as JSON has"
                         " all of it.]")  # fmt: skip
    assert set(cell.partition("\n")[0]) == {"😀"}
