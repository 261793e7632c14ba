"""A whole page, or the part of it that htmx will swap in."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue


def wants_fragment() -> bool:
    """Tell whether htmx will swap this answer into a page that is already showing.

    Boosted links and history restores also come from htmx, but need the whole page.
    """
    return request.headers.get("HX-Request-Type") == "partial"


def render(page: str, /, *, fragment: str, status: int = 200, **context: Any) -> Response:
    """Render the fragment for htmx and the page around it for everyone else."""
    template = fragment if wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request-Type")
    return response


def go_to(url: str) -> ResponseReturnValue:
    """Send the browser to another page: htmx by its own header, else by See Other."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, code=303)
