"""The pages. ``create_app`` puts them together; each module here is one feature's views."""

from inspect import iscoroutinefunction

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from lfp_trainer import config
from lfp_trainer.config import Settings
from lfp_trainer.storage import database
from lfp_trainer.web import (
    account,
    addresses,
    admin,
    answers,
    assets,
    assigned,
    assignments,
    auth,
    calibrate,
    calibrate_page,
    calibration,
    cohort_invitations,
    cohort_people,
    cohort_settings,
    cohorts,
    comments,
    contrast,
    contrast_page,
    debrief_plan,
    errors,
    exports,
    filters,
    gate,
    health,
    home,
    invitations,
    kept,
    library,
    live,
    lobby,
    my_data,
    next_steps,
    observing,
    observing_page,
    one_screen,
    pairing,
    play_ratings,
    progress,
    projector,
    projector_page,
    rankings,
    rating_form,
    readmission,
    review,
    runs,
    second_ratings,
    security,
    sharing,
    sharing_page,
    shown_runs,
    swaps,
    walking_out,
    what_if,
)
from lfp_trainer.web.extensions import csrf, db, login_manager

_FEATURES = (
    home, library, lobby, readmission, runs, live, rankings, answers, second_ratings, what_if,
    next_steps, calibrate, calibration, contrast, cohorts, pairing, invitations, account,
    my_data, admin, health, observing, one_screen, play_ratings, swaps, progress, debrief_plan,
    walking_out, cohort_people, cohort_invitations, cohort_settings, assignments, assigned,
    sharing, review, comments, shown_runs, exports, projector,
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application from settings, by default those of the environment."""
    settings = settings or config.from_environment()
    app = Flask("lfp_trainer.web", template_folder=str(config.TEMPLATES), static_folder=None)
    app.config.from_mapping(_flask_settings(settings))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    db.init_app(app)
    # The extension would also close async sessions, in a thread made for it at every request.
    app.teardown_appcontext_funcs[:] = [
        close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
    ]
    with app.app_context():
        database.prepare(db.engine)
    security.install(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    addresses.install(app)
    errors.install(app)
    assets.install(app)
    auth.install(app)
    filters.install(app)
    kept.install(app)
    rating_form.install(app)
    calibrate_page.install(app)
    contrast_page.install(app)
    next_steps.install(app)
    invitations.install(app)
    sharing_page.install(app)
    observing_page.install(app)
    comments.install(app)
    projector_page.install(app)
    for feature in _FEATURES:
        app.register_blueprint(feature.bp)
    gate.guard(app)
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    secure = settings.secure_cookies
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_ENGINES": {
            "default": {
                "url": settings.database_url,
                **database.engine_options(settings.database_url),
            }
        },
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        # Longer than any honest answer, short enough that nobody can fill the memory.
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 400,
        "SCENARIOS": settings.scenarios,
        # A token lives as long as its session: an hour of writing must not be refused.
        "WTF_CSRF_TIME_LIMIT": None,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": "__Host-remember" if secure else "remember",
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
    }
