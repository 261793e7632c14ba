"""What an export holds: what its facilitator is shown at that moment, and nothing else."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.services import access, assignments, cohorts, runs, sharing
from lfp_trainer.services.cohorts import Joined
from lfp_trainer.services.exports import columns, jobs
from lfp_trainer.services.library import Published
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Diagnosis,
    Export,
    ExportFormat,
    ExportPart,
    ExportState,
    Membership,
    Mode,
    Place,
    Rating,
    Round,
    Stage,
    Step,
    User,
)
from tests.conftest import NOON
from tests.services.conftest import NewPerson, StandAt
from tests.together import Together, words_of

LATER = NOON + timedelta(hours=1)
SHEETS = {"people", "runs", "steps", "diagnoses", "ratings"}
CANARY = "CANARY"

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def dana_id(new: NewPerson) -> int:
    return new("Dana Facilitator")


@pytest.fixture
def spring(session: Session, dana_id: int, alice_id: int, bob_id: int) -> Joined:
    """A cohort that Dana facilitates and Alice and Bob are in."""
    with writing(session):
        key = cohorts.make(session, name="Spring", user_id=dana_id, now=NOON)
        cohort = cohorts.find(session, key, viewer_id=dana_id)
        for each, name in ((alice_id, "Alice Adams"), (bob_id, "Bob Brown")):
            cohorts.join(session, cohort.code, user_id=each, now=NOON)
            session.execute(
                sa.update(User)
                .where(User.id == each)
                .values(name=name, email=f"{name.split()[0].lower()}@district.example")
            )
    return cohort


@pytest.fixture
def played(session: Session, published: Published, alice_id: int, bob_id: int) -> Together:
    """What Alice and Bob have played to its end, privately."""
    lobby = Together.open(session, alice_id, now=NOON)
    lobby.join(bob_id)
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id, bob_id)
    lobby.play_to_the_end(alice_id, bob_id)
    return lobby


def agree(played: Together, cohort: Joined, *people: int, now: datetime = NOON) -> None:
    for each in people:
        with writing(played.session):
            sharing.agree(played.session, played.seat(each), cohort.id, now=now)


def ask(session: Session, cohort: Joined, user_id: int, **how: Any) -> int:
    """Ask for an export without names as JSON, unless said otherwise."""
    asked = {
        "format": ExportFormat.JSON, "with_names": False, "start_key": f"key-{how}", "now": LATER,
        **how,
    }  # fmt: skip
    with writing(session):
        return jobs.ask(session, cohort.id, user_id=user_id, **asked)[0]


def content_of(session: Session, export_id: int) -> bytes:
    session.rollback()
    parts = session.scalars(
        sa.select(ExportPart.content)
        .where(ExportPart.export_id == export_id)
        .order_by(ExportPart.number)
    )
    return b"".join(parts)


Export_ = Callable[..., bytes]


@pytest.fixture
def export(engine: sa.Engine, session: Session, spring: Joined, dana_id: int) -> Export_:
    """Make a file for Dana and return it."""

    def export(**how: Any) -> bytes:
        now = how.pop("now", LATER)
        export_id = ask(session, spring, dana_id, now=now, start_key=token_hex(8), **how)
        jobs.write(engine, export_id, clock=lambda: now)
        found = session.get_one(Export, export_id, populate_existing=True)
        assert (found.state, found.error) == (ExportState.DONE, "")
        content = content_of(session, export_id)
        assert len(content) == found.size > 0
        return content

    return export


def told(content: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(content)
    return document


def unzipped(content: bytes) -> bytes:
    """Return a file with everything that is packed inside it."""
    if content[:2] != b"PK":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content + b"".join(archive.read(name) for name in archive.namelist())


def counted(document: dict[str, Any]) -> dict[str, int]:
    return {name: len(document[name]) for name in SHEETS}


def test_nothing_is_in_it_before_anybody_has_agreed(played: Together, export: Export_) -> None:
    document = told(export())

    assert counted(document) == dict.fromkeys(SHEETS, 0)
    assert [document["about"][f"rows_in_{name}"] for name in SHEETS] == [0] * 5


def test_what_all_share_is_in_it_whole(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int, export: Export_
) -> None:
    agree(played, spring, alice_id, bob_id)

    document = told(export())

    path = runs.path_of(session, played.seat(alice_id).run_id)
    script = played.script(alice_id)
    assert [row["choice"] for row in document["steps"]] == list(path)
    assert document["steps"][0]["choice_text"] == script.choices[path[0]][1].text
    assert {row["reason"] for row in document["steps"]} == {
        words_of(each, "reason") for each in (alice_id, bob_id)
    }
    assert {row["reason"] for row in document["diagnoses"]} == {
        words_of(each, "diagnosis") for each in (alice_id, bob_id)
    }
    (run,) = document["runs"]
    assert (run["conversation"], run["steps"], run["run"]) == (True, len(path), "R01")
    assert run["ending_title"]
    assert {row["person"] for row in document["people"]} == {"P01", "P02"}
    assert counted(document) == {name: document["about"][f"rows_in_{name}"] for name in SHEETS}


def test_a_rating_stands_beside_the_reference_and_the_sentences_it_cites(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int, export: Export_
) -> None:
    agree(played, spring, alice_id, bob_id)
    with writing(session):
        session.execute(sa.update(Rating).where(Rating.leader == "partner").values(level=5))

    document = told(export())

    scenario = played.script(alice_id).scenario
    first = next(iter(scenario.sentences))
    for row in document["ratings"]:
        reference = scenario.leaders[row["leader"]][row["strand"]]
        assert (row["round"], row["not_enough"]) == ("before", False)
        assert row["reference"] == f"{reference.level}"
        assert row["in_band"] is (row["level"] in reference.band.levels)
        assert (row["evidence"], row["evidence_texts"]) == ([first], [scenario.sentences[first]])
    assert document["ratings"] != []
    assert {row["in_band"] for row in document["ratings"]} == {True, False}


@pytest.mark.parametrize("format", ExportFormat)
def test_of_a_half_shared_pair_nothing_is_in_it(
    session: Session,
    played: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    export: Export_,
    format: ExportFormat,
) -> None:
    with writing(session):
        session.execute(sa.update(Step).values(reason=f"{CANARY} said in the conversation"))
        for owner in (Diagnosis.user_id, Rating.rater_id):
            mine = sa.update(owner.class_).where(owner == bob_id)
            session.execute(mine.values(reason=f"{CANARY} of Bob"))
    agree(played, spring, alice_id)

    content = unzipped(export(format=format, with_names=True))

    assert CANARY.encode() not in content
    assert b"Bob" not in content
    assert b"Alice Adams" not in content
    if format is ExportFormat.JSON:
        assert [told(content)[name] for name in ("runs", "steps", "people")] == [[], [], []]


@pytest.mark.parametrize("format", ExportFormat)
def test_a_private_run_another_cohort_a_draft_and_what_is_said_of_a_play_leave_no_trace(
    session: Session,
    played: Together,
    spring: Joined,
    stand_at: StandAt,
    alice_id: int,
    bob_id: int,
    new: NewPerson,
    export: Export_,
    format: ExportFormat,
) -> None:
    agree(played, spring, alice_id, bob_id)
    before = export(format=format)
    private, elsewhere = stand_at(Stage.DONE), stand_at(Stage.DONE)
    played.rate_play(alice_id)
    with writing(session):
        key = cohorts.make(session, name="Another", user_id=alice_id, now=NOON)
        other = cohorts.find(session, key, viewer_id=alice_id)
        sharing.agree(session, elsewhere, other.id, now=NOON)
        for each in (private, elsewhere):
            for model in (Step, Diagnosis, Rating):
                in_it = sa.update(model).where(model.run_id == each.run_id)
                session.execute(in_it.values(reason=f"{CANARY} of {each.key}"))
        own = Rating.round.in_((Round.OWN, Round.OTHER))
        assert session.execute(
            sa.update(Rating).where(own).values(reason=f"{CANARY} of a play").returning(Rating.id)
        ).all()
        draft = sa.update(Diagnosis).where(Diagnosis.user_id == bob_id)
        session.execute(draft.values(reason=f"{CANARY} draft", committed_at=None))

    after = export(format=format)

    assert CANARY.encode() not in unzipped(after)
    counts = [json_of(each, format) for each in (before, after)]
    assert counts[0] | {"diagnoses": counts[0]["diagnoses"] - 1} == counts[1]


def json_of(content: bytes, format: ExportFormat) -> dict[str, int]:
    """Return how many rows each sheet of a file has, of whatever kind it is."""
    if format is ExportFormat.JSON:
        return counted(told(content))
    if format is ExportFormat.XLSX:
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {name: book[name].max_row - 1 for name in SHEETS}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: len(rows_of(archive, name)) for name in SHEETS}


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("format", ExportFormat)
def test_without_names_there_is_no_name_no_address_and_no_exact_time_in_its_bytes(
    session: Session,
    played: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    export: Export_,
    format: ExportFormat,
) -> None:
    agree(played, spring, alice_id, bob_id)

    named = unzipped(export(format=format, with_names=True))
    content = unzipped(export(format=format))

    for word in (b"Alice Adams", b"Bob Brown"):
        assert word in named
        assert word not in content
    for word in (b"Alice", b"Bob", b"Dana", b"district.example", played.key.encode()):
        assert word not in content
    assert b"12:00:00" in named
    clock = re.findall(rb"\d\d:\d\d(?::\d\d)?", content)
    # A workbook says of itself that it was made at the beginning of the day.
    assert [each for each in clock if each != b"00:00:00"] == []
    assert b"2026-03-02" in content


def test_people_are_numbered_anew_and_in_another_order_in_each_file(
    session: Session, spring: Joined, published: Published, new: NewPerson, stand_at: StandAt,
    export: Export_,
) -> None:  # fmt: skip
    for number in range(12):
        person = new(f"Person {number}")
        with writing(session):
            cohorts.join(session, spring.code, user_id=person, now=NOON)
        seated = stand_at(Stage.ROLE_PLAY, user_id=person)
        with writing(session):
            sharing.agree(session, seated, spring.id, now=NOON)
            in_it = sa.update(Diagnosis).where(Diagnosis.run_id == seated.run_id)
            session.execute(in_it.values(reason=f"words {number:02}"))

    orders = []
    for minute in range(3):
        document = told(export(now=LATER + timedelta(minutes=minute)))
        orders.append(
            [row["reason"] for row in sorted(document["diagnoses"], key=lambda row: row["person"])]
        )
        assert [row["person"] for row in document["people"]] == [f"P{n:02}" for n in range(1, 13)]
        assert [row["run"] for row in document["runs"]] == [f"R{n:02}" for n in range(1, 13)]

    assert len({tuple(each) for each in orders}) == 3
    assert all(each != sorted(each) for each in orders)


def test_only_one_scenario_or_one_assignment_can_be_asked_for(
    session: Session, played: Together, spring: Joined, published: Published, dana_id: int,
    alice_id: int, bob_id: int, export: Export_,
) -> None:  # fmt: skip
    agree(played, spring, alice_id, bob_id)
    with writing(session):
        key = assignments.assign(
            session, spring, published, mode=Mode.ALONE, start_key="assigned", now=NOON
        )
        assigned, _ = assignments.find(session, key, viewer_id=alice_id)
        run_key = assignments.begin_alone(
            session, assigned, published, user_id=alice_id, seat="both", shares=True,
            start_key="begun", now=NOON,
        )  # fmt: skip
    assert access.seat_in(session, run_key, viewer_id=alice_id).assignment_id is not None

    everything, of_it = told(export()), told(export(assignment_key=key))
    none = told(export(scenario_id="late-report"))
    gone = told(export(assignment_key="no-such-key"))
    same = told(export(scenario_id=published.script.scenario.id))

    assert [counted(each)["runs"] for each in (everything, of_it, none, gone, same)] == [
        2, 1, 0, 0, 2,
    ]  # fmt: skip
    assert of_it["about"]["only_one_assignment"] is True
    assert same["about"]["only_scenario"] == published.script.scenario.id


def test_what_was_shared_before_somebody_facilitated_is_not_in_their_file(
    session: Session, engine: sa.Engine, played: Together, spring: Joined, alice_id: int,
    new: NewPerson,
) -> None:  # fmt: skip
    agree(played, spring, alice_id)
    noah = new("Noah")
    with writing(session):
        session.add(
            Membership(
                cohort_id=spring.id, user_id=noah, role=Place.FACILITATOR, joined_at=LATER,
                facilitates_since=LATER,
            )
        )  # fmt: skip

    export_id = ask(session, spring, noah)
    jobs.write(engine, export_id, clock=lambda: LATER)

    assert counted(told(content_of(session, export_id))) == dict.fromkeys(SHEETS, 0)


@pytest.mark.parametrize("format", [ExportFormat.XLSX, ExportFormat.CSV])
@pytest.mark.parametrize("with_names", [True, False])
def test_every_kind_of_file_says_the_same(
    session: Session,
    engine: sa.Engine,
    played: Together,
    spring: Joined,
    alice_id: int,
    bob_id: int,
    export: Export_,
    format: ExportFormat,
    with_names: bool,
) -> None:
    nasty = '=HYPERLINK("http://x.example")\n+second "line", é 😀'
    with writing(session):
        session.execute(sa.update(Diagnosis).values(reason=nasty))
    agree(played, spring, alice_id, bob_id)
    document = told(export(with_names=with_names))

    content = export(format=format, with_names=with_names)

    tables = xlsx_rows(content) if format is ExportFormat.XLSX else csv_rows(content)
    assert {row["reason"] for row in document["diagnoses"]} == {nasty}
    for name in ("dictionary", *SHEETS):
        expected = [[cell_of(value) for value in row.values()] for row in document[name]]
        # Who is which number is drawn anew.
        blank = [at for at, head in enumerate(tables[name][0]) if head in ("person", "name")]
        assert tables[name][0] == list(document[name][0])
        rows = tables[name][1:]
        for row in (*expected, *rows):
            for at in blank:
                row[at] = ""
        assert sorted(rows) == sorted(expected)
    shown = [name for name in tables["people"][0] if name == "name"]
    assert shown == (["name"] if with_names else [])


def cell_of(value: Any) -> str:
    from lfp_trainer.services.exports.files import flat

    return f"{flat(value)}"


def xlsx_rows(content: bytes) -> dict[str, list[list[str]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        name: [
            ["" if value is None else f"{value}" for value in row] for row in book[name].values
        ]  # fmt: skip
        for name in book.sheetnames
    }


def csv_rows(content: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def test_every_column_is_in_the_dictionary_with_a_sentence() -> None:
    entries = columns.dictionary(with_names=True)

    assert {(each["sheet"], each["column"]) for each in entries} == {
        (sheet.name, column.name)
        for sheet in (columns.ABOUT, *columns.RECORDS, columns.DICTIONARY)
        for column in sheet.columns
    }
    assert [each["means"] for each in entries if not each["means"].endswith(".")] == []
    without = {each["column"] for each in columns.dictionary(with_names=False)}
    assert {each["column"] for each in entries} - without == {"name"}


def test_a_version_that_cannot_be_read_still_tells_what_was_said(
    session: Session, played: Together, spring: Joined, alice_id: int, bob_id: int,
    export: Export_, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    agree(played, spring, alice_id, bob_id)
    whole = told(export())
    from lfp_trainer.services import library

    def broken(*_: object) -> None:
        raise ValueError("no such shape")

    monkeypatch.setattr(library, "script_of", broken)
    bare = told(export(now=LATER + timedelta(minutes=1)))

    assert counted(bare) == counted(whole)
    assert [row["choice"] for row in bare["steps"]] == [row["choice"] for row in whole["steps"]]
    assert {row["choice_text"] for row in bare["steps"]} == {""}
    assert {row["in_band"] for row in bare["ratings"]} == {None}
