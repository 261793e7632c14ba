"""Static files: hashed addresses, compressed once when the server starts, cached for good."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer import config
from lfp_trainer.errors import NotFound
from lfp_trainer.web.gate import Allowed, allow

bp = Blueprint("assets", __name__)

COMPRESSED = {".css", ".js", ".svg", ".txt"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory."""

    digest: str
    mimetype: str
    body: bytes
    zipped: bytes | None


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        digest=hashlib.sha256(body).hexdigest()[:12],
        mimetype=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        body=body,
        zipped=gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSED else None,
    )


_assets: dict[str, Asset] = {}


def install(app: Flask) -> None:
    """Read the static files and offer their addresses to templates as ``asset(name)``."""
    if not _assets:
        _assets.update({path.name: _read(path) for path in config.STATIC.iterdir()})
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """Return the address of a static file, which changes whenever its content does."""
    return url_for("assets.serve", digest=_assets[name].digest, name=name)


@bp.get("/static/<digest>/<name>")
@allow(Allowed.EVERYONE)
def serve(digest: str, name: str) -> ResponseReturnValue:
    """Serve a static file under the address of this very content."""
    found = _assets.get(name)
    if found is None or found.digest != digest:
        raise NotFound
    response: Response
    if found.zipped is not None and request.accept_encodings["gzip"]:
        response = make_response(found.zipped)
        response.content_encoding = "gzip"
    else:
        response = make_response(found.body)
    response.mimetype = found.mimetype
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000
    response.cache_control.immutable = True
    return response
