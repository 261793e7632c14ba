"""Sign in, register, sign out, and type the password again before something that matters."""

from datetime import UTC, datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lfp_trainer.errors import Incomplete, TooMany
from lfp_trainer.services import accounts, claiming, guests, passwords, sharing, sign_in
from lfp_trainer.storage import database
from lfp_trainer.storage.database import writing
from lfp_trainer.storage.models import Role, WorkPosition
from lfp_trainer.web import browser_session, forms
from lfp_trainer.web.browser_session import count_try, prove, safe_next, start_over
from lfp_trainer.web.browser_session import ensure_person as ensure_person
from lfp_trainer.web.browser_session import polls as polls
from lfp_trainer.web.extensions import db
from lfp_trainer.web.fragments import go_to
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("auth", __name__)

WRONG = "The email or the password is not right."
NAME_LIMIT = 80
EMAIL_LIMIT = 254
POSITIONS = {
    WorkPosition.CENTRAL_OFFICE: "Central office",
    WorkPosition.ELEMENTARY: "Elementary school",
    WorkPosition.MIDDLE: "Middle school",
    WorkPosition.HIGH: "High school",
    WorkPosition.STATE_OR_ISD: "State department or intermediate district",
}


def install(app: Flask) -> None:
    """Teach Flask-Login who is who, and register the pages."""
    browser_session.install(app)
    app.register_blueprint(bp)


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@allow(Allowed.EVERYONE)
def show_sign_in() -> ResponseReturnValue:
    """Ask for an email and a password, and sign in who has them."""
    if request.method == "POST":
        return _sign_in()
    if current_user.is_authenticated and not current_user.is_guest:
        return redirect(_next(), code=303)
    return _sign_in_page({})


def _sign_in() -> ResponseReturnValue:
    now = datetime.now(UTC)
    email = accounts.clean_email(forms.clean(request.form.get("email", ""))[:EMAIL_LIMIT])
    try:
        found = prove(email, request.form.get("password", ""), now=now)
    except TooMany as error:
        return _sign_in_page({"email": str(error)}, status=429)
    if found is None:
        return _sign_in_page({"email": WRONG}, status=422)
    claimed = None
    if current_user.is_guest:
        claimed = _leave_or_bring(current_user.person.id, found.user_id, now=now)
    start_over(found.user_id, remembered=forms.ticked("remember"), now=now, took_over=claimed)
    return go_to(_next())


def _leave_or_bring(guest_id: int, account_id: int, *, now: datetime) -> int | None:
    """Bring what a guest practiced into an account, if they wish so, and return the guest.

    Left behind, it is out of their reach: what they shared of it is private again.
    """
    with writing(db.session):
        if forms.ticked("claim"):
            claiming.claim(db.session, guest_id, account_id, now=now)
            return guest_id
        sharing.withdraw_everything(db.session, guest_id)
    return None


def _sign_in_page(problems: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    guest_id = current_user.person.id if current_user.is_guest else None
    # Others are in a guest's run: who signs in on the way must not drop out of it by a default.
    playing = guest_id is not None and accounts.is_playing(
        db.session, guest_id, now=datetime.now(UTC)
    )
    shares = guest_id is not None and sharing.shares_anything(db.session, guest_id)
    page = render_template(
        "auth/sign_in.html",
        problems=problems,
        typed=_typed("email"),
        remember=forms.ticked("remember"),
        next=safe_next(request.values.get("next")),
        can_claim=guest_id is not None and accounts.has_practice(db.session, guest_id),
        is_playing=playing,
        is_sharing=shares,
        claim=forms.ticked("claim") if request.method == "POST" else playing or shares,
    )
    return page, status


@bp.route("/register", methods=["GET", "POST"])
@allow(Allowed.EVERYONE)
def register() -> ResponseReturnValue:
    """Make an account. A guest keeps what they have played."""
    if current_user.is_authenticated and not current_user.is_guest:
        return redirect(url_for("account.show"), code=303)
    if request.method == "GET":
        return _register_page({})
    try:
        user_id = _register()
    except Incomplete as error:
        return _register_page(error.fields, status=422)
    except TooMany as error:
        return _register_page({"email": str(error)}, status=429)
    start_over(user_id, remembered=forms.ticked("remember"), now=datetime.now(UTC))
    flash("Your account is ready. What you practice is yours alone until you share it.", "success")
    return go_to(_next())


def _register() -> int:
    name, email = forms.line("name", NAME_LIMIT), accounts.clean_email(forms.line("email", 300))
    password = passwords.clean_password(request.form.get("password", ""))
    problems = check_person(name)
    if not accounts.is_email(email):
        problems["email"] = "Type an email address, such as name@district.org."
    weak = passwords.weakness(password, role=Role.LEARNER, own=(name, email))
    if weak:
        problems["password"] = weak
    if problems:
        raise Incomplete(problems)
    now = datetime.now(UTC)
    # A refusal tells that the address has an account: nobody may ask for many.
    number = count_try(email, now=now)
    password_hash = passwords.hash_password(password)
    with writing(db.session):
        sign_in.take_back_try(db.session, number)
        return accounts.register(
            db.session,
            name=name,
            email=email,
            password_hash=password_hash,
            position=sent_position(),
            guest_id=current_user.person.id if current_user.is_guest else None,
            now=now,
        )


def _register_page(problems: dict[str, str], *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "auth/register.html",
        problems=problems,
        typed=_typed("name", "email", "position"),
        remember=forms.ticked("remember"),
        next=safe_next(request.values.get("next")),
        positions=POSITIONS,
        minimum=passwords.MINIMUM[Role.LEARNER],
        can_claim=current_user.is_guest
        and accounts.has_practice(db.session, current_user.person.id),
    )
    return page, status


@bp.post("/sign-out")
@allow(Allowed.EVERYONE)
def sign_out() -> ResponseReturnValue:
    """End this browser's session for good; it is no error when it has ended already.

    A guest who is signed in nowhere else is forgotten with all they practiced.
    """
    if current_user.is_authenticated:
        with writing(db.session):
            sign_in.end_session(db.session, current_user.person.session_id)
            if current_user.is_guest:
                guests.forget_guest(db.session, current_user.person.id, now=datetime.now(UTC))
        if current_user.is_guest:
            database.empty_log(db.engine)
    return leave()


def leave(said: str = "") -> Response:
    """Lead to the front door somebody whose session in this browser is over.

    :param said: what they are told there
    """
    session.clear()
    if said:
        flash(said, "success")
    response = make_response(redirect(url_for("home.welcome"), code=303))
    browser_session.forget(response)
    # Nothing this browser kept of the pages may be looked at by whoever uses it next.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/confirm", methods=["GET", "POST"])
@allow(Allowed.ACCOUNTS)
def confirm() -> ResponseReturnValue:
    """Ask for the password again, before something that an unattended browser must not do."""
    problems, status = {}, 200
    if request.method == "POST":
        now = datetime.now(UTC)
        person = current_user.person
        try:
            if prove(person.email, request.form.get("password", ""), now=now):
                start_over(person.id, remembered=is_remembered(), now=now)
                return go_to(_next())
            problems, status = {"password": "That is not your password."}, 422
        except TooMany as error:
            problems, status = {"password": str(error)}, 429
    target = safe_next(request.values.get("next"))
    return render_template("auth/confirm.html", problems=problems, next=target), status


def is_fresh() -> bool:
    """Tell whether the password was typed in this browser a short while ago."""
    typed_at: datetime = current_user.person.fresh_at
    return datetime.now(UTC) - typed_at < sign_in.FRESH


def is_remembered() -> bool:
    """Tell whether this browser was asked to stay signed in."""
    return sign_in.is_remembered(db.session, current_user.person.session_id)


def check_person(name: str) -> dict[str, str]:
    """Return what is missing from how somebody introduces themselves."""
    is_seen = any(character.isalnum() for character in name)
    return {} if is_seen else {"name": "Type the name others should see."}


def sent_position() -> WorkPosition | None:
    """Return where the person says they work; None when they do not say."""
    picked = forms.word("position", POSITIONS)
    return WorkPosition(picked) if picked else None


def _typed(*names: str) -> dict[str, str]:
    return {name: forms.clean(request.form.get(name, ""))[:EMAIL_LIMIT] for name in names}


def _next() -> str:
    return safe_next(request.values.get("next")) or url_for("home.show")
