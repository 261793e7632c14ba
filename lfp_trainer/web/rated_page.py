"""A page on which something is rated: kept as it is written, refused where it is, one step a time.

Runs, vignettes and stories side by side answer a form in the same way.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from lfp_trainer.errors import Incomplete, NotFound, TrainerError
from lfp_trainer.web import errors
from lfp_trainer.web.fragments import go_to, render, wants_fragment


def is_draft() -> bool:
    """Tell whether a form is only to be kept: by itself while written, or by who stops here."""
    return request.form.get("act") in ("keep", "stop")


def keeps_itself() -> bool:
    """Tell whether the form was sent by itself, by a page that goes on showing it."""
    return request.form.get("act") == "keep" and wants_fragment()


def goes_back() -> bool:
    """Tell whether a form is to be kept on the way to what comes before it."""
    return request.form.get("act") == "back"


def kept(stop_at: str) -> ResponseReturnValue:
    """Answer a draft: nothing to swap for htmx, another page for a person who stops here."""
    return ("", 204) if keeps_itself() else go_to(stop_at)


def with_address(response: Response, address: str) -> Response:
    """Say where Back and a reload come to this page again. A refusal is no place to come to."""
    header = "HX-Push-Url" if response.status_code == 200 else "HX-Replace-Url"
    response.headers[header] = address
    return response


def render_step(folder: str, address: str, *, status: int = 200, **context: Any) -> Response:
    """Render one step of an exercise.

    :param folder: of its templates, whose page has the same name
    :param address: where Back and a reload come to it again
    """
    response = render(
        f"{folder}/{folder}.html",
        fragment=f"{folder}/_step.html",
        status=status,
        **{"errors": {}, "message": ""} | context,
        address=address,
    )
    return with_address(response, address)


def refuse(
    error: TrainerError, show: Callable[..., Response] | None, *, said: str | None = None
) -> Response:
    """Answer a refusal with the page as it is now and a sentence, never with an error page.

    :param show: renders the page with a status, the problems of its fields and a message; None
        where there is no page to show
    :param said: the sentence, where it is not the error's own
    """
    status = errors.status_of(error)
    if show is None or keeps_itself():  # the page goes on showing what is written in it
        return errors.answer(status, str(error))
    fields = error.fields if isinstance(error, Incomplete) else {}
    message = "" if fields else str(error) if said is None else said
    try:
        response = show(status=status, problems=fields, message=message)
    except NotFound as gone:  # deleted while this was sent
        return errors.answer(errors.status_of(gone), str(gone))
    response.headers["HX-Retarget"] = "#stage"
    return response
