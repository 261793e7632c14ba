"""What each stage of a run needs to know to be shown."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lfp_trainer import scenario_map
from lfp_trainer.engine import debrief, play, ranking
from lfp_trainer.engine.debrief import Debrief
from lfp_trainer.engine.diagnosis import compare_diagnosis
from lfp_trainer.engine.play import Moment, Position
from lfp_trainer.engine.ranking import Ranked
from lfp_trainer.engine.scenario import MOST_NAMED
from lfp_trainer.engine.script import Script
from lfp_trainer.services import (
    begun,
    diagnosis,
    library,
    next_steps,
    rankings,
    ratings,
    reasons,
    runs,
    turns,
)
from lfp_trainer.services.access import Seated
from lfp_trainer.services.rankings import Order
from lfp_trainer.services.runs import Note
from lfp_trainer.storage.models import Stage, Telling
from lfp_trainer.web import calibrate_page, comments, looking_back, pair_turn
from lfp_trainer.web.extensions import db
from lfp_trainer.web.ranking_form import Typed, asked_way, typed_order

NAMES = {
    Stage.CASE: "Case",
    Stage.DIAGNOSIS: "Diagnosis",
    Stage.RATING: "Rating",
    Stage.ROLE_PLAY: "Role-play",
    Stage.DEBRIEF: "Debrief",
    Stage.NEXT_STEP: "Next step",
}


def context_of(seated: Seated, script: Script, stage: Stage, card: int | None) -> dict[str, Any]:
    """Return what a stage needs, beside what every stage is given.

    :param card: which rating to show, counted from 0
    """
    return _CONTEXTS[stage](seated, script, card)


def _case(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    return {"reading": script.rubric.rules}


def _diagnosis(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    kept = diagnosis.diagnosis_of(db.session, seated)
    # Past it, it can be looked back at only, also by who went to the conversation without it.
    committed = kept.committed or seated.stage is not Stage.DIAGNOSIS
    return {
        # At one screen what was only begun would be read by the other too.
        "answer": kept.counts if committed and seated.shares_a_device else kept.answer,
        "committed": committed,
        "passed_over": committed and not kept.committed,
        "feedback": compare_diagnosis(script.scenario, kept.counts)
        if committed and seated.is_revealed
        else None,
        "most": MOST_NAMED,
    }


def _rating(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    kept = ratings.ratings_of(db.session, seated)
    cards = ratings.cards_of(script)
    committed = seated.stage is not Stage.RATING
    unfinished = ratings.first_unfinished(script, kept)
    at = card if card is not None and 0 <= card <= len(cards) else unfinished
    return {
        "cards": cards,
        "kept": kept,
        "committed": committed,
        "compared": ratings.compare_ratings(script, ratings.committed_in(kept))
        if committed
        else [],
        "unfinished": unfinished,
        # One past the last card is the overview from which all of them are committed.
        "card": len(cards) if at is None else at,
        "is_new_to_levels": not committed and calibrate_page.invites(script.rubric.id),
        **(looking_back.beside_context(seated, script) if committed else {}),
    }


def _role_play(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    position = play.replay(script, runs.path_of(db.session, seated.run_id))
    context = turn_context(
        seated,
        script,
        position,
        notes=runs.notes_for(db.session, seated),
        orders=rankings.rankings_of(db.session, seated.run_id, seated.user_id),
        way=asked_way(),
    )
    return context | {"typed": typed_order(len(position.path))}


def turn_context(
    seated: Seated,
    script: Script,
    position: Position,
    *,
    notes: Mapping[int, Note],
    since: int | None = None,
    orders: Mapping[int, Order] | None = None,
    way: str = "",
) -> dict[str, Any]:
    """Return what the conversation needs: all of it, or what came after ``since`` steps.

    A page with that many steps already shows the passages before its scene; the scene is replaced.

    :param orders: the decisions that were ranked, by step number
    :param way: in which the open decision is played
    """
    own = runs.own_seats(script, seated.seat)
    together = pair_turn.context_of(seated, script, position, notes) if seated.is_pair else {}
    if together.get("is_for_both"):
        own, notes = (), runs.without_reasons(notes)
    # Nobody else reads them: at one screen, not what both may look at.
    writing = {} if together.get("is_for_both") else reasons.reasons_of(db.session, seated)
    moments = play.retell(script, position.path, since=since, to=own)
    here = None if position.scene is None else moments.pop()
    return {
        "run": seated,
        "script": script,
        "scenario": script.scenario,
        "past": moments,
        "decide": partial(debrief.decision, script, own_seats=own),
        "here": here,
        "may": () if here is None else play.shuffled(here.may, f"{seated.key} {here.scene_id}"),
        "steps_taken": len(position.path),
        "ending": play.ending_of(script, position),
        "epilogue": play.epilogue_of(script, position),
        "notes": notes,
        "latest": max((n for n, note in notes.items() if not note.stand_in), default=0),
        "own": own,
        "errors": {},
        "crossed_at": 0,
        "ranked": _ranked(script, moments, orders),
        "way": way if here and not seated.is_pair else "",
        "typed": Typed(),
        "draft": writing.get(len(position.path) + 1),
        "unsent": {} if seated.shares_a_device else writing,
        **together,
    }


def _ranked(
    script: Script, moments: Iterable[Moment], orders: Mapping[int, Order] | None
) -> dict[int, Ranked]:
    """Return the orders made in some moments, each beside the reference's: step number → both."""
    if not orders:
        return {}
    offered = {each.number: each.may for each in moments}
    return {
        number: ranking.compare_ranking(ranking.ranks_of(script, offered[number]), order)
        for number, order in orders.items()
        if number in offered
    }


def _debrief(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    path = runs.path_of(db.session, seated.run_id)
    kept = diagnosis.diagnosis_of(db.session, seated)
    told = debrief.tell(
        script,
        path,
        own_seats=runs.own_seats(script, seated.seat),
        not_own=turns.not_own(db.session, seated, script),
    )
    notes = runs.notes_for(db.session, seated)
    return {
        "told": told,
        **_ranked_in(seated, script, told),
        "chart": library.chart_of(seated.digest, script),
        "taken": scenario_map.taken(script, path),
        "labels": ["Start", *(f"{n}" for n in range(1, len(path) + 1))],
        "answer": kept.counts,
        "passed_over": not kept.committed,
        "feedback": compare_diagnosis(script.scenario, kept.counts),
        "compared": ratings.compare_ratings(script, ratings.committed_of(db.session, seated)),
        "begun": begun.begun_by(db.session, seated),
        "notes": notes,
        "threads": comments.of_run(seated),
        **looking_back.debrief_context(seated, script, told, path, notes),
        "plan": next_steps.plan_of(db.session, seated),
        "became": next_steps.answer_of(db.session, seated),
    }


def _ranked_in(seated: Seated, script: Script, told: Debrief) -> dict[str, Any]:
    orders = rankings.rankings_of(db.session, seated.run_id, seated.user_id)
    ranked = _ranked(script, (each.moment for each in told.decisions), orders)
    return {"ranked": ranked, "ranked_credit": ranking.average_credit(ranked.values())}


TELLINGS = {
    Telling.NOBODY.value: "Nobody",
    Telling.UNNAMED.value: "My cohort, without my name",
    Telling.NAMED.value: "My cohort, with my name",
}
"""Whom a sentence may be told."""


def _next_step(seated: Seated, script: Script, card: int | None) -> dict[str, Any]:
    return {
        "plan": next_steps.plan_of(db.session, seated),
        "became": next_steps.answer_of(db.session, seated),
        "tellings": TELLINGS,
    }


_CONTEXTS: dict[Stage, Callable[[Seated, Script, int | None], dict[str, Any]]] = {
    Stage.CASE: _case,
    Stage.DIAGNOSIS: _diagnosis,
    Stage.RATING: _rating,
    Stage.ROLE_PLAY: _role_play,
    Stage.DEBRIEF: _debrief,
    Stage.NEXT_STEP: _next_step,
}
