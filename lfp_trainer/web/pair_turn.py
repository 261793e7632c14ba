"""What the conversation says where several people play: who chose what, and who decides now."""

from collections.abc import Mapping
from typing import Any

from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import company_in
from lfp_trainer.services.conversation import conversation_of
from lfp_trainer.services.runs import Note
from lfp_trainer.storage.models import Stage
from lfp_trainer.web import live_page
from lfp_trainer.web.extensions import db
from lfp_trainer.web.who_chose import who_decided


def context_of(
    seated: Seated,
    script: Script,
    position: Position,
    notes: Mapping[int, Note],
) -> dict[str, Any]:
    """Return what the conversation of several people needs beside what anybody's needs."""
    company = company_in(db.session, seated.run_id)
    talk = conversation_of(db.session, seated, script, company, position)
    return {
        "company": company,
        "mine": company.person(seated.user_id),
        "talk": talk,
        # What they picked they talk about in front of it, so nothing of one of them stands there.
        "is_for_both": seated.shares_a_device and talk.differs,
        "partners": [each for each in company.players if each.user_id != seated.user_id],
        "shown": live_page.shown(Stage.ROLE_PLAY, seated, company, talk),
        "chose": who_decided(seated, script, company=company, notes=notes),
    }
