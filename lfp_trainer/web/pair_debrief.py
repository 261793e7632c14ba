"""What the debrief of a run together tells beside everybody's own.

Who decided what, how both plays were rated, what another would have chosen, and the play the other
way round.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Moment
from lfp_trainer.engine.script import Script
from lfp_trainer.services import picks, play_ratings, runs, swaps, turns
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company, company_in
from lfp_trainer.services.picks import Picked
from lfp_trainer.services.play_ratings import Told
from lfp_trainer.web.extensions import db
from lfp_trainer.web.who_chose import who_decided


@dataclass(frozen=True, slots=True)
class Aside:
    """A decision at which somebody would have chosen, or first chose, something of their own."""

    moment: Moment
    together: bool
    """Whether all of them decided; else they are private notes of who did not."""
    picks: tuple[tuple[Companion, Picked], ...]

    @property
    def differed(self) -> bool:
        """Tell whether they first picked different responses."""
        return len({picked.first_choice_id for _, picked in self.picks}) > 1


def context_of(seated: Seated, script: Script) -> dict[str, Any]:
    """Return what the debrief of a run together needs beside what any debrief does."""
    together = company_in(db.session, seated.run_id)
    told = play_ratings.tell(db.session, seated, script, together)
    return {
        "named": who_decided(seated, script, company=together),
        "people": {each.user_id: each for each in together.people},
        "plays_told": told,
        "said_nothing": [] if seated.is_observer else _silent(seated, together, told),
        "asides": asides_of(seated, script, together),
        "swaps": swaps.swaps_of(db.session, seated) if seated.told_at else [],
        "swap_key": secrets.token_urlsafe(12),
    }


def _silent(seated: Seated, company: Company, told: Iterable[Told]) -> list[Companion]:
    """Return the other players who did not rate the play, or have not yet."""
    spoke = {who for each in told for who in each.given}
    others = [each for each in company.players if each.user_id != seated.user_id]
    return [each for each in others if each.user_id not in spoke]


def asides_of(seated: Seated, script: Script, company: Company) -> list[Aside]:
    """Return what was picked beside what was chosen, in the order of the play.

    A private note is for who plays with its writer; whoever watches was not told that they see it.
    """
    chosen = turns.chosen_by(db.session, seated, script, company)
    people = {each.user_id: each for each in company.players}
    told = picks.told_picks(db.session, seated, of=people)
    found = []
    for moment in play.retell(script, runs.path_of(db.session, seated.run_id)):
        number = moment.number or 0
        here = told.get(number, {})
        together = len(chosen.get(number, ())) > 1
        if not here or (seated.is_observer and not together):
            continue
        wanted = [each for each in here if together or each not in chosen[number]]
        rows = tuple((people[each], here[each]) for each in people if each in wanted)
        aside = Aside(moment, together, rows)
        if rows and (not together or aside.differed or any(it.reason for _, it in rows)):
            found.append(aside)
    return found
