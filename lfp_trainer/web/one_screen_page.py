"""What one screen shows that two people share: what is whoever's turn, or to whom to pass it.

The server decides by who has the screen, so Back and a reload never bring one person's page back
to the other.
"""

from collections.abc import Callable
from typing import Any

from lfp_trainer.engine import play
from lfp_trainer.engine.script import Script
from lfp_trainer.services import company, library, one_screen, runs
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion
from lfp_trainer.storage.models import Stage
from lfp_trainer.web.extensions import db

PASS = "pairs/_pass_screen.html"
ENDED = "pairs/_ended_here.html"


def part_of(seated: Seated, at: Stage) -> str | None:
    """Return what stands in place of a stage: the pass page where the other's turn is due, and at
    the end of the conversation what both may read; None for the stage's own.
    """
    if at is Stage.CASE or is_for_both(seated, at):
        return None
    if _due(seated) is not None:
        return PASS
    return ENDED if at is Stage.ROLE_PLAY and seated.ending_id is not None else None


def is_for_both(seated: Seated, at: Stage) -> bool:
    """Tell whether what a stage shows by now hides nothing from the other at this screen."""
    if at in (Stage.DIAGNOSIS, Stage.RATING):
        return seated.opened_at is not None and not _is_anybody_late(seated)
    if at is Stage.ROLE_PLAY and seated.is_swap:
        # Nobody rates it, so nothing tells when both have read its end: that stays what shows.
        return False
    if at in (Stage.ROLE_PLAY, Stage.DEBRIEF):
        # A play the other way round is told from its start, and still to be played.
        return seated.told_at is not None and seated.ending_id is not None
    return False


def looks_at_together(seated: Seated, at: Stage, part: str | None) -> bool:
    """Tell whether the page that shows is one that both look at: a reveal, an end, a debrief."""
    if part == ENDED:
        return True
    if at is Stage.DEBRIEF:
        return is_for_both(seated, at) and not _is_anybody_late(seated)
    return at is Stage.RATING and is_for_both(seated, at)


def _is_anybody_late(seated: Seated) -> bool:
    """Tell whether one of them has still to answer, and would read here what the other did."""
    together = company.company_in(db.session, seated.run_id)
    return any(together.is_late(each) for each in together.players)


def _due(seated: Seated) -> Companion | None:
    script = library.script_of(db.session, seated.version_id, seated.digest)
    together = company.company_in(db.session, seated.run_id)
    return one_screen.next_holder(db.session, together, seated, script)


def pass_context(seated: Seated, script: Script, seat: str | None = None) -> dict[str, Any]:
    """Return what the pass page says: to whom, and what was said last, in words for everybody.

    :param seat: to whom it is handed over freely; left out, to whoever is waited for
    """
    together = company.company_in(db.session, seated.run_id)
    others = [each for each in together.players if each.user_id != seated.user_id]
    found = together.holder_of(seat) if seat else _due(seated)
    return {
        "pass_to": found or others[0],
        "is_due": seat is None,
        "said": one_screen.last_said(db.session, seated, script),
    }


def _ended(seated: Seated, script: Script) -> dict[str, Any]:
    position = play.replay(script, runs.path_of(db.session, seated.run_id))
    return {
        "said": one_screen.last_said(db.session, seated, script),
        "ending": play.ending_of(script, position),
        "epilogue": play.epilogue_of(script, position),
    }


CONTEXTS: dict[str, Callable[[Seated, Script], dict[str, Any]]] = {
    PASS: pass_context,
    ENDED: _ended,
}
