"""A wheel carries templates, static files and scenarios, and plays where it is installed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Run by the installed copy, in a folder of its own: no checkout in sight.
PLAY = """
import re, sys
from pathlib import Path
from lfp_trainer import config
from lfp_trainer.config import Settings
from lfp_trainer.services import installation
from lfp_trainer.web import create_app

assert Path(config.__file__).is_relative_to(sys.argv[1]), config.__file__
url = "sqlite:///" + sys.argv[2]
print("published", *installation.make_ready(url, config.SCENARIOS).published)
visitor = create_app(Settings(url, "x" * 40, secure_cookies=False)).test_client()
page = visitor.get("/").text
form = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1]
        for name in ("csrf_token", "scenario", "seat", "start_key")}
run = visitor.post("/runs", data=form).location
print("case", visitor.get(run).status_code)
style = re.search(r'href="(/static/[^"]*site[.]css)"', page)[1]
print("style", visitor.get(style).status_code)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_an_installed_wheel_serves_the_scenario(installed: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PLAY, installed, tmp_path / "lfp.db"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    published, *answers = answer.stdout.split("\n")
    assert len(published.split()) == 1 + 7
    assert answers[:2] == [
        "case 200",
        "style 200",
    ]


def test_the_installed_command_checks_the_scenarios_it_carries(
    installed: Path, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from lfp_trainer.cli import main; main()", "check"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert "glowing-observations.yaml" in answer.stdout
