"""Where things are.

Templates, static files and scenarios lie beside the package in a checkout, where people edit them,
and inside it once it is installed from a wheel.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "data"
_HOME = _CARRIED if _CARRIED.is_dir() else _PACKAGE.parent

TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"
SCENARIOS = _HOME / "scenarios"
