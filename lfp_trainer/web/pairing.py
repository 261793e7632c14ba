"""A facilitator pairs a cohort: choose, look at the pairs, change them, make them.

What is chosen and changed stands in the forms until the pairs are made; nothing is stored before.
Whoever pairs takes part in none of these runs, and no page here is made from one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer.engine.scenario import OBSERVER
from lfp_trainer.errors import Incomplete, NotFound
from lfp_trainer.services import cohorts, invitations, library, matching
from lfp_trainer.services.cohorts import Joined, Member
from lfp_trainer.services.library import Published
from lfp_trainer.services.lobby import OPEN_FOR
from lfp_trainer.services.matching import Group, Table
from lfp_trainer.storage.database import writing
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
    """Who is there, in the order of the page."""

    @property
    def seats(self) -> tuple[str, ...]:
        return self.published.script.scenario.seats


def _find(key: str) -> tuple[Joined, list[Member]]:
    """Find a cohort that the person who is asking facilitates, and who could be paired in it."""
    cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
    members = cohorts.members_of(db.session, cohort, viewer_id=me().id)
    return cohort, [each for each in members if each.user_id != me().id]


@bp.get("")
@allow(Allowed.FACILITATORS)
def choose(key: str) -> ResponseReturnValue:
    """Ask for the scenario, the way, and who is there."""
    return _choose_page(key, {})


def _choose_page(
    key: str, problems: Mapping[str, str], *, status: int = 200
) -> ResponseReturnValue:
    cohort, members = _find(key)
    page = render_template(
        "cohorts/pair.html",
        cohort=cohort,
        members=members,
        positions=POSITIONS,
        paired=_paired_with(cohort),
        scenarios={
            each.script.scenario.id: each.script.scenario.title
            for each in library.on_offer(db.session)
            if len(each.script.scenario.seats) > 1
        },
        scenario=request.form.get("scenario"),
        ways=WAYS,
        way=request.form.get("way", Way.MIX),
        ticked=[int(each) for each in request.form.getlist("who") if each.isdecimal()]
        if request.method == "POST"
        else [each.user_id for each in members if not each.facilitates],
        problems=problems,
    )
    return page, status


def _paired_with(cohort: Joined) -> dict[int, str]:
    """Return with whom people were paired so lately that their lobby is still open."""
    found: dict[int, str] = {}
    for _, _, groups in invitations.pairings_of(db.session, cohort, since=now() - OPEN_FOR):
        for group in groups:
            for user_id, _, _ in group:
                names = [name for other, name, _ in group if other != user_id]
                found.setdefault(user_id, " and ".join(names))
    return found


@bp.post("/deal")
@allow(Allowed.FACILITATORS)
def deal(key: str) -> ResponseReturnValue:
    """Deal the pairs and show them, before anything is made."""
    try:
        chosen = _chosen(key, request.form.getlist("who"))
        tables = _deal(chosen)
    except Incomplete as error:
        return _choose_page(key, error.fields, status=422)
    return _preview(chosen, tables, {})


def _chosen(key: str, who: Sequence[str]) -> Chosen:
    """Return what was chosen.

    :raise Incomplete: if something of it is missing
    """
    cohort, members = _find(key)
    ticked = set(who)
    people = {each.user_id: each for each in members if str(each.user_id) in ticked}
    problems = {}
    if len(people) < 2:
        problems["who"] = matching.TOO_FEW
    if len(people) > MOST:
        problems["who"] = TOO_MANY
    way = forms.word("way", WAYS)
    if way is None:
        problems["way"] = "Choose how to pair them."
    try:
        published = library.current(db.session, forms.line("scenario", 64))
    except NotFound:
        raise Incomplete({"scenario": "Choose a scenario.", **problems}) from None
    if len(published.script.scenario.seats) < 2:
        problems["scenario"] = invitations.NEEDS_TWO
    if problems or way is None:
        raise Incomplete(problems)
    return Chosen(cohort, published, Way(way), people)


def _deal(chosen: Chosen) -> list[Table]:
    positions = {each.user_id: each.position for each in chosen.people.values()}
    dice = Random()  # who plays with whom is no secret
    groups: list[Group] = {
        Way.MIX: lambda: matching.by_mix(positions, dice),
        Way.RANDOM: lambda: matching.at_random(positions, dice),
        Way.HAND: lambda: matching.in_order(positions),
    }[chosen.way]()
    return [invitations.seat(chosen.published.script, each, positions) for each in groups]


def _preview(
    chosen: Chosen, tables: Sequence[Table], problems: Mapping[str, str], *, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "cohorts/preview.html",
        cohort=chosen.cohort,
        scenario=chosen.published.script.scenario,
        way=chosen.way,
        ways=WAYS,
        people=chosen.people,
        positions=POSITIONS,
        tables=tables,
        seats=(*chosen.seats, OBSERVER),
        observer=OBSERVER,
        problems=problems,
        one_time_key=forms.text("one_time_key", 40) or start_key(),
    )
    return page, status


@bp.post("")
@allow(Allowed.FACILITATORS)
def make(key: str) -> ResponseReturnValue:
    """Make the pairs as they stand in the form: a run for each, begun by none of them yet."""
    try:
        chosen = _chosen(key, request.form.getlist("who"))
    except Incomplete as error:
        return _choose_page(key, error.fields, status=422)
    tables = _sent_tables(chosen)
    names = {each.user_id: each.name for each in chosen.people.values()}
    try:
        made = matching.check_by_hand(tables, names, observer=OBSERVER)
    except Incomplete as error:
        return _preview(chosen, tables, error.fields, status=422)
    one_time_key = forms.text("one_time_key", 40) or start_key()
    with writing(db.session):
        cohort = cohorts.find_to_run(db.session, key, viewer_id=me().id)
        invitations.pair_up(
            db.session,
            cohort,
            chosen.published,
            made,
            by=me().id,
            key=one_time_key,
            now=now(),
        )
    told = "One pair is made." if len(made) == 1 else f"{len(made)} pairs are made."
    flash(f"{told} Each person finds the invitation on their home page.", "success")
    return go_to(url_for("cohorts.show", key=key, _anchor="pairs"))


def _sent_tables(chosen: Chosen) -> list[Table]:
    """Return who sits where, as the selects of the form say."""
    tables: list[dict[str, Any]] = []
    for number in range(1, len(chosen.people) // 2 + 1):
        sent = {seat: forms.number(f"{seat}-{number}") for seat in (*chosen.seats, OBSERVER)}
        tables.append(
            {seat: each if each in chosen.people else None for seat, each in sent.items()}
        )
    return [*tables]
