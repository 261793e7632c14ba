"""The bench in a browser, on this machine only: problems, map, one scene, play from here.

It keeps nothing: the address says which scene is looked at and what was played.
"""

import re
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lfp_trainer import config
from lfp_trainer.bench.rehearsal import MOST, Rehearsal, rehearse
from lfp_trainer.bench.workbench import Look, Workbench
from lfp_trainer.engine import debrief, play
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.web import assets, filters, security
from lfp_trainer.web.fragments import wants_fragment

GAUGE = "gauge-"


def create_bench(workbench: Workbench) -> Flask:
    """Make the pages around one file."""
    app = Flask("lfp_trainer.bench", template_folder=str(config.TEMPLATES), static_folder=None)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    # Another site's page must not read a draft by guessing the port.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    security.install(app)
    assets.install(app)
    filters.install(app)
    pages = _Pages(workbench)
    app.add_url_rule("/", "show", pages.show)
    app.add_url_rule("/scene/<scene_id>", "scene", pages.scene)
    app.add_url_rule("/play", "rehearsal", pages.rehearse)
    return app


class _Pages:
    """The views around one workbench."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench

    def show(self) -> ResponseReturnValue:
        """Show the problems, the map and one scene; nothing at all if that is being shown."""
        look, shown = self.workbench.look()
        if wants_fragment() and request.args.get("seen") == _mark(look, shown):
            return "", 204
        return self.render(look, shown, request.args.get("scene", ""))

    def scene(self, scene_id: str) -> ResponseReturnValue:
        """Show one scene: for htmx alone, otherwise beside the map."""
        look, shown = self.workbench.look()
        if not wants_fragment():
            return self.render(look, shown, scene_id)
        if shown is None or shown.script is None or scene_id not in shown.script.scenes:
            # The map may be that of an earlier save.
            return render_template("bench/_gone.html", gone=scene_id), 404
        return render_template("bench/_scene.html", **_scene(shown.script, scene_id))

    def rehearse(self) -> ResponseReturnValue:
        """Play from a scene on; every response leads to the address of the next page."""
        look, shown = self.workbench.look()
        if shown is None or shown.script is None:
            return self.render(look, None, "")
        if wants_fragment():
            # The page asks whether the file was saved, and is loaded anew when it was.
            same = request.args.get("seen") == shown.digest
            return "", 204, {} if same else {"HX-Refresh": "true"}
        script, asked = shown.script, request.args
        scene_id, seat = asked.get("scene", ""), asked.get("seat", BOTH)
        if scene_id and scene_id not in script.scenes:
            return self.render(look, shown, scene_id)
        if not scene_id or seat not in (BOTH, *script.scenario.seats):
            abort(404)
        gauges = {name: value for name in script.gauges if (value := _gauge(name)) is not None}
        found = rehearse(script, scene_id, gauges, seat, asked.getlist("path"))
        return render_template(
            "bench/play.html",
            file=self.workbench.file.name,
            seen=shown.digest,
            **_play(found, seat),
        )

    def render(self, look: Look, shown: Look | None, scene_id: str) -> Response:
        context: dict[str, Any] = {
            "file": self.workbench.file.name,
            "problems": look.problems,
            "stale": shown is not None and shown is not look,
            "chart": shown.chart if shown is not None else None,
            "mark": _mark(look, shown),
        }
        gone = False
        if shown is not None and shown.script is not None:
            gone = bool(scene_id) and scene_id not in shown.script.scenes
            known = scene_id if scene_id and not gone else shown.script.scenario.start
            context |= _scene(shown.script, known) | {"gone": scene_id if gone else ""}
        if wants_fragment():
            return make_response(render_template("bench/_bench.html", **context))
        return make_response(render_template("bench/bench.html", **context), 404 if gone else 200)


def _mark(look: Look, shown: Look | None) -> str:
    """Return what a page says it shows, so that the same is not sent again."""
    return f"{look.digest[:16]}.{shown.digest[:16] if shown else ''}"


def _play(found: Rehearsal, seat: str) -> dict[str, Any]:
    script = found.script
    own = script.scenario.seats if seat == BOTH else (seat,)
    settings: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if name.startswith(GAUGE) or name in ("seat", "scene")
    }
    return {
        "found": found,
        "script": script,
        "scenario": script.scenario,
        "own": own,
        "may": play.offered(script, found.position),
        "ending": play.ending_of(script, found.position),
        "epilogue": play.epilogue_of(script, found.position),
        "now_at": dict(zip(script.gauges, found.position.gauges, strict=True)),
        "decide": lambda moment: debrief.decision(script, moment, own_seats=own),
        "settings": settings,
        "back": url_for("scene", scene_id=script.scenario.start, **settings),
    }


def _scene(script: Script, scene_id: str) -> dict[str, Any]:
    return {
        "script": script,
        "scenario": script.scenario,
        "scene_id": scene_id,
        "scene": script.scenes[scene_id].scene,
        "prefix": GAUGE,
        "most": MOST,
        # What was set for the last scene stays set for the next one, and after a save.
        "gauges": {
            name: value if (sent := _gauge(name)) is None else sent
            for name, value in script.scenario.gauges.items()
        },
        "seat": request.args.get("seat", BOTH),
    }


def _gauge(name: str) -> int | None:
    """Read where a gauge is to stand; None where the address does not say."""
    sent = request.args.get(GAUGE + name, "")
    if not re.fullmatch(r"-?[0-9]{1,3}", sent):
        return None
    return max(-MOST, min(MOST, int(sent)))
