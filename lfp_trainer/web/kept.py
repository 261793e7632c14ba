"""``{% kept … %}``: a part of a page that is rendered once and then kept.

A published scenario never changes, so a scene, a choice or the coaching of a response looks the
same to everybody who meets it. The tag names all that its part depends on. The address of a run,
form tokens and what people write never stand inside one.
"""

from collections.abc import Callable, Hashable

from flask import Flask
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

MOST = 5000
"""Parts kept, of one to three kilobytes each."""


def install(app: Flask) -> None:
    """Offer the tag to every template."""
    app.jinja_env.add_extension(Kept)


class Kept(Extension):
    """``{% kept what, it, depends, on %}…{% endkept %}``; not kept if it is ``none``."""

    tags = {"kept"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        place = nodes.Const(f"{parser.name}:{line}")
        depends_on = parser.parse_tuple()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("_render", [place, depends_on], lineno=line)
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _render(self, place: str, depends_on: Hashable, caller: Callable[[], str]) -> str:
        if depends_on is None:
            return caller()
        key = place, depends_on
        part = _parts.get(key)
        if part is None:
            if len(_parts) >= MOST:
                _parts.clear()
            part = _parts[key] = caller()
        return part


_parts: dict[Hashable, str] = {}
