"""Every page of the site, for somebody to walk along, and what they read on each.

A page that is added stands in no list here, and a test says so.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from string import Formatter

from werkzeug.test import TestResponse

from lfp_trainer.services import library
from lfp_trainer.web.run_stages import NAMES
from tests.conftest import NOON, Browser
from tests.web.conftest import SCENARIO
from tests.web.walls import Wall

OF_A_RUN = {
    "runs.show": ["{run}", *(f"{{run}}?stage={each}" for each in NAMES)],
    "runs.print_debrief": ["{run}/debrief"],
    "live.look": ["{run}/live?at=role-play.0.0"],
    "what_if.choose_decision": ["{run}/what-if"],
    "what_if.show": ["{run}/what-if/1"],
    "what_if.compare": ["{run}/compare"],
    "second_ratings.again": ["{run}/again/0"],
    "second_ratings.after": ["{run}/after"],
    "one_screen.hand_over": ["{run}/screen"],
    "swaps.choose": ["{run}/swap"],
    "sharing.show": ["{run}/sharing"],
    "next_steps.one_as_calendar": ["/next-steps/{key}.ics"],
    "lobby.show": ["/pairs/{code}"],
    "lobby.live": ["/pairs/{code}/live"],
    "readmission.asked": ["/pairs/{code}/asked"],
    "readmission.show_come_back": ["/pairs/{code}/own-code"],
}
OF_A_COHORT = {
    "cohorts.show": ["{cohort}"],
    "walking_out.show": ["{cohort}/walking-out"],
    "assigned.show": ["/assigned/{assigned}"],
    "progress.show": ["{cohort}/progress", "{cohort}/progress?of={followed}"],
    "progress.look": ["{cohort}/progress/live?of={followed}"],
    "exports.show": ["{cohort}/export"],
    "exports.live": ["{cohort}/export/live"],
    "pairing.choose": ["{cohort}/pairs"],
    "pairing.deal": [
        "{cohort}/pairs/deal?scenario=glowing-observations&way=mix&mix=a1b2c3d4&who={person}"
    ],
    "cohort_people.ask_to_remove": ["{cohort}/people/{person}/remove"],
    "cohort_invitations.index": ["{cohort}/invitations"],
    "cohort_invitations.slips": ["{cohort}/invitations/slips"],
    "cohort_settings.show": ["{cohort}/settings"],
    "cohort_settings.show_code": ["{cohort}/code"],
    "assignments.index": ["{cohort}/assignments"],
    "review.index": ["{cohort}/review"],
    "review.show": ["{review}", "{review}?{filters}"],
    "review.show_response": ["{review}/responses/{response}?{with_names}"],
    "review.show_named": ["{review}/diagnosis/{named}?{with_names}"],
    "review.show_card": ["{review}/ratings/{card}?{with_names}{round}"],
    "review.show_level": ["{review}/ratings/{card}/{level}?{with_names}{round}"],
    "debrief_plan.index": ["{cohort}/plan"],
    "debrief_plan.show": ["{cohort}/plan/{scenario}"],
    "debrief_plan.edit": ["{cohort}/plan/{scenario}/edit"],
    "shown_runs.index": ["{cohort}/runs"],
    "shown_runs.show": ["{cohort}/runs/{shown}"],
    "projector.set_up": ["{cohort}/projector"],
    "projector.screen": ["{cohort}/screen"],
    "projector.screen_live": ["{cohort}/screen/live"],
    "projector.remote": ["{cohort}/remote"],
    "projector.remote_live": ["{cohort}/remote/live"],
    "projector.room": ["{cohort}/room"],
    "projector.room_live": ["{cohort}/room/live"],
}
OWN = {
    "home.welcome": ["/"],
    "home.show": ["/home"],
    "home.past": ["/home/runs"],
    "sharing.index": ["/home/shared"],
    "calibration.show": ["/calibration"],
    "library.index": ["/scenarios"],
    "library.show": ["/scenarios/{scenario}"],
    "lobby.find": ["/pairs"],
    "next_steps.index": ["/next-steps"],
    "next_steps.open_as_calendar": ["/next-steps.ics"],
    "comments.index": ["/comments"],
    "cohorts.index": ["/cohorts"],
    "cohorts.ask_code": ["/join"],
    "cohorts.ask_to_join": ["/join/{join_code}"],
    "calibrate.show": ["/calibrate"],
    "calibrate.strands": ["/calibrate/strands"],
    "calibrate.anchors": ["/calibrate/anchors"],
    "calibrate.show_set": ["/calibrate/sets/1"],
    "calibrate.show_text": ["/calibrate/sets/1/1"],
    "contrast.show": ["/contrast/lakeland"],
    "contrast.show_set": ["/contrast/lakeland/1"],
    "contrast.show_page": ["/contrast/lakeland/1/1"],
    "contrast.show_beside": ["/contrast/lakeland/1/beside/isolation-to-collaboration"],
    "auth.sign_in": ["/sign-in"],
    "auth.register": ["/register"],
    "auth.confirm": ["/confirm"],
    "account.show": ["/account"],
    "my_data.show": ["/account/data"],
    "my_data.as_json": ["/account/data.json"],
    "my_data.as_zip": ["/account/data.zip"],
    "my_data.ask_to_delete": ["/account/delete"],
    "admin.people": ["/admin/people"],
}
# What the same person never gets to see twice, or nobody's words can be in.
LEFT_OUT = {"health.show", "assets.serve", "form_token"}
# Its addresses are known once a file is made: ``files_of`` walks along them.
FILES = {"exports.take"}

PAGES: Mapping[str, Sequence[str]] = {**OWN, **OF_A_COHORT, **OF_A_RUN}


def fills(wall: Wall) -> dict[str, list[str]]:
    """Return what each name in an address can stand for."""
    script = library.current(wall.session, SCENARIO).script
    scenario, cohort = script.scenario, wall.page.url
    keys = [*wall.runs.values()] or ["x" * 16]
    diagnosis = scenario.diagnosis
    named = {
        "systems": diagnosis.systems.primary,
        "failed_tests": diagnosis.failed_tests,
        "who": diagnosis.barrier.who,
        "what": diagnosis.barrier.what,
    }
    return {
        "cohort": [cohort, f"/cohorts/{wall.other_cohort}"],
        "assigned": [wall.assigned],
        "followed": [wall.assigned, SCENARIO],
        "person": [str(wall.id_of("alice"))],
        "scenario": [SCENARIO],
        "join_code": [wall.page.code],
        "review": [f"{cohort}/review/{SCENARIO}"],
        "filters": [
            "names=1",
            "round=after",
            *(f"position={each}&names=1" for each in ("CO", "EL", "MS", "HS", "MDE-ISD")),
            *(f"seat={each}" for each in ("both", *scenario.seats)),
        ],
        "with_names": ["names=1"],
        "round": ["", "&round=after"],
        "response": [
            f"{scene}/{choice}"
            for scene, each in scenario.scenes.items()
            for choice in getattr(each, "choices", ())
        ],
        "named": [f"{part}/{code}" for part, codes in named.items() for code in codes],
        "card": [
            f"{leader}/{strand}"
            for leader in scenario.seats
            for strand in script.rubric.strands
        ],
        "level": ["1", "2", "3", "NE"],
        "run": [f"/runs/{each}" for each in keys],
        "key": keys,
        "shown": [*wall.others, *keys],
        "code": [*wall.codes.values()],
    }  # fmt: skip


def addresses(wall: Wall, pages: Mapping[str, Sequence[str]] = PAGES) -> list[str]:
    """Return every address that the pages have in this cohort."""
    known, found = fills(wall), dict[str, None]()
    for templates in pages.values():
        for template in templates:
            names = [name for _, name, _, _ in Formatter().parse(template) if name]
            for values in product(*(known[name] for name in names)):
                found[template.format(**dict(zip(names, values, strict=True)))] = None
    return [*found]


def read(answer: TestResponse) -> str:
    """Return all that an answer says: of an archive, or a workbook, what is in its files."""
    if answer.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            parts = [archive.read(name).decode(errors="replace") for name in archive.namelist()]
        return html.unescape("\n".join(parts))
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name in _TOLD)
    return f"{answer.status_code}\n{headers}\n{html.unescape(answer.get_data(as_text=True))}"


_TOLD = ("Location", "HX-Redirect", "HX-Location", "HX-Replace-Url", "HX-PTag", "ETag")
_DRAWN = re.compile(r'(name="(?:csrf_token|start_key|mix)"\s+value="|mix=)[^"&\s]*')
# Of the clock: what a test has made is of another day.
_JUST_NOW = re.compile(rf"(?!{NOON:%Y-%m-%d})[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9:.]+Z?")


def plain(text: str) -> str:
    """Return a page without what is another whenever it is asked for."""
    return _JUST_NOW.sub("", _DRAWN.sub(r"\1", text))


def walk(
    browser: Browser, along: Sequence[str], *, ways: Sequence[bool] = (False, True)
) -> Iterator[tuple[str, str]]:
    """Ask for each address as a page and as a fragment; yield where and what is read there."""
    for address in along:
        for htmx in ways:
            place = f"{address} (fragment)" if htmx else address
            yield place, read(browser.get(address, htmx=htmx))
