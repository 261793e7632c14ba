"""The code of their own that a guest is shown in each run that several people play."""

from lfp_trainer.services import own_codes
from lfp_trainer.services.company import Company
from lfp_trainer.web.asker import me
from lfp_trainer.web.site_secret import site_secret

GROUP = 4


def shown_to_asker(company: Company) -> str:
    """Return the own code of the guest who is asking, as it is read; empty for an account."""
    person = me()
    if not person.is_guest:
        return ""
    code = own_codes.own_code(site_secret(), company.run_id, person.id)
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
