"""The words behind the ids in somebody's data."""

from datetime import UTC, datetime
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine.exercise import Exercise
from lfp_trainer.services import access, demo, demo_looking_back, library, my_data
from lfp_trainer.services.accounts import Person
from lfp_trainer.services.library import Published
from lfp_trainer.storage import database
from lfp_trainer.storage.models import Role, Run, ScenarioVersion
from tests.conftest import NOON
from tests.exercises import exercise, vignettes
from tests.services.test_exercises import GOOD, M, save, start


def play(session: Session, published: Published, user_id: int) -> None:
    with database.writing(session):
        for seed in (1, 2):
            demo.play_run(
                session, published, user_id=user_id, seat="both", habit=demo.by_chance, stop=None,
                dice=Random(seed), now=NOON,
            )  # fmt: skip
        demo_looking_back.look_back(session, user_id, Random(3), now=NOON)


def data_of(session: Session, user_id: int, *exercises: Exercise) -> my_data.Gathered:
    person = Person(user_id, "Alice", None, Role.LEARNER, None, 1, datetime.now(UTC))
    return my_data.gather(session, person, {each.id: each for each in exercises})


def test_responses_leaders_and_sentences_are_told_in_words(
    session: Session, published: Published, alice_id: int
) -> None:
    play(session, published, alice_id)

    gathered = data_of(session, alice_id)

    script = published.script
    said = {id: choice.text for id, (_, choice) in script.choices.items()}
    steps, rankings, ratings = (gathered[name] for name in ("step", "ranking", "rating"))
    assert all(row["response"] == said[row["choice_id"]] for row in steps)
    assert all(row["scene_title"] for row in steps)
    assert all(row["responses"] == [said[id] for id in row["ranked"]] for row in rankings)
    assert all(row["about"] == script.scenario.cast[row["leader"]].name for row in ratings)
    cited = [row for row in ratings if row["round"] != "own" and row["evidence"]]
    assert all(
        row["sentences"] == [script.scenario.sentences[id] for id in row["evidence"]]
        for row in cited
    )
    assert all((steps, rankings, cited))


def test_a_case_that_cannot_be_read_keeps_nobody_from_their_data(
    session: Session, published: Published, alice_id: int
) -> None:
    play(session, published, alice_id)
    with database.writing(session):
        session.execute(sa.update(ScenarioVersion).values(parsed="{", digest="spoilt"))
    key = session.scalars(sa.select(Run.key)).first()
    assert key is not None
    assert access.seat_in(session, key, viewer_id=alice_id).digest == "spoilt"
    library._scripts.pop("spoilt", None)

    steps = data_of(session, alice_id)["step"]

    assert steps
    assert {row["response"] for row in steps} == {""}
    assert all(row["choice_id"] for row in steps)


def test_what_was_rated_in_an_exercise_is_told_of_the_people_it_was_shown_with(
    session: Session, alice_id: int
) -> None:
    here = exercise()
    first = start(session, alice_id, here).texts[0]
    save(session, alice_id, first, M, GOOD, within=here)

    rows = data_of(session, alice_id, here)["exercise_rating"]

    rated = next(row for row in rows if row["evidence"])
    (leader, _), (other, _) = rated["shown"]
    assert rated["text_title"].startswith(f"{leader} meets {other}, and ")
    assert rated["strand_name"] == here.rubrics[M.rubric].strands[M.strand].name
    assert rated["sentences"] == [first.text.sentences["acts"]]
    assert "{" not in rated["text_title"] + rated["sentences"][0]
    assert all(row["text_title"] and row["sentences"] == [] for row in rows if row is not rated)


def test_a_text_that_is_no_longer_what_it_was_keeps_nobody_from_their_data(
    session: Session, alice_id: int
) -> None:
    here = exercise()
    first = start(session, alice_id, here).texts[0]
    save(session, alice_id, first, M, GOOD, within=here)
    data = vignettes()
    del data["vignettes"][first.text.id]
    rewritten = vignettes()
    rewritten["vignettes"][first.text.id]["text"][1]["text"] = "{They} does something else."

    for now in ((), (exercise(data),), (exercise(rewritten),)):
        rows = data_of(session, alice_id, *now)["exercise_rating"]

        rated = next(row for row in rows if row["evidence"])
        assert (rated["text_id"], rated["evidence"]) == (first.text.id, ["acts"])
        assert (rated["text_title"], rated["sentences"]) == ("", "")
