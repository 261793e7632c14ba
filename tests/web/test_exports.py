"""The page of exports: for who facilitates the cohort, with names only after a password."""

import io
import json
import zipfile
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from lfp_trainer.services import sign_in
from lfp_trainer.services.exports import jobs, kept
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import (
    Assignment,
    Export,
    ExportFormat,
    ExportPart,
    Membership,
    Place,
    UserSession,
)
from lfp_trainer.web.asker import now
from lfp_trainer.web.extensions import db
from tests.conftest import HTMX, Browser
from tests.web.cohorting import CohortPage
from tests.web.conftest import SCENARIO, RunPage, values
from tests.web.exporting import files_on, make, share, withdraw
from tests.web.exporting import writers_end as writers_end

RAW = b"Alice's words on the diagnosis"


@pytest.fixture
def cohort(dana: Browser, alice: Browser, bob: Browser) -> CohortPage:
    return CohortPage.make(dana, alice, bob)


@pytest.fixture
def shared(cohort: CohortPage, alice: Browser) -> RunPage:
    return share(cohort, alice)


def age_sign_ins(browser: Browser) -> None:
    """Let everybody have typed their password longer ago than it counts."""
    with browser.app.app_context(), writing(db.session):
        then = now() - sign_in.FRESH - timedelta(minutes=1)
        db.session.execute(sa.update(UserSession).values(fresh_at=then))


def test_who_facilitates_it_finds_the_page_beside_the_others(
    dana: Browser, cohort: CohortPage
) -> None:
    people = dana.get(cohort.url).text

    assert f'href="{cohort.url}/export"' in people
    assert 'aria-current="page">Export' in dana.get(f"{cohort.url}/export").text


def test_who_is_in_it_and_does_not_facilitate_sees_neither_page_nor_link_nor_file(
    dana: Browser, alice: Browser, charlie: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort))
    assert dana.get(file).status_code == 200

    for other in (alice, charlie):
        for url in (f"{cohort.url}/export", f"{cohort.url}/export/live", file):
            for htmx in (False, True):
                answer = other.get(url, htmx=htmx)
                assert answer.status_code == 404
                assert RAW not in answer.data
        assert other.post(f"{cohort.url}/export", {"format": "json"}).status_code == 404
    assert "/export" not in alice.get(cohort.url).text


def test_while_nobody_shares_anything_there_is_nothing_to_make(
    dana: Browser, alice: Browser, cohort: CohortPage, alices_run: RunPage
) -> None:
    private = alices_run.to_debrief()
    page = dana.get(f"{cohort.url}/export").text

    assert "Nobody shares anything with you yet" in page
    assert values(page, "start_key") == []
    answer = dana.post(f"{cohort.url}/export", {"format": "json", "of": "all"})
    assert answer.status_code == 422
    share(cohort, alice, private)
    assert "Everything that is shared with you" in dana.get(f"{cohort.url}/export").text


@pytest.mark.parametrize(("kind", "ends"), [("xlsx", "xlsx"), ("csv", "zip"), ("json", "json")])
def test_the_file_arrives_whole_under_a_name_that_names_nobody(
    dana: Browser, cohort: CohortPage, shared: RunPage, kind: str, ends: str
) -> None:
    (file,) = files_on(make(cohort, format=kind))

    answer = dana.get(file)

    name = f"lfp-trainer-export-{now():%Y-%m-%d}.{ends}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        found = [row[book["diagnoses"].max_column - 2] for row in book["diagnoses"].values][1]
        assert f"{found}".encode() == RAW
    elif kind == "csv":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert RAW in archive.read("diagnoses.csv")
    else:
        assert json.loads(answer.data)["diagnoses"][0]["reason"].encode() == RAW


def test_a_large_file_is_sent_part_by_part(
    dana: Browser, cohort: CohortPage, shared: RunPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PART", 1000)

    (file,) = files_on(make(cohort))

    with dana.app.app_context():
        assert (db.session.scalar(sa.select(sa.func.count(ExportPart.id))) or 0) > 5
    assert RAW in dana.get(file).data
    json.loads(dana.get(file).data)


def test_without_names_is_the_default_and_no_name_is_in_the_file(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    page = dana.get(f"{cohort.url}/export").text
    assert 'name="names" value="yes" aria-describedby="names-hint">' in " ".join(page.split())

    (file,) = files_on(make(cohort))
    (named, _) = files_on(make(cohort, names="yes"))

    assert b'"Alice"' in dana.get(named).data
    assert b'"Alice"' not in dana.get(file).data
    assert [row["person"] for row in json.loads(dana.get(file).data)["people"]] == ["P01"]


def test_with_names_asks_for_the_password_and_leads_back_with_what_was_chosen(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort, names="yes"))
    age_sign_ins(dana)
    data = {"format": "csv", "of": f"scenario-{SCENARIO}", "names": "yes"}

    answer = dana.post(f"{cohort.url}/export", data)
    refused = dana.get(file)

    assert answer.location.startswith("/confirm?next=")
    assert refused.location.startswith("/confirm?next=")
    again = dana.post(answer.location, {"password": "otter granite teapot lantern"})
    page = dana.get(again.location).text
    assert 'value="csv" checked' in page
    assert f'value="scenario-{SCENARIO}" selected' in page
    assert 'aria-describedby="names-hint" checked' in page
    assert dana.get(file).status_code == 200


def test_without_names_no_password_is_asked_for(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    age_sign_ins(dana)

    (file,) = files_on(make(cohort))

    assert RAW in dana.get(file).data


@pytest.mark.parametrize("data", [{"format": "exe", "of": "all"}, {"format": "csv", "of": "x"}, {}])
def test_what_is_not_offered_is_told_where_it_was_chosen(
    dana: Browser, cohort: CohortPage, shared: RunPage, data: dict[str, object]
) -> None:
    answer = dana.post(f"{cohort.url}/export", data)

    assert answer.status_code == 422
    assert "Not quite finished." in answer.text
    assert "Choose what" in answer.text


def test_a_double_click_makes_one_file(dana: Browser, cohort: CohortPage, shared: RunPage) -> None:
    key = values(dana.get(f"{cohort.url}/export").text, "start_key")[0]

    make(cohort, start_key=key)
    page = make(cohort, start_key=key)

    assert len(files_on(page)) == 1


def test_an_assignment_can_be_exported_by_itself(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    with dana.app.app_context(), writing(db.session):
        cohort_id = db.session.scalar(sa.text("SELECT id FROM cohort"))
        db.session.add(
            Assignment(
                key="assigned_123-567", start_key="s", cohort_id=cohort_id, scenario_id=SCENARIO,
                mode="alone", seat="", required=[], note="", made_at=now(),
            )
        )  # fmt: skip

    (file,) = files_on(make(cohort, of="assignment-assigned_123-567"))

    document = json.loads(dana.get(file).data)
    assert document["about"]["only_one_assignment"] is True
    assert document["runs"] == []


def waiting(browser: Browser, cohort: CohortPage) -> int:
    """Leave an export as it is while its writer is at work."""
    with browser.app.app_context(), writing(db.session):
        cohort_id = db.session.scalar(sa.text("SELECT id FROM cohort"))
        return jobs.ask(
            db.session, cohort_id, user_id=browser.user_id, format=ExportFormat.XLSX,
            with_names=False, start_key="waiting", now=now(),
        )[0]  # fmt: skip


def change(browser: Browser, export_id: int, **values: object) -> None:
    with browser.app.app_context(), writing(db.session):
        found = sa.update(Export).where(Export.id == export_id)
        db.session.execute(found.values(**values))


def test_while_it_is_made_the_page_asks_by_itself_and_is_told_only_what_is_new(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    export_id = waiting(dana, cohort)
    live = f"{cohort.url}/export/live"
    page = dana.get(f"{cohort.url}/export").text
    assert f'hx-get="{live}" hx-trigger="every 1s"' in page
    assert f'<a href="{live}">Look again</a>' in page
    assert dana.get(live).location == f"{cohort.url}/export#made"

    first = dana.get(live, htmx=True)
    tag = first.headers["HX-PTag"]
    same = dana.client.get(live, headers={**HTMX, "HX-PTag": tag})
    change(dana, export_id, rows_done=40, rows_total=100)
    other = dana.client.get(live, headers={**HTMX, "HX-PTag": tag})

    assert first.text.lstrip().startswith('<section id="made"')
    assert (same.status_code, same.data) == (304, b"")
    assert 'value="36"' in other.text
    assert "40 of 100 rows" in other.text
    change(dana, export_id, state="done", size=1)
    done = dana.client.get(live, headers={**HTMX, "HX-PTag": tag}).text
    assert "hx-trigger" not in done
    assert len(files_on(done)) == 1


def test_who_has_one_on_the_way_is_told_to_wait(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    waiting(dana, cohort)

    answer = dana.post(f"{cohort.url}/export", {"format": "json", "of": "all"})

    assert (answer.status_code, jobs.ONE_AT_A_TIME in answer.text) == (429, True)


def test_a_writer_that_ended_with_its_process_is_told_of_and_can_be_begun_again(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    export_id = waiting(dana, cohort)
    change(dana, export_id, seen_at=now() - kept.SILENT - timedelta(seconds=5))

    live = dana.get(f"{cohort.url}/export/live", htmx=True).text

    assert kept.SERVER_ENDED in live
    assert f'href="{cohort.url}/export?format=xlsx&amp;of=all">Make it again' in live
    assert len(files_on(make(cohort))) == 1


def test_a_file_is_gone_at_once_when_somebody_withdraws_and_the_page_says_so(
    dana: Browser, alice: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort))
    assert dana.get(file).status_code == 200

    withdraw(alice, shared)

    assert dana.get(file).status_code == 404
    page = dana.get(f"{cohort.url}/export").text
    assert "What is shared has changed since, so this file is gone." in page
    assert files_on(page) == []


def test_a_file_is_gone_after_an_hour_and_stays_on_record(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort))
    with dana.app.app_context(), writing(db.session):
        then = now() - kept.KEPT - timedelta(seconds=5)
        db.session.execute(sa.update(Export).values(made_at=then))

    page = dana.get(f"{cohort.url}/export").text

    assert "The file is gone: it was kept for an hour." in page
    assert dana.get(file).status_code == 404


def test_who_loses_the_cohort_cannot_take_the_file_any_more(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort))
    with dana.app.app_context(), writing(db.session):
        mine = sa.update(Membership).where(Membership.user_id == dana.user_id)
        db.session.execute(mine.values(role=Place.LEARNER, facilitates_since=None))

    assert dana.get(file).status_code == 404
    assert dana.get(f"{cohort.url}/export").status_code == 404


def test_facilitators_see_of_each_other_that_a_file_was_made_and_not_the_file(
    dana: Browser, bob: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    (file,) = files_on(make(cohort, names="yes"))
    with dana.app.app_context(), writing(db.session):
        his = sa.update(Membership).where(Membership.user_id == bob.user_id)
        db.session.execute(his.values(role=Place.FACILITATOR, facilitates_since=now()))

    page = bob.get(f"{cohort.url}/export").text

    assert "by Dana" in page
    assert "with names" in page
    assert files_on(page) == []
    assert bob.get(file).status_code == 404


def test_a_closed_cohort_can_still_be_exported(
    dana: Browser, cohort: CohortPage, shared: RunPage
) -> None:
    with dana.app.app_context(), writing(db.session):
        db.session.execute(sa.text("UPDATE cohort SET archived_at = :now"), {"now": "2026-03-02"})

    (file,) = files_on(make(cohort))

    assert RAW in dana.get(file).data
