"""The code of their own that a guest is shown in each run that several people play."""

from flask import current_app

from lfp_trainer.services import own_codes
from lfp_trainer.services.company import Company
from lfp_trainer.web.asker import me

GROUP = 4


def shown_to_asker(company: Company) -> str:
    """Return the own code of the guest who is asking, as it is read; empty for an account."""
    person = me()
    if not person.is_guest:
        return ""
    code = own_codes.own_code(secret(), company.run_id, person.id)
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def secret() -> str:
    """Return what the codes of this site follow from."""
    key: str = current_app.config["SECRET_KEY"]
    return key
