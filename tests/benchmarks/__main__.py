"""``python -m tests.benchmarks [--only GROUP]``: one JSON line for each measure."""

import argparse

from tests.benchmarks import engine, pairs, practice, review, scenario, server

GROUPS = {
    "engine": engine.measures,
    "scenario": scenario.measures,
    "practice": practice.measures,
    "server": server.measures,
    "pairs": pairs.measures,
    "review": review.measures,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, help="one group instead of all")
    parser.add_argument("--tiny", action="store_true", help="only show that it works")
    asked = parser.parse_args()
    for name in [asked.only] if asked.only else GROUPS:
        for measure in GROUPS[name](tiny=asked.tiny):
            measure.show()


if __name__ == "__main__":
    main()
