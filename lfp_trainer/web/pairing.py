"""A facilitator pairs a cohort: choose, look at the pairs, change them, make them.

What is chosen stands in the address until the pairs are made, and with it what the dice deal from:
whoever reloads the page or comes back to it sees the same pairs. Nothing is stored before.
Whoever pairs takes part in none of these runs, and no page here is made from one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from random import Random
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import assignments, cohorts, invitations, library, matching
from lfp_trainer.services.assignments import Assigned
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.services.library import Published
from lfp_trainer.services.lobby import OPEN_FOR
from lfp_trainer.services.matching import Group, Table
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Mode
from lfp_trainer.web import forms
from lfp_trainer.web.asker import me, now
from lfp_trainer.web.auth import POSITIONS
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow
from lfp_trainer.web.runs import start_key

bp = Blueprint("pairing", __name__, url_prefix="/cohorts/<run:key>/pairs")

MOST = 100
"""How many are paired at once: as many as the fields of one form can hold."""
TOO_MANY = f"Pair at most {MOST} people at once."
MADE_ALREADY = "These pairs were made already, as they stand below. Nothing is made twice."

Sent = MultiDict[str, str]


class Way(StrEnum):
    """How the pairs come about."""

    MIX = "mix"
    RANDOM = "random"
    HAND = "hand"


WAYS = {
    Way.MIX: "Mix positions: central office with schools where that is possible",
    Way.RANDOM: "At random",
    Way.HAND: "By hand: you put the pairs together",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a facilitator has chosen so far."""

    cohort: Joined
    published: Published
    way: Way
    people: Mapping[int, Member]
    """Who is there and still in the cohort, in the order of the page."""
    who: list[int]
    """Who was ticked, as it was sent."""
    mix: str
    """What the dice deal from: the same deals the same pairs."""
    assigned: Assigned | None = None
    """What of this cohort they play it for."""

    @property
    def seats(self) -> tuple[str, ...]:
        """The seats of the scenario; the observer's last."""
        return (*self.published.script.scenario.seats, OBSERVER)

    @property
    def key(self) -> str:
        """What these pairs are made under, once, however often somebody comes back to them.

        Of what was sent, and not of who is still there: pairs that are made stay so when somebody
        leaves the cohort.
        """
        return sha256(repr([*self.asked.items()]).encode()).hexdigest()[:32]

    @property
    def asked(self) -> dict[str, Any]:
        """What stands in the address of the page that shows the pairs."""
        scenario = self.published.script.scenario.id
        asked = {"scenario": scenario, "way": self.way, "who": self.who, "mix": self.mix}
        return asked | ({"assignment": self.assigned.key} if self.assigned else {})


def _find(key: str) -> tuple[Joined, list[Member]]:
    """Find a cohort that the person who is asking facilitates, and who could be paired in it."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    members = cohorts.members_of(db.session, cohort, viewer_id=me().id)
    return cohort, [each for each in members if each.user_id != me().id]


@bp.get("")
@allow(Allowed.ACCOUNTS)
def choose(key: str) -> ResponseReturnValue:
    """Ask for the scenario, the way, and who is there."""
    return _choose_page(key, {})


def _choose_page(
    key: str, problems: Mapping[str, str], sent: Sent | None = None
) -> ResponseReturnValue:
    cohort, members = _find(key)
    assigned = _assigned(cohort, request.args if sent is None else sent)
    page = render_template(
        "cohorts/pair.html",
        assigned=assigned,
        cohort=cohort,
        members=members,
        positions=POSITIONS,
        paired=_paired_with(cohort),
        scenarios={
            each.script.scenario.id: each.script.scenario.title
            for each in library.on_offer(db.session)
            if len(each.script.scenario.seats) > 1
            and (assigned is None or assigned.scenario_id == each.script.scenario.id)
        },
        scenario=sent.get("scenario") if sent else None,
        ways=WAYS,
        way=sent.get("way") if sent else Way.MIX,
        ticked=[each.user_id for each in members if not each.facilitates]
        if sent is None
        else [each.user_id for each in members if str(each.user_id) in sent.getlist("who")],
        mix=start_key(),
        problems=problems,
    )
    return page, 422 if problems else 200


def _assigned(cohort: Joined, sent: Sent) -> Assigned | None:
    """Return for what assignment of a cohort people are paired, if for any.

    :raise NotFound: if that is not one of this cohort, for pairs, that can be begun now
    """
    key = forms.clean(sent.get("assignment", ""))[:40]
    if not key:
        return None
    assigned, its = assignments.find(db.session, key, viewer_id=me().id)
    if its.id != cohort.id or assigned.mode is not Mode.PAIR or not assigned.is_open(now()):
        raise NotFound
    return assigned


def _paired_with(cohort: Joined) -> dict[int, str]:
    """Return with whom people were paired so lately that their lobby is still open."""
    found: dict[int, str] = {}
    for _, _, groups in invitations.pairings_of(db.session, cohort, since=now() - OPEN_FOR):
        for group in groups:
            for user_id, _, _ in group:
                names = [name for other, name, _ in group if other != user_id]
                found.setdefault(user_id, " and ".join(names))
    return found


@bp.get("/deal")
@allow(Allowed.ACCOUNTS)
def deal(key: str) -> ResponseReturnValue:
    """Deal the pairs and show them, before anything is made; or as somebody has changed them."""
    try:
        chosen = _chosen(key, request.args)
    except Incomplete as error:
        return _choose_page(key, error.fields, request.args)
    is_made = invitations.are_made(db.session, chosen.cohort, chosen.key)
    tables, problems = _deal(chosen), dict[str, str]()
    if not is_made and any(f"{seat}-1" in request.args for seat in chosen.seats):
        tables, problems = _by_hand(chosen, request.args)
    page = render_template(
        "cohorts/preview.html",
        cohort=chosen.cohort,
        assigned=chosen.assigned,
        scenario=chosen.published.script.scenario,
        way=chosen.way,
        people=chosen.people,
        who=chosen.who,
        tables=tables,
        seats=chosen.seats,
        observer=OBSERVER,
        problems=problems,
        mix=chosen.mix,
        again=url_for(".deal", key=key, **{**chosen.asked, "mix": start_key()}),
        is_made=is_made,
    )
    return page, 422 if problems else 200


def _chosen(key: str, sent: Sent) -> Chosen:
    """Return what was chosen.

    :raise Incomplete: if something of it is missing
    """
    cohort, members = _find(key)
    assigned = _assigned(cohort, sent)
    ticked = set(sent.getlist("who"))
    people = {each.user_id: each for each in members if str(each.user_id) in ticked}
    problems = {}
    if len(people) < 2:
        problems["who"] = matching.TOO_FEW
    if len(people) > MOST:
        problems["who"] = TOO_MANY
    way = sent.get("way")
    if way not in WAYS:
        problems["way"] = "Choose how to pair them."
    try:
        wanted = assigned.scenario_id if assigned else forms.clean(sent.get("scenario", ""))[:64]
        published = library.current(db.session, wanted)
    except NotFound:
        raise Incomplete({"scenario": "Choose a scenario.", **problems}) from None
    if len(published.script.scenario.seats) < 2:
        problems["scenario"] = invitations.NEEDS_TWO
    if problems:
        raise Incomplete(problems)
    return Chosen(cohort, published, Way(str(way)), people, _who(sent), _mix(sent), assigned)


def _who(sent: Sent) -> list[int]:
    ticked = dict.fromkeys(sent.getlist("who"))
    return [int(each) for each in ticked if each.isascii() and each.isdigit() and len(each) < 19]


def _sent_on(sent: Sent) -> dict[str, Any]:
    """Return what was sent of a choice that lacks something, for the address that asks for it."""
    scenario, way = (forms.clean(sent.get(each, ""))[:64] for each in ("scenario", "way"))
    asked = {"scenario": scenario, "way": way, "who": _who(sent), "mix": _mix(sent)}
    assignment = forms.clean(sent.get("assignment", ""))[:40]
    return asked | ({"assignment": assignment} if assignment else {})


def _mix(sent: Sent) -> str:
    return forms.clean(sent.get("mix", ""))[:40]


def _deal(chosen: Chosen) -> list[Table]:
    positions = {each.user_id: each.position for each in chosen.people.values()}
    dice = Random(chosen.mix)  # who plays with whom is no secret
    groups: list[Group] = {
        Way.MIX: lambda: matching.by_mix(positions, dice),
        Way.RANDOM: lambda: matching.at_random(positions, dice),
        Way.HAND: lambda: matching.in_order(positions),
    }[chosen.way]()
    return [invitations.seat(chosen.published.script, each, positions) for each in groups]


def _by_hand(chosen: Chosen, sent: Sent) -> tuple[list[Table], dict[str, str]]:
    """Return who sits where, as the selects of the form say, and what is wrong with it."""
    known = {str(each): each for each in chosen.people}
    tables: list[Table] = [
        {seat: known.get(sent.get(f"{seat}-{number}", "")) for seat in chosen.seats}
        for number in range(1, len(chosen.people) // 2 + 1)
    ]
    names = {each.user_id: each.name for each in chosen.people.values()}
    try:
        return matching.check_by_hand(tables, names, observer=OBSERVER), {}
    except Incomplete as error:
        return tables, {**error.fields}


@bp.post("")
@allow(Allowed.ACCOUNTS)
def make(key: str) -> ResponseReturnValue:
    """Make the pairs as they stand in the form: a run for each, begun by none of them yet.

    What is wrong with them is not shown here: a page that a form was sent to cannot be come back
    to without sending it again.
    """
    try:
        chosen = _chosen(key, request.form)
    except Incomplete:
        return go_to(url_for(".deal", key=key, **_sent_on(request.form)))
    tables, problems = _by_hand(chosen, request.form)
    if problems:
        seated: dict[str, Any] = {
            f"{seat}-{number}": each or ""
            for number, table in enumerate(tables, start=1)
            for seat, each in table.items()
        }
        return go_to(url_for(".deal", key=key, **chosen.asked, **seated))
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        is_new = invitations.pair_up(
            db.session,
            cohort,
            chosen.published,
            tables,
            by=me().id,
            key=chosen.key,
            now=now(),
            assigned=chosen.assigned,
        )
    if is_new:
        told = "One pair is made." if len(tables) == 1 else f"{len(tables)} pairs are made."
        flash(f"{told} Each person finds the invitation on their home page.", "success")
    else:
        flash(MADE_ALREADY, "info")
    return go_to(url_for("cohorts.show", key=key, _anchor="pairs"))
