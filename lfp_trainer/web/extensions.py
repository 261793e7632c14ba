"""The Flask extensions, made once and bound to each application in ``create_app``."""

from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

# Rows are read again inside the transaction that changes them, so a commit need not expire them.
db = SQLAlchemy(session_options={"expire_on_commit": False})
csrf = CSRFProtect()


class _LoginManager(LoginManager):  # type: ignore[misc]
    """Flask-Login without its session protection, which we do not use.

    Switched off by its setting, it would still hash every visitor's address and browser.
    """

    def _session_protection_failed(self) -> bool:
        return False


login_manager = _LoginManager()
