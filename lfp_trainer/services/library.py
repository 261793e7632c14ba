"""Published scenarios: publish a version, find the current ones, keep them ready to play.

A version is identified by the SHA-256 of its files and never changes. So a script prepared once
serves every run of that version, and a server whose files did not change parses no YAML at all.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer import scenario_files
from lfp_trainer.engine.scenario import Bundle
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import NotFound, Problem, ScenarioError
from lfp_trainer.scenario_files import Sources
from lfp_trainer.scenario_map import Chart, lay_out
from lfp_trainer.storage.models import ScenarioVersion
from lfp_trainer.storage.prepared import Within

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A scenario on offer: the version that new runs start with."""

    version_id: int
    digest: str
    script: Script


# By digest, the same in every database. A few dozen scenarios of some hundred kilobytes each.
_scripts: dict[str, Script] = {}
_charts: dict[str, Chart] = {}


def script_of(within: Within, version_id: int, digest: str) -> Script:
    """Return a published version ready to play.

    :raise NotFound: if there is no such version
    """
    script = _scripts.get(digest)
    if script is None:
        parsed = within.scalar(
            sa.select(ScenarioVersion.parsed).where(ScenarioVersion.id == version_id)
        )
        if parsed is None:
            raise NotFound
        script = _scripts[digest] = prepare(Bundle.model_validate_json(parsed))
    return script


def chart_of(digest: str, script: Script) -> Chart:
    """Return the map of a version, laid out once."""
    chart = _charts.get(digest)
    if chart is None:
        chart = _charts[digest] = lay_out(script)
    return chart


def on_offer(session: Session) -> list[Published]:
    """Return what can be started now, by title."""
    rows = session.execute(
        sa.select(ScenarioVersion.id, ScenarioVersion.digest)
        .where(ScenarioVersion.is_current)
        .order_by(ScenarioVersion.title)
    ).all()
    return [Published(id, digest, script_of(session, id, digest)) for id, digest in rows]


def current(session: Session, scenario_id: str) -> Published:
    """Return the version of a scenario that new runs start with.

    :raise NotFound: if no such scenario is on offer
    """
    row = session.execute(
        sa.select(ScenarioVersion.id, ScenarioVersion.digest).where(
            ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.is_current
        )
    ).first()
    if row is None:
        raise NotFound
    return Published(row.id, row.digest, script_of(session, row.id, row.digest))


@dataclass(frozen=True, slots=True)
class Shelved:
    """What became of the files of a folder."""

    published: tuple[str, ...] = ()
    """Scenarios that are new or have changed."""
    withdrawn: tuple[str, ...] = ()
    """Scenarios whose file is gone: no longer on offer, their runs kept."""
    refused: tuple[ScenarioError, ...] = ()
    """Files with problems; where there was an earlier version it stays on offer."""


def publish_folder(session: Session, folder: Path, *, now: datetime) -> Shelved:
    """Publish every scenario file of a folder that is new or has changed.

    One broken file is no reason to keep a whole site, and what people have played, from starting.
    """
    rows = session.execute(
        sa.select(ScenarioVersion.digest, ScenarioVersion.scenario_id).where(
            ScenarioVersion.is_current
        )
    )
    known = {row.digest: row.scenario_id for row in rows}
    on_file: set[str] = set()
    published, refused = [], []
    for path in scenario_files.find_scenarios(folder):
        sources = scenario_files.read_sources(path)
        if sources.digest in known:
            on_file.add(known[sources.digest])
            continue
        try:
            published.append(publish(session, sources, now=now))
        except ScenarioError as error:
            refused.append(error)
    # A file that cannot be read may be any of those that seem to be gone.
    gone = set() if refused else set(known.values()) - on_file - set(published)
    if gone:
        session.execute(
            sa.update(ScenarioVersion)
            .where(ScenarioVersion.scenario_id.in_(gone))
            .values(is_current=False)
        )
    return Shelved(tuple(published), tuple(sorted(gone)), tuple(refused))


def publish(session: Session, sources: Sources, *, now: datetime) -> str:
    """Make these files the version that new runs start with; return the scenario's id.

    Runs that began with another version keep theirs.

    :raise ScenarioError: if the files have problems, or the scenario says that it is a draft
    """
    bundle = scenario_files.load_bundle_from(sources)
    scenario = bundle.scenario
    if scenario.draft:
        fix = "Write what is missing, then take the line 'draft: true' out."
        raise ScenarioError(sources.name, [Problem(("draft",), "is not published.", fix)])
    session.execute(
        sa.update(ScenarioVersion)
        .where(ScenarioVersion.scenario_id == scenario.id, ScenarioVersion.is_current)
        .values(is_current=False)
    )
    again = session.execute(
        sa.update(ScenarioVersion)
        .where(ScenarioVersion.scenario_id == scenario.id, ScenarioVersion.digest == sources.digest)
        .values(is_current=True)
        .returning(ScenarioVersion.id)
    ).first()
    if again is None:
        session.add(
            ScenarioVersion(
                scenario_id=scenario.id,
                digest=sources.digest,
                title=scenario.title,
                source=sources.scenario.decode(),
                # Defaults too: a release that changes one must not change what was published.
                parsed=bundle.model_dump_json(),
                is_current=True,
                published_at=now,
            )
        )
    session.flush()
    log.info("published %s", scenario.id)
    return scenario.id
