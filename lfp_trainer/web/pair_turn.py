"""What the conversation says where several people play: who chose what, and who decides now."""

from collections.abc import Iterable, Mapping
from typing import Any

from lfp_trainer.engine.play import Moment, Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import picks
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.services.conversation import conversation_of
from lfp_trainer.services.runs import Note
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import live_page
from lfp_trainer.web.extensions import db


def context_of(
    seated: Seated,
    script: Script,
    position: Position,
    moments: Iterable[Moment],
    notes: Mapping[int, Note],
) -> dict[str, Any]:
    """Return what the conversation of several people needs beside what anybody's needs."""
    company = company_in(db.session, seated.run_id)
    talk = conversation_of(db.session, seated, script, company, position)
    return {
        "company": company,
        "mine": company.person(seated.user_id),
        "talk": talk,
        "partners": [each for each in company.players if each.user_id != seated.user_id],
        "shown": live_page.shown(Stage.ROLE_PLAY, seated, company, talk),
        "chose": {
            each.number: _who(seated, script, company, each, notes[each.number])
            for each in moments
            if each.number is not None and each.number in notes
        },
    }


def _who(seated: Seated, script: Script, company: Company, moment: Moment, note: Note) -> str:
    """Return who took a response, as one of them is told."""
    name = script.scenario.cast[note.seat].name
    if note.stand_in:
        return f"{name} (stand-in)"
    if len(moment.seats) > 1 and moment.number is not None:
        picked = picks.picks_at(db.session, seated.run_id, moment.number)
        agreed = [id for id, each in picked.items() if each.choice_id == moment.choice_id]
        if len(agreed) > 1:
            return "You both" if seated.user_id in agreed else "Both"
    if note.user_id == seated.user_id:
        return "You"
    person = next((each for each in company.people if each.user_id == note.user_id), None)
    return f"{name} ({person.name})" if person else f"{name} (former partner)"
