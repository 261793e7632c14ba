"""Everything that is a person's is in their download, and nothing that is anybody else's."""

import csv
import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import accounts, demo, my_data
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.data_registry import REGISTRY
from lfp_trainer.services.library import Published
from lfp_trainer.services.my_data import as_json, as_zip, gather
from lfp_trainer.services.safe_cells import safe_cell
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Membership, Model, NextStep, Place, Role
from tests import canaries
from tests.conftest import NOON

HERS, HIS = "CANARYHERS", "CANARYHIS"
STORED = {(table.name, column.name) for table in Model.metadata.sorted_tables for column in table.c}
DESCRIBED = {(store.name, name) for store in REGISTRY for name in store.columns}


def test_every_column_of_every_table_is_in_the_registry_and_no_other() -> None:
    assert DESCRIBED == STORED


def test_a_column_nobody_described_would_be_missed() -> None:
    table = sa.Table("diary", sa.MetaData(), sa.Column("secret", sa.Text))

    assert {(table.name, column.name) for column in table.c} - DESCRIBED == {("diary", "secret")}


def test_every_column_is_explained_in_a_sentence() -> None:
    words = [
        text
        for store in REGISTRY
        for text in (store.means, store.whose + ".", *(c.means for c in store.columns.values()))
    ]

    assert [text for text in words if not text.endswith(".") or len(text) < 10] == []


def test_what_is_kept_after_a_deletion_says_why() -> None:
    assert {store.name for store in REGISTRY if store.fate != "removed"} == {
        store.name for store in REGISTRY if store.why_kept
    }


@pytest.fixture
def met(session: Session) -> tuple[Person, Person]:
    """Two people with a word in every column, who played one run together."""
    version = canaries.add_version(session)
    hers, his = canaries.add_person(session, HERS), canaries.add_person(session, HIS)
    for person, canary in ((hers, HERS), (his, HIS)):
        canaries.leave_outside(session, person, canary)
        own = canaries.add_run(session, version, canary)
        canaries.leave_in_run(session, own, person, canary)
    with writing(session):
        session.execute(sa.update(Membership).values(role=Place.FACILITATOR))
    shared = canaries.add_run(session, version, "shared")
    for number, (person, canary) in enumerate(((hers, HERS + "TOO"), (his, HIS + "TOO")), 1):
        canaries.leave_in_run(session, shared, person, canary, number)
    return hers, his


def words(canary: str, *, withheld: bool) -> set[str]:
    """Return the words that a person left in columns of text and lists."""
    return {
        canaries.word_of(canary, table.c[name])
        for store in REGISTRY
        if store.rows is not None
        for table in [Model.metadata.tables[store.name]]
        for name, column in store.columns.items()
        if isinstance(table.c[name].type, sa.Text | sa.JSON)
        and not isinstance(table.c[name].type, sa.Enum)
        and (store.name, name) not in canaries.SHARED_PLAY
        and bool(column.withheld) is withheld
    }


def all_text(archive: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return "".join(opened.read(name).decode("utf-8-sig") for name in opened.namelist())


def downloads(session: Session, person: Person) -> tuple[str, str]:
    gathered = gather(session, person)
    return as_json(gathered, now=NOON).decode(), all_text(as_zip(gathered, now=NOON))


def test_a_download_holds_each_word_of_the_person_in_both_forms(
    session: Session, met: tuple[Person, Person]
) -> None:
    hers, _ = met
    mine = words(HERS, withheld=False)
    assert len(mine) > 20

    for text in downloads(session, hers):
        # An address is stored in lower case.
        missing = {word for word in mine if word not in text and word.lower() not in text}
        assert missing == set()


def test_a_download_holds_no_word_of_anybody_else(
    session: Session, met: tuple[Person, Person]
) -> None:
    hers, his = met

    for text in downloads(session, hers):
        assert HIS not in text
        assert HIS.lower() not in text
    for text in downloads(session, his):
        assert HERS not in text


def test_what_is_withheld_is_in_no_download(session: Session, met: tuple[Person, Person]) -> None:
    hers, _ = met
    kept_back = words(HERS, withheld=True)
    assert canaries.word_of(HERS, Model.metadata.tables["user"].c.password_hash) in kept_back

    for text in downloads(session, hers):
        assert [word for word in kept_back if word in text] == []


def test_of_a_shared_run_everybody_has_the_responses_and_only_their_own_reasons(
    session: Session, met: tuple[Person, Person]
) -> None:
    hers, his = met

    steps = gather(session, hers)["step"][-2:]

    assert [step["choice_id"] for step in steps] == [f"choice_id-{hers.id}", f"choice_id-{his.id}"]
    assert [step["user_id"] for step in steps] == [hers.id, None]
    assert [step["reason"] for step in steps] == [f"{HERS}TOO.step.reason", None]


def test_titles_stand_beside_the_numbers_of_cases_and_times_are_utc(
    session: Session, met: tuple[Person, Person]
) -> None:
    told = json.loads(as_json(gather(session, met[0]), now=NOON))

    run, step = told["tables"]["run"][0], told["tables"]["next_step"][0]
    assert (run["scenario_id"], run["scenario_title"]) == ("late-report", "Late report")
    assert step["scenario_title"] == "Late report"
    assert step["saved_at"] == "2026-03-02T12:00:00.000000Z"
    assert step["due_on"] == "2026-03-09"
    assert {(e["table"], e["column"]) for e in told["dictionary"]} >= STORED


def tables_of(archive: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        found = {}
        for name in opened.namelist():
            content = opened.read(name)
            if name.endswith(".csv"):
                assert content.startswith(b"\xef\xbb\xbf")
                text = content.decode("utf-8-sig")
                found[name[:-4]] = list(csv.DictReader(io.StringIO(text, newline="")))
        return found


def test_both_downloads_hold_the_same_rows(session: Session, met: tuple[Person, Person]) -> None:
    gathered = gather(session, met[0])

    tables = tables_of(as_zip(gathered, now=NOON))

    assert {name: len(rows) for name, rows in tables.items() if name != "dictionary"} == {
        name: len(rows) for name, rows in gathered.items()
    }
    for name, rows in gathered.items():
        if rows:
            assert list(tables[name][0]) == list(rows[0])


def test_a_guest_has_a_download_too(session: Session) -> None:
    with writing(session):
        guest = accounts.make_guest(session, now=NOON)
    person = Person(guest, "Guest", None, Role.LEARNER, None, 0, NOON)

    gathered = gather(session, person)

    assert [row["id"] for row in gathered["user"]] == [guest]
    assert gathered["sign_in_failure"] == []


FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", " =1", "\u00a0=1", "  @x",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example")', "+49 170 1", "-", "=", "\uff1d1",
    "\uff0b1", "\uff0d1", "\uff201", "\t", "\r\n", "\u2003=1", "=\u0000", "@", "+", "\v=1",
    "\f-1", "=IMPORTXML(1)", "-2+3+cmd",
)  # fmt: skip


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_text_becomes_a_formula(typed: str) -> None:
    cell = safe_cell(typed)

    assert isinstance(cell, str)
    assert cell.startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-3, -3), (0, 0), (True, "yes"), (False, "no"), (None, ""), ("plain, text; here", None),
        ("two\nlines = one", None), (["ILR", "=1"], '["ILR", "=1"]'), ("'quoted'", None),
        ("😀 é", None), ("a\x07b", "ab"),
    ],
)  # fmt: skip
def test_everything_else_stays_as_it_is(value: Any, cell: Any) -> None:
    assert safe_cell(value) == (value if cell is None else cell)


def test_typed_text_comes_through_a_csv_file_with_its_lines_and_a_guard(
    session: Session, met: tuple[Person, Person]
) -> None:
    nasty = '=1+1,"x";\nsecond line\ttab'
    with writing(session):
        session.execute(sa.update(NextStep).values(goal=nasty))

    gathered = gather(session, met[0])

    assert gathered["next_step"][0]["goal"] == nasty
    assert tables_of(as_zip(gathered, now=NOON))["next_step"][0]["goal"] == f"'{nasty}"
    assert "apostrophe" in all_text(as_zip(gathered, now=NOON))


def test_two_hundred_runs_are_gathered_fast_and_in_bounded_memory(
    session: Session, published: Published, alice_id: int, record_property: Callable[..., None]
) -> None:
    dice = Random(1)
    with writing(session):
        for _ in range(200):
            demo.play_run(
                session, published, user_id=alice_id, seat="both", habit=demo.by_chance, stop=None,
                dice=dice, now=NOON,
            )  # fmt: skip
    person = Person(alice_id, "Guest", None, Role.LEARNER, None, 0, NOON)
    session.rollback()

    began = time.perf_counter()
    gathered = gather(session, person)
    sent = as_json(gathered, now=NOON), as_zip(gathered, now=NOON)
    took = time.perf_counter() - began
    tracemalloc.start()
    as_zip(my_data.gather(session, person), now=NOON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    record_property("seconds", took)
    print(f"rows {sum(map(len, gathered.values()))}, {took:.2f} s, {peak / 1e6:.1f} MB,"
          f" json {len(sent[0]) / 1e6:.2f} MB, zip {len(sent[1]) / 1e6:.2f} MB")  # fmt: skip
    assert len(gathered["run"]) == 200
    assert took < 20
    assert peak < 60_000_000


def test_the_code_of_a_cohort_is_in_the_download_of_who_facilitates_it_alone(
    session: Session, met: tuple[Person, Person]
) -> None:
    hers, _ = met
    cohorts = Model.metadata.tables["cohort"].c
    code = canaries.word_of(HERS, cohorts.code)
    with writing(session):
        session.execute(
            sa.update(Membership).where(Membership.user_id == hers.id).values(role=Place.LEARNER)
        )

    for text in downloads(session, hers):
        assert code not in text
        assert canaries.word_of(HERS, cohorts.name) in text
