"""The shelf as one person sees it: their own runs, what they look for, what to try next."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lfp_trainer.services import access, accounts, demo, library, shelf
from lfp_trainer.services.shelf import Best, Card, Played, Practice, Wanted
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Stage
from tests import scenarios
from tests.conftest import NOON

WORDS = {
    "snapshot": ["A harbor town."],
    "trade_offs": ["Speed, or care."],
}


def case(id: str, **more: Any) -> scenarios.Data:
    return scenarios.scenario() | {"id": id, "title": id.replace("-", " ").title(), **more}


@pytest.fixture
def shelved(session: Session, tmp_path: Path) -> None:
    """Three small cases: *Long Day* (40 minutes), *Harbor* (25), *Short Call* (10)."""
    for data in (
        case("long-day", minutes=40, school="high"),
        case("harbor", minutes=25, school="middle", overview=WORDS),
        case("short-call"),
    ):
        scenarios.shelve(tmp_path, data).rename(tmp_path / f"{data['id']}.yaml")
    with database.writing(session):
        library.publish_folder(session, tmp_path, now=NOON)


@pytest.fixture
def viewer(session: Session) -> int:
    with database.writing(session):
        return accounts.make_guest(session, now=NOON)


def play(session: Session, user_id: int, id: str, stop: Stage | None, seed: int = 1) -> str:
    with database.writing(session):
        return demo.play_run(
            session, library.current(session, id), user_id=user_id, seat="both",
            habit=demo.by_chance, stop=stop, dice=Random(f"{id} {seed}"), now=NOON,
        )  # fmt: skip


def titles(cards: list[Card]) -> list[str]:
    return [card.scenario.title for card in cards]


def found(session: Session, viewer: int, **wanted: Any) -> list[str]:
    return titles(shelf.sift(shelf.cards(session, viewer), Wanted(**wanted)))


@pytest.mark.usefixtures("shelved")
class TestWhatIsLookedFor:
    def test_nothing_asked_for_finds_everything_by_title(
        self, session: Session, viewer: int
    ) -> None:
        assert found(session, viewer) == ["Harbor", "Long Day", "Short Call"]

    def test_every_word_must_be_said_somewhere_in_any_case(
        self, session: Session, viewer: int
    ) -> None:
        assert found(session, viewer, words="HARBOR town") == ["Harbor"]
        assert found(session, viewer, words="harbor village") == []
        assert found(session, viewer, words="speed") == ["Harbor"]
        assert found(session, viewer, words="40 minutes high school") == ["Long Day"]

    def test_quotes_and_dashes_of_a_phone_find_what_was_typed_with_others(
        self, session: Session, viewer: int
    ) -> None:
        assert shelf.folded("The district’s “plan” – A") == 'the district\'s "plan" - a'

    def test_the_story_is_not_searched(self, session: Session, viewer: int) -> None:
        told = shelf.cards(session, viewer)[0].scenario.scenes["log"].choices
        word = next(iter(told.values())).later

        assert found(session, viewer, words=word) == []

    @pytest.mark.parametrize(
        ("wanted", "titles"),
        [
            ({"school": "high"}, ["Long Day"]),
            ({"school": "elementary"}, []),
            ({"minutes": 25}, ["Harbor", "Short Call"]),
            ({"seat": "partner"}, ["Harbor", "Long Day", "Short Call"]),
            ({"seat": "janitor"}, []),
            ({"system": "ILR"}, ["Harbor", "Long Day", "Short Call"]),
            ({"system": "COM"}, []),
            ({"school": "middle", "minutes": 10}, []),
        ],
    )
    def test_filters_narrow_together(
        self, session: Session, viewer: int, wanted: dict[str, Any], titles: list[str]
    ) -> None:
        assert found(session, viewer, **wanted) == titles

    def test_ones_own_practice_is_a_filter_too(self, session: Session, viewer: int) -> None:
        play(session, viewer, "harbor", Stage.RATING)
        play(session, viewer, "long-day", None)

        assert found(session, viewer, practice=Practice.NEW) == ["Short Call"]
        assert found(session, viewer, practice=Practice.OPEN) == ["Harbor"]
        assert found(session, viewer, practice=Practice.FINISHED) == ["Long Day"]


@pytest.mark.usefixtures("shelved")
class TestWhatSomebodyMadeOfIt:
    def test_the_best_ending_is_the_one_the_author_lists_first(
        self, session: Session, viewer: int
    ) -> None:
        keys = [play(session, viewer, "harbor", None, seed) for seed in range(8)]
        runs = [access.seat_in(session, key, viewer_id=viewer) for key in keys]
        script = library.current(session, "harbor").script
        titles = {each.ending.id: each.ending.title for each in script.endings}
        reached = {run.ending_id or "" for run in runs}
        assert len(reached) == 2

        played = shelf.card_of(session, "harbor", viewer).played

        assert played.ended == 8
        first = next(id for id in titles if id in reached)
        assert played.best == Best(titles[first], 1, 2, NOON)

    def test_an_ending_counts_by_the_place_and_the_title_it_has_now(
        self, session: Session, viewer: int, tmp_path: Path
    ) -> None:
        play(session, viewer, "harbor", None)
        before = shelf.card_of(session, "harbor", viewer).played.best
        changed = case("harbor", minutes=25)
        worse = {"id": "worse", "title": "Worse", "text": "…"}
        better = {"id": "better", "when": "trust >= 9", "title": "Better", "text": "…"}
        changed["scenes"]["visit"]["choices"]["show"]["effects"] = {"trust": 8}
        changed["endings"] = [better, *changed["endings"][:-1], worse | {"id": "alone"}]
        scenarios.shelve(tmp_path, changed).rename(tmp_path / "harbor.yaml")
        with database.writing(session):
            library.publish_folder(session, tmp_path, now=NOON)

        after = shelf.card_of(session, "harbor", viewer).played.best

        assert before is not None
        assert after is not None
        assert (after.place, after.of) == (before.place + 1, before.of + 1)

    def test_an_ending_that_is_gone_from_the_file_is_still_somebodys_best(
        self, session: Session, viewer: int, tmp_path: Path
    ) -> None:
        play(session, viewer, "harbor", None)
        changed = case("harbor", minutes=25)
        changed["endings"] = [{"id": "other", "title": "Other", "text": "…"}]
        scenarios.shelve(tmp_path, changed).rename(tmp_path / "harbor.yaml")
        with database.writing(session):
            library.publish_folder(session, tmp_path, now=NOON)

        best = shelf.card_of(session, "harbor", viewer).played.best

        assert best is not None
        assert best.title in ("Together", "Alone")

    def test_it_is_their_own_and_nobody_elses(self, session: Session, viewer: int) -> None:
        with database.writing(session):
            other = accounts.make_guest(session, now=NOON)
        play(session, other, "harbor", None)

        assert shelf.card_of(session, "harbor", viewer).played == Played()
        assert shelf.card_of(session, "harbor", None).played == Played()
        assert shelf.card_of(session, "harbor", other).played.ended == 1

    def test_systems_are_given_away_only_once_a_diagnosis_is_committed(
        self, session: Session, viewer: int
    ) -> None:
        play(session, viewer, "harbor", Stage.DIAGNOSIS)
        assert not shelf.card_of(session, "harbor", viewer).played.diagnosed

        play(session, viewer, "harbor", Stage.RATING)
        assert shelf.card_of(session, "harbor", viewer).played.diagnosed


@pytest.mark.usefixtures("shelved")
class TestTheMap:
    def named(self, session: Session, viewer: int | None) -> set[str]:
        chart, _ = shelf.map_of(session, shelf.card_of(session, "harbor", viewer))
        return {node.id for node in chart.nodes if node.title not in ("?", "An ending")}

    def test_it_names_nothing_before_the_role_play(self, session: Session, viewer: int) -> None:
        play(session, viewer, "harbor", Stage.RATING)

        assert self.named(session, None) == {":start", ":end"}
        assert self.named(session, viewer) == {":start", ":end"}

    def test_it_names_the_scenes_of_an_open_run(self, session: Session, viewer: int) -> None:
        play(session, viewer, "harbor", Stage.ROLE_PLAY)

        assert self.named(session, viewer) == {":start", ":end", "log"}

    def test_it_names_everything_after_an_ending_with_the_way_taken(
        self, session: Session, viewer: int
    ) -> None:
        play(session, viewer, "harbor", None)

        card = shelf.card_of(session, "harbor", viewer)
        chart, way = shelf.map_of(session, card)

        assert self.named(session, viewer) == {node.id for node in chart.nodes}
        assert (":start", "log") in way


@pytest.mark.usefixtures("shelved")
class TestWhatToTryNext:
    def test_the_shortest_comes_first(self, session: Session, viewer: int) -> None:
        card = shelf.suggest(shelf.cards(session, viewer))

        assert card is not None
        assert card.scenario.id == "short-call"

    def test_what_was_finished_comes_last(self, session: Session, viewer: int) -> None:
        play(session, viewer, "short-call", None)

        card = shelf.suggest(shelf.cards(session, viewer))

        assert card is not None
        assert card.scenario.id == "harbor"

    def test_a_sequel_waits_for_the_story_it_follows(
        self, session: Session, viewer: int, tmp_path: Path
    ) -> None:
        sequel = case("short-call", follows="harbor", minutes=9)
        scenarios.shelve(tmp_path, sequel).rename(tmp_path / "short-call.yaml")
        with database.writing(session):
            library.publish_folder(session, tmp_path, now=NOON)

        before = shelf.suggest(shelf.cards(session, viewer))
        play(session, viewer, "harbor", None)
        after = shelf.suggest(shelf.cards(session, viewer))

        assert before is not None
        assert after is not None
        assert (before.scenario.id, after.scenario.id) == ("harbor", "short-call")

    def test_an_empty_shelf_suggests_nothing(self) -> None:
        assert shelf.suggest([]) is None
