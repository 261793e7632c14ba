"""How a guest is called by others: what they have typed so far, and what they send."""

from flask_login import current_user

from lfp_trainer.errors import Incomplete
from lfp_trainer.services.accounts import GUEST_NAME
from lfp_trainer.web import auth, forms


def own_name() -> str | None:
    """Return how a guest has called themselves so far; None for an account, which has its name."""
    if current_user.is_authenticated and not current_user.is_guest:
        return None
    return "" if current_user.name == GUEST_NAME else current_user.name


def sent_name(missing: str = "") -> str:
    """Return what others should call a guest; empty for an account.

    :param missing: what to say where there is none, if not what every form of a name says
    :raise Incomplete: if nobody could read it
    """
    if own_name() is None:
        return ""
    name = forms.line("name", auth.NAME_LIMIT)
    if problems := auth.check_person(name):
        raise Incomplete({"name": missing} if missing else problems)
    return name
