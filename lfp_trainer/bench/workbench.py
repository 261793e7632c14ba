"""The file on the bench, as it was last saved: read, checked and drawn once for each change."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from lfp_trainer import scenario_files
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.errors import Problem, ScenarioError
from lfp_trainer.scenario_map import Chart, lay_out


@dataclass(frozen=True, slots=True)
class Look:
    """One state of the file."""

    digest: str
    problems: tuple[Problem, ...]
    script: Script | None = None
    """None where the file cannot be played as it is."""
    chart: Chart | None = None


class Workbench:
    """Looks at a file again and again; two who ask at once wait for the same look."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock()
        self._latest: Look | None = None
        self._playable: Look | None = None

    def look(self) -> tuple[Look, Look | None]:
        """Return the file as it is now, and the last save of it that could be played.

        What has not changed is not read again.
        """
        with self._lock:
            try:
                sources = scenario_files.read_sources(self.file)
            except ScenarioError as error:
                # Some editors take a file away for a moment while they save it.
                self._latest = Look("", tuple(error.problems))
                return self._latest, self._playable
            if self._latest is None or self._latest.digest != sources.digest:
                self._latest = _look(sources)
                if self._latest.script is not None:
                    self._playable = self._latest
            return self._latest, self._playable


def _look(sources: scenario_files.Sources) -> Look:
    found = scenario_files.examine(sources)
    # What keeps it from being played comes first, advice after it.
    problems = tuple(sorted(found.problems, key=lambda each: not each.is_error))
    if found.bundle is None:
        return Look(sources.digest, problems)
    script = prepare(found.bundle)
    return Look(sources.digest, problems, script, lay_out(script))
