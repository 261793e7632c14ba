"""Players who do not read: what they take, and how they fare, weighed and played."""

import pytest

from lfp_trainer.config import SCENARIOS
from lfp_trainer.engine.script import Script, prepare
from lfp_trainer.engine.simulate import NOTHING, Outcome, play_many, players, weigh
from lfp_trainer.engine.vocabulary import Vocabulary
from lfp_trainer.scenario_files import load_bundle
from tests import scenarios
from tests.scenarios import choice, decision

NAMES = (
    "random", "first", "last", "longest", "shortest", "highest level", "consulting", "reference",
)  # fmt: skip


def weighed(script: Script, name: str, seats: set[str] | None = None) -> Outcome:
    picks = players(script.vocabulary)[name]
    outcome = weigh(script, picks, max_moves=1_000_000, seats=seats)
    assert outcome is not None
    return outcome


def taken(name: str, **differing: object) -> tuple[str, ...]:
    """Return what a player takes of three alike responses, the second of which differs."""
    script = scenarios.script()
    alike = {"text": "Two words.", "rank": 2, "tactic": "pressure"}
    offers = {
        id: script.choices["ask"][1].model_copy(update={**alike, **more})
        for id, more in {"one": {}, "two": differing, "three": {}}.items()
    }
    return players(script.vocabulary)[name](offers)


def test_each_player_takes_what_its_name_says_and_equals_by_chance() -> None:
    everything = ("one", "two", "three")

    assert tuple(players(_vocabulary())) == NAMES
    assert taken("random", rank=1) == everything
    assert taken("first", rank=1) == ("one",)
    assert taken("longest") == everything
    assert taken("last", rank=1) == ("three",)
    # What a reader sees is how far a text goes, not how many words it has.
    assert taken("longest", text="Extraordinarily.") == ("two",)
    assert taken("longest", text="I do so.") == ("one", "three")
    assert taken("shortest") == everything
    assert taken("shortest", text="I do so.") == ("two",)
    assert taken("highest level", shows={"motivate": 5, "results": 1}) == ("two",)
    assert taken("highest level", shows={"motivate": 1, "results": 4}) == everything
    assert taken("consulting") == everything
    assert taken("consulting", tactic="consultation") == ("two",)
    assert taken("reference", rank=1) == ("two",)
    assert taken("reference") == everything


def _vocabulary() -> Vocabulary:
    return scenarios.bundle().vocabulary


def test_every_path_is_weighed() -> None:
    outcome = weighed(scenarios.script(), "random")

    # Asking (trust 1) leaves three responses of which all end together; telling leaves two, and
    # even showing brings trust back to no more than 0.
    defend, best = (1 / 6 + 1 / 4) / 2, (1 / 2 + 1 / 6 + 1 / 4) / 2
    assert outcome.endings == {"together": 0.5, "alone": 0.5}
    assert outcome.levels["motivate"] == pytest.approx({1: defend, 2: 0, 3: 19 / 24, 4: 0, 5: 0})
    assert outcome.levels["results"] == pytest.approx({1: defend, 2: 19 / 24, 3: 0, 4: 0, 5: 0})
    assert (outcome.decisions, outcome.best) == pytest.approx((2, best))
    assert outcome.never_ends == 0


def test_a_seat_alone_is_weighed_beside_the_stand_in() -> None:
    script = scenarios.script()
    picks = players(script.vocabulary)["random"]

    alone = {
        seat: weigh(script, picks, max_moves=1_000, seats={seat}) for seat in script.scenario.seats
    }

    # The stand-in asks first, so that the principal ends together whatever she does; when the
    # partner asks, it shows, and when he tells, it defends.
    partner, principal = alone["partner"], alone["principal"]
    assert partner is not None
    assert principal is not None
    assert partner.endings == {"together": 0.5, "alone": 0.5}
    assert (partner.decisions, partner.best) == (1, 0.5)
    assert partner.levels["motivate"] == {1: 0, 2: 0, 3: 1, 4: 0, 5: 0}
    assert principal.endings == pytest.approx({"together": 1, "alone": 0})
    assert (principal.decisions, principal.best) == pytest.approx((1, 1 / 3))


def test_a_stand_in_that_goes_round_ends_no_play() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["pace"] = choice("log", rank=3)
    data["scenes"]["log"]["stand_in"] = [{"choose": "pace"}]
    script = scenarios.script(data)
    picks = players(script.vocabulary)["random"]

    weighed = weigh(script, picks, max_moves=1_000, seats={"principal"})
    played = play_many(script, picks, runs=2, seed=1, seats={"principal"})

    assert weighed is not None
    assert weighed.never_ends == played.never_ends == 1


def test_a_story_that_can_go_round_is_weighed_to_the_last_crumb() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"]["choices"]["pace"] = choice("log", rank=3)

    outcome = weighed(scenarios.script(data), "random")

    assert sum(outcome.endings.values()) == pytest.approx(1)
    assert outcome.decisions == pytest.approx(2.5)


def test_a_player_who_goes_round_for_ever_comes_to_no_ending() -> None:
    data = scenarios.scenario()
    data["scenes"]["log"] = decision(
        "partner", {"pace": choice("log"), "go": choice("visit", rank=2)}
    )
    script = scenarios.script(data)

    played = play_many(script, players(script.vocabulary)["first"], runs=2, seed=1)

    assert weighed(script, "first").never_ends == played.never_ends == 1


def test_what_takes_more_moves_than_allowed_is_not_guessed() -> None:
    script = scenarios.script()
    picks = players(script.vocabulary)["random"]

    assert weigh(script, picks, max_moves=6) is None
    assert weigh(script, picks, max_moves=7) is not None


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    script = scenarios.script()
    picks = players(script.vocabulary)["random"]

    one, again, other = (play_many(script, picks, runs=50, seed=seed) for seed in (1, 1, 2))

    assert one == again
    assert one != other


@pytest.mark.parametrize(
    ("name", "seat"), [*((name, None) for name in NAMES), ("random", "partner")]
)
def test_playing_often_comes_to_what_weighing_says(name: str, seat: str | None) -> None:
    script = prepare(load_bundle(SCENARIOS / "glowing-observations.yaml"))
    picks, runs = players(script.vocabulary)[name], 2_000
    seats = None if seat is None else {seat}

    exact = weighed(script, name, seats)
    played = play_many(script, picks, runs=runs, seed=7, seats=seats)

    # Four standard errors of a share: wrong once in some thousand seeds, and the seed is fixed.
    for ending, share in exact.endings.items():
        error = (share * (1 - share) / runs) ** 0.5
        assert abs(played.endings[ending] - share) <= 4 * error + NOTHING, ending
    assert played.decisions == pytest.approx(exact.decisions, rel=0.02)
    assert played.best == pytest.approx(exact.best, abs=0.02)
    for strand, levels in exact.levels.items():
        assert played.levels[strand] == pytest.approx(levels, abs=0.02)
