"""The Flask extensions, made once and bound to each application in ``create_app``."""

from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

# Rows are read again inside the transaction that changes them, so a commit need not expire them.
db = SQLAlchemy(session_options={"expire_on_commit": False})
csrf = CSRFProtect()
login_manager = LoginManager()
