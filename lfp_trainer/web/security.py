"""The headers of every answer, errors and static files included, and who may send a form."""

from flask import Flask, Response, abort, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: over HTTPS the token check also asks for a referrer of this site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}


SAFE = {"GET", "HEAD", "OPTIONS"}


def install(app: Flask) -> None:
    """Refuse what other sites send, and set the headers on every answer.

    Before anything else that looks at a request: nothing of another site's is even read.
    """
    app.before_request(_refuse_other_sites)
    app.after_request(_protect)


def _refuse_other_sites() -> None:
    # Beside the form tokens, not instead of them: an older browser does not say whence.
    site = request.headers.get("Sec-Fetch-Site")
    if request.method not in SAFE and site in ("cross-site", "same-site"):
        abort(403)


def _protect(response: Response) -> Response:
    set_already = {name.lower() for name, _ in response.headers}
    response.headers.extend(
        {name: text for name, text in HEADERS.items() if name.lower() not in set_already}
    )
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if not response.cache_control.immutable:
        # Practice is private: neither the Back button after signing out nor a shared computer
        # may show it again.
        response.headers["Cache-Control"] = "no-store"
    return response
