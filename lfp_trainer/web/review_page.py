"""What a page shows of a cohort's conversations: how they split, which way they went, how they
ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from lfp_trainer import scenario_map
from lfp_trainer.engine.scenario import BOTH
from lfp_trainer.engine.script import Script
from lfp_trainer.scenario_map import Chart, Flow
from lfp_trainer.services import library, review
from lfp_trainer.services.review import Played, Split, Taken
from lfp_trainer.web.review_wanted import Wanted


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a split, such as a response: how many, and what is known of it."""

    text: str
    count: int
    href: str = ""
    """Where the answers behind the number are; empty where there is nothing to read."""
    followed: str = ""
    ended: str = ""
    note: str = ""
    rank: int = 0
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, and how it split."""

    id: str
    title: str
    about: str
    of: int
    rows: tuple[Row, ...]
    strands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversations:
    """All that the conversations of a cohort show."""

    plays: int
    people: int
    endings: tuple[Row, ...]
    decisions: tuple[Decision, ...]
    chart: Chart
    flows: tuple[Flow, ...]
    ways: tuple[tuple[str, str, int], ...]
    """The map as a table: from, to, how many."""

    @property
    def ended(self) -> int:
        return sum(row.count for row in self.endings)


def conversations(session: Session, wanted: Wanted) -> Conversations:
    """Return what the conversations of a cohort show, those of them that are wanted."""
    scope = wanted.scope
    played = review.played(session, scope)
    chart = library.chart_of(scope.digest, scope.script)
    flows = scenario_map.draw_traffic(chart, played.traffic)
    return Conversations(
        plays=played.plays,
        people=played.people,
        endings=_endings(played, scope.script),
        decisions=tuple(_decision(split, wanted) for split in played.splits),
        chart=chart,
        flows=flows,
        ways=_ways(chart, played.traffic),
    )


def _endings(played: Played, script: Script) -> tuple[Row, ...]:
    titles = _ending_titles(script)
    rows = [Row(titles[id], count) for id, count in played.endings.items()]
    if played.going_on:
        rows.append(Row("Not over yet", played.going_on))
    return tuple(rows) if played.plays else ()


def _ending_titles(script: Script) -> dict[str, str]:
    return {each.ending.id: each.ending.title for each in script.endings}


def _decision(split: Split, wanted: Wanted) -> Decision:
    script = wanted.scope.script
    scene = script.scenario.scenes[split.scene_id]
    strands = tuple(
        dict.fromkeys(strand for choice in scene.choices.values() for strand in choice.shows)
    )
    return Decision(
        id=split.scene_id,
        title=scene.title,
        about=_about(split, script),
        of=split.plays,
        rows=tuple(_response(split.scene_id, each, strands, wanted) for each in split.choices),
        strands=tuple(script.rubric.strands[strand].name for strand in strands),
    )


def _about(split: Split, script: Script) -> str:
    """Say whose decision it is, and by how many it was taken."""
    turn = script.scenario.scenes[split.scene_id].turn or ""
    member = script.scenario.cast.get(turn)
    who = "Together" if turn == BOTH or member is None else member.name
    people = "one person" if split.people == 1 else f"{split.people} people"
    again = "" if split.plays == split.people else f", in {split.plays} conversations"
    return f"{who} decides. Decided by {people}{again}."


def _response(scene_id: str, taken: Taken, strands: tuple[str, ...], wanted: Wanted) -> Row:
    script = wanted.scope.script
    choice = script.scenario.scenes[scene_id].choices[taken.choice_id]
    titles = _ending_titles(script)
    ended = [_times(titles[id], count) for id, count in taken.endings.items()]
    ended += [_times("not over yet", taken.going_on)] if taken.going_on else []
    return Row(
        text=choice.text,
        count=taken.plays,
        href=url_for(
            "review.show_response",
            **wanted.address(scene_id=scene_id, choice_id=taken.choice_id),
        ),
        followed=", ".join(_times(_title(id, script), n) for id, n in taken.led_to.items()),
        ended=", ".join(ended),
        rank=choice.rank,
        levels=tuple(
            str(choice.shows[strand]) if strand in choice.shows else "–" for strand in strands
        ),
    )


def _times(what: str, count: int) -> str:
    return f"{what} ({count})"


def _title(node: str, script: Script) -> str:
    """Return what a box of the map says."""
    scene = script.scenario.scenes.get(node)
    return scene.title if scene else "the end"


def _ways(chart: Chart, traffic: Mapping[tuple[str, str], int]) -> tuple[tuple[str, str, int], ...]:
    titles = {node.id: node.title for node in chart.nodes}
    return tuple(
        (titles[edge.source], titles[edge.target], traffic[edge.source, edge.target])
        for edge in chart.edges
        if (edge.source, edge.target) in traffic
    )
