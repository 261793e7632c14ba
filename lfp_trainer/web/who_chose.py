"""Words for whose each response of a run together was, as one of its people is told."""

from collections.abc import Collection, Mapping

from lfp_trainer.engine.script import Script
from lfp_trainer.services import runs, turns
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Company, company_in
from lfp_trainer.services.runs import Note
from lfp_trainer.web.extensions import db
from lfp_trainer.web.filters import listed

GONE = "former partner"


def who_decided(
    seated: Seated,
    script: Script,
    *,
    company: Company | None = None,
    notes: Mapping[int, Note] | None = None,
) -> dict[int, str]:
    """Return whose each response was, as its reader calls them: step number → words.

    :param company: who is in the run, where that has been read already
    :param notes: the notes of the steps that are asked about; left out, of all
    """
    if not seated.is_pair:
        return {}
    company = company or company_in(db.session, seated.run_id)
    notes = runs.notes_of(db.session, seated.run_id) if notes is None else notes
    if not notes:
        return {}
    chosen = turns.chosen_by(db.session, seated, script, company)
    names = {each.user_id: each.name for each in company.people}
    return {
        number: _words(seated, script, note, chosen.get(number, frozenset()), names)
        for number, note in notes.items()
    }


def _words(
    seated: Seated,
    script: Script,
    note: Note,
    chose: Collection[int],
    names: Mapping[int, str],
) -> str:
    played = script.scenario.cast[note.seat].name
    if note.stand_in:
        return f"{played} (stand-in)"
    if len(chose) > 1:
        if seated.user_id in chose:
            return "You both" if len(chose) == 2 else "All of you"
        return listed(sorted(names.get(each, GONE) for each in chose))
    if note.user_id == seated.user_id:
        return "You" if note.seat == seated.seat else f"You, as {played}"
    return f"{played} ({names.get(note.user_id or 0, GONE)})"
