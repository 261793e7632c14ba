"""What an act must come to by the model: whether it is taken, and what is true afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.pair_acts import Act, word
from tests.pair_model import (
    CASE,
    DEBRIEF,
    DIAGNOSIS,
    NEXT_STEP,
    RATING,
    ROLE_PLAY,
    Model,
    Someone,
    Word,
)


@dataclass
class Taken:
    """A decision that has been taken."""

    on_turn: tuple[str, ...]
    offered: tuple[str, ...]
    at: datetime


class Scene:
    """Where the conversation is: what the act meets."""

    def __init__(
        self,
        now: datetime,
        path: tuple[str, ...],
        by: tuple[int | None, ...],
        on_turn: tuple[str, ...],
        offered: tuple[str, ...],
        taken: list[Taken],
    ) -> None:
        self.now, self.path, self.by, self.on_turn, self.offered = now, path, by, on_turn, offered
        self.taken = taken


def is_taken(model: Model, act: Act, scene: Scene) -> bool:
    """Tell whether an act must be taken, and not refused."""
    if act.kind == "join":
        return model.may_join(act.who, act.what)
    if act.kind in ("delete", "claim"):
        return True
    if act.who not in model.people:
        return False
    return _TAKEN[act.kind](model, act, scene)


def _takes_seat(model: Model, act: Act, scene: Scene) -> bool:
    own = model.people[act.who].seat == act.what
    return not model.begun and (own or model.is_free(act.what))


def _answers(at: int) -> Callable[[Model, Act, Scene], bool]:
    return lambda model, act, scene: model.begun and model.people[act.who].at == at


def _chooses(model: Model, act: Act, scene: Scene) -> bool:
    if act.step != len(scene.path):
        # A form sent twice is no conflict.
        sent = scene.path[act.step : act.step + 1] == (act.what,)
        return sent and scene.by[act.step] == act.who
    return act.who in model.deciders(scene.on_turn) and act.what in scene.offered


def _notes(model: Model, act: Act, scene: Scene) -> bool:
    if act.step < len(scene.path):
        turns = [each.on_turn for each in scene.taken[act.step :]]
        it, by = scene.taken[act.step], scene.by[act.step]
        known = act.what in ("", *it.offered)
        return known and model.may_finish_a_note(act.who, turns, by, it.at)
    me = model.people[act.who]
    mine = act.who in model.deciders(scene.on_turn)
    here = model.opened and not model.ended and me.at == ROLE_PLAY and not me.out and not mine
    return here and act.step == len(scene.path) and act.what in ("", *scene.offered)


def _rates_play(model: Model, act: Act, scene: Scene) -> bool:
    me = model.people[act.who]
    return model.ended and me.at == DEBRIEF and not me.rated and not me.watches


def _marks(model: Model, act: Act, scene: Scene) -> bool:
    me = model.people[act.who]
    here = me.watches and model.opened and not model.told and me.at >= ROLE_PLAY
    return here and act.step <= len(scene.path)


def _stands_in(model: Model, act: Act, scene: Scene) -> bool:
    known = act.whom in model.people and act.whom != act.who
    return known and model.may_stand_in(act.who, act.whom, scene.now)


_TAKEN: dict[str, Callable[[Model, Act, Scene], bool]] = {
    "poll": lambda model, act, scene: True,
    "take_seat": _takes_seat,
    "ready": lambda model, act, scene: not model.begun,
    "begin": lambda model, act, scene: model.may_begin(act.who, scene.now),
    "case": _answers(CASE),
    "draft": _answers(DIAGNOSIS),
    "diagnose": _answers(DIAGNOSIS),
    "rate_one": _answers(RATING),
    "rate": _answers(RATING),
    "choose": _chooses,
    "note": _notes,
    "nudge": lambda model, act, scene: act.whom in model.people and act.whom != act.who,
    "stand_in": _stands_in,
    "leave": lambda model, act, scene: not (model.ended and model.told),
    "come_back": lambda model, act, scene: True,
    "catch_up": lambda model, act, scene: model.may_catch_up(act.who),
    "rate_play": _rates_play,
    "pass_over": _rates_play,
    "draft_play": _rates_play,
    "mark": _marks,
    "finish_debrief": lambda model, act, scene: (
        model.is_through(act.who) and model.people[act.who].at == DEBRIEF
    ),
    "finish": lambda model, act, scene: (
        model.is_through(act.who) and model.people[act.who].at == NEXT_STEP
    ),
}


def take(model: Model, act: Act, scene: Scene) -> None:
    """Change the model as an act does that is taken."""
    if act.kind == "join":
        model.people.setdefault(act.who, Someone(act.what, scene.now))
    elif act.kind == "delete" or (act.kind == "leave" and not model.begun):
        model.people.pop(act.who, None)
    elif act.kind == "claim":
        model.hand_over(act.whom, act.who)
    else:
        _CHANGES.get(act.kind, _nothing)(model, act, scene)
    if act.kind not in ("poll", "draft", "rate_one", "note", "nudge", "join", "draft_play", "mark"):
        model.follow()


def _nothing(model: Model, act: Act, scene: Scene) -> None:
    pass


def _sits(model: Model, act: Act, scene: Scene) -> None:
    me = model.people[act.who]
    me.seat, me.ready, me.lent, me.seen = act.what, False, False, scene.now


def _says(model: Model, act: Act, scene: Scene) -> None:
    me = model.people[act.who]
    me.ready, me.lent, me.seen = act.what == "yes", False, scene.now


def _begins(model: Model, act: Act, scene: Scene) -> None:
    for who, each in model.active.items():
        each.lent = who != act.who and model.away(who, scene.now)
    _says(model, Act("ready", act.who, what="yes"), scene)
    model.begun = True


def _writes(kind: str, *, on: int | None) -> Callable[[Model, Act, Scene], None]:
    def write(model: Model, act: Act, scene: Scene) -> None:
        _write(model, act.who, kind)
        if on is not None:
            model.people[act.who].at = on

    return write


def _write(model: Model, who: int, kind: str) -> None:
    written = Word(who, kind, word(who, kind))
    if written not in model.words:
        model.words.append(written)


def _leaves_case(model: Model, act: Act, scene: Scene) -> None:
    me = model.people[act.who]
    me.at = ROLE_PLAY if me.watches else DIAGNOSIS


def _picks(model: Model, act: Act, scene: Scene) -> None:
    kind = f"{'note' if act.kind == 'note' else 'reason'}{act.step}"
    _write(model, act.who, kind)
    together = len(model.deciders(scene.on_turn)) > 1
    if act.kind == "choose" and act.step == len(scene.path) and together:
        picked = model.picks.setdefault(act.step, {})
        picked[act.who] = act.what
        if all(who in picked for who in model.deciders(scene.on_turn)):
            model.laid_open += [each for each in model.words if each.kind == kind]


def _lends(model: Model, act: Act, scene: Scene) -> None:
    if model.plays_out(act.who, act.whom):
        model.opened = True
    elif not model.people[act.whom].out:
        model.people[act.whom].lent = True


def _leaves(model: Model, act: Act, scene: Scene) -> None:
    model.people[act.who].left = True


def _returns(model: Model, act: Act, scene: Scene) -> None:
    me = model.people[act.who]
    me.left, me.lent, me.seen = False, False, scene.now


def _catches_up(model: Model, act: Act, scene: Scene) -> None:
    me = model.people[act.who]
    me.passed_at, me.at, me.seen = me.at, ROLE_PLAY, scene.now


def _is_seen(model: Model, act: Act, scene: Scene) -> None:
    model.people[act.who].seen = scene.now


def _passes_over(model: Model, act: Act, scene: Scene) -> None:
    model.people[act.who].rated = True


def _has_rated(model: Model, act: Act, scene: Scene) -> None:
    _write(model, act.who, "play")
    model.people[act.who].rated = model.people[act.who].spoke = True


def _has_marked(model: Model, act: Act, scene: Scene) -> None:
    _write(model, act.who, f"mark{act.step}")


def _plans(model: Model, act: Act, scene: Scene) -> None:
    _write(model, act.who, "plan")
    _goes_on(model, act, scene)


def _goes_on(model: Model, act: Act, scene: Scene) -> None:
    model.people[act.who].at += 1


_CHANGES: dict[str, Callable[[Model, Act, Scene], None]] = {
    "poll": _is_seen,
    "take_seat": _sits,
    "ready": _says,
    "begin": _begins,
    "case": _leaves_case,
    "draft": _writes("diagnosis", on=None),
    "diagnose": _writes("diagnosis", on=RATING),
    "rate_one": _writes("rating", on=None),
    "rate": _writes("rating", on=ROLE_PLAY),
    "choose": _picks,
    "note": _picks,
    "stand_in": _lends,
    "leave": _leaves,
    "come_back": _returns,
    "catch_up": _catches_up,
    "rate_play": _has_rated,
    "pass_over": _passes_over,
    "draft_play": _writes("play", on=None),
    "mark": _has_marked,
    "finish_debrief": _goes_on,
    "finish": _plans,
}
