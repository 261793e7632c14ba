"""An export as a workbook, as an archive of tables, or as one document for a program.

Each is written while its rows are read, into a file that has no name and is gone with the process.
"""

import csv
import io
import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from lfp_trainer.services.exports.columns import Column, Sheet
from lfp_trainer.services.safe_cells import safe_cell
from lfp_trainer.storage.models import ExportFormat

Sheets = Iterable[tuple[Sheet, Iterable[Mapping[str, Any]]]]
Write = Callable[[IO[bytes], Sheets, bool, datetime], None]
"""Where to, what, whether with names, and when it was begun."""

MIME = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "application/zip",
    ExportFormat.JSON: "application/json",
}
ENDS = {ExportFormat.XLSX: "xlsx", ExportFormat.CSV: "zip", ExportFormat.JSON: "json"}


def flat(value: Any) -> str | int | float:
    """Return a value as a cell; of a list, each part on a line of its own."""
    if isinstance(value, list | tuple):
        value = "\n".join(value)
    return safe_cell(value)


WIDTHS = {"reason": 50, "choice_text": 50, "evidence_texts": 50, "means": 80, "told": 80}
_PREFIX = "lfp-export-"


def write_xlsx(to: IO[bytes], sheets: Sheets, with_names: bool, begun_at: datetime) -> None:
    """Write a workbook with a sheet for each kind of record."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(to, options) as book:
            # To the day, as everything is in it.
            day = begun_at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            book.set_properties({"title": "What a cohort shows", "created": day})
            head = book.add_format({"bold": True})
            wraps = book.add_format({"text_wrap": True, "valign": "top"})
            for sheet, rows in sheets:
                page = book.add_worksheet(sheet.name)
                _fill(page, sheet.shown(with_names=with_names), rows, head, wraps)


def _fill(
    page: Any, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], head: Any, wraps: Any
) -> None:
    page.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        page.set_column(at, at, WIDTHS.get(column.name, 16))
    for at, column in enumerate(columns):
        page.write_string(0, at, column.name, head)
    for line, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            cell = flat(row[column.name])
            if not isinstance(cell, str):
                page.write_number(line, at, cell)
            elif cell:
                # XML reads every line end as this one.
                plain = cell.replace("\r\n", "\n").replace("\r", "\n")
                wide = WIDTHS.get(column.name)
                page.write_string(line, at, plain, wraps if wide else None)


def _sweep() -> None:
    """Remove what a writer left whose process was ended while it wrote."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            is_old = time.time() - folder.stat().st_mtime > 3600
        except OSError:
            continue
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)


READ_ME = """\
What a cohort shows

Each file that ends in .csv is one table, and opens in any spreadsheet. about.csv says what they are
of, dictionary.csv what every column means. Of a list, each part is on a line of its own.

A spreadsheet takes a cell that begins with = + - or @ for a formula and would run it. Where text
begins so, also on a line within a cell, it has an apostrophe (') in front of it here, which nobody
wrote. The export as JSON has every text exactly as it is stored.
"""


def write_csv(to: IO[bytes], sheets: Sheets, with_names: bool, begun_at: datetime) -> None:
    """Write an archive of tables, one file each."""
    stamp = (begun_at.year, begun_at.month, begun_at.day, 0, 0, 0)

    def entry(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, date_time=stamp)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry("read-me.txt"), READ_ME)
        for sheet, rows in sheets:
            names = [column.name for column in sheet.shown(with_names=with_names)]
            with (
                archive.open(entry(f"{sheet.name}.csv"), "w", force_zip64=True) as binary,
                # The mark tells spreadsheets that this is UTF-8.
                io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text,
            ):
                # Texts stand in quotes, so that a line break stays inside its cell.
                writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
                writer.writerow(names)
                writer.writerows([flat(row[name]) for name in names] for row in rows)


def write_json(to: IO[bytes], sheets: Sheets, with_names: bool, begun_at: datetime) -> None:
    """Write one document, with every text as it is stored."""
    to.write(b"{")
    for place, (sheet, rows) in enumerate(sheets):
        to.write(f"{',' if place else ''}\n{json.dumps(sheet.name)}: ".encode())
        if sheet.name == "about":
            told = {row["what"]: row["told"] for row in rows}
            to.write(json.dumps(told, ensure_ascii=False, indent=1).encode())
            continue
        names = [column.name for column in sheet.shown(with_names=with_names)]
        to.write(b"[")
        for number, row in enumerate(rows):
            told = {name: row[name] for name in names}
            to.write(b",\n " if number else b"\n ")
            to.write(json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace"))
        to.write(b"\n]")
    to.write(b"\n}\n")


WRITE: Mapping[ExportFormat, Write] = {
    ExportFormat.XLSX: write_xlsx,
    ExportFormat.CSV: write_csv,
    ExportFormat.JSON: write_json,
}
