"""The map before it was played tells its shape and nothing that a play would find out."""

from lfp_trainer.scenario_map import Chart, lay_out, taken, veil
from tests import scenarios

SCRIPT = scenarios.script()
CHART = lay_out(SCRIPT)


def words(chart: Chart) -> set[str]:
    said = {word for node in chart.nodes for word in (node.title, *node.lines)}
    return said | {choice for edge in chart.edges for choice in edge.choices}


def test_it_names_no_scene_no_ending_and_no_choice() -> None:
    assert words(veil(CHART)) == {"Start", "The end", "?", "An ending"}
    assert words(CHART) - words(veil(CHART)) >= {
        SCRIPT.scenario.scenes[id].title for id in SCRIPT.scenario.scenes
    }


def test_it_keeps_places_ways_and_who_decides() -> None:
    def shape(chart: Chart) -> object:
        nodes = [(each.id, each.kind, each.turn, each.x, each.y) for each in chart.nodes]
        return nodes, [(each.source, each.target, each.points) for each in chart.edges]

    assert shape(veil(CHART)) == shape(CHART)


def test_it_names_what_was_met_and_the_choices_of_the_way_that_was_taken() -> None:
    path = (next(iter(SCRIPT.scenes[SCRIPT.scenario.start].moves)),)
    met = taken(SCRIPT, path)

    seen = veil(CHART, met)

    named = {node.id for node in seen.nodes if node.title not in ("?", "An ending")}
    assert named == {":start", ":end"} | {id for id in met if isinstance(id, str)}
    assert path[0] in words(seen)
    assert len(named) < len(CHART.nodes)
