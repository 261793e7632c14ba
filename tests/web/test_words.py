"""Pages speak American English, as the schools do that they are for."""

import re
from pathlib import Path

from lfp_trainer import config

BRITISH = re.compile(
    r"practis|colour|behaviour|favour|honour|labour|neighbour(?!s)|centre|licence|defence|whilst"
    r"|organis|recognis|realis|summaris|emphasis(?:e|ing)|analyse|catalogue|programme|travell"
    r"|cancell(?:ed|ing)|grey|learnt",
    re.IGNORECASE,
)


def test_no_template_has_a_british_spelling() -> None:
    templates = sorted(Path(config.TEMPLATES).rglob("*.html"))
    assert len(templates) > 20

    found = {
        f"{path.name}: {word}"
        for path in templates
        for word in BRITISH.findall(path.read_text(encoding="utf-8"))
    }

    assert found == set()
