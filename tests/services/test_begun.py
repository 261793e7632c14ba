"""What somebody began to rate and went past is found again by its writer, and by nobody else."""

from lfp_trainer.engine.rubric import Rating
from lfp_trainer.services import begun, ratings
from lfp_trainer.services.ratings import Kept
from lfp_trainer.storage.database import writing
from tests.together import Together

SAVED = Kept(Rating(2, None, "saved", ("fewer-visits",)), not_enough=False)
EMPTIED = Kept(Rating(None), not_enough=False)


def test_only_what_was_written_and_can_no_longer_be_committed_was_begun(
    lobby: Together, alice_id: int, bob_id: int
) -> None:
    lobby.ready(alice_id, bob_id)
    lobby.commit(alice_id)
    lobby.finish_case(bob_id)
    lobby.diagnose(bob_id)
    script = lobby.script(bob_id)
    first, second, *_ = ratings.cards_of(script)
    with writing(lobby.session):
        for card, kept in ((first, SAVED), (second, EMPTIED)):
            seated = lobby.seat(bob_id)
            ratings.save_rating(lobby.session, seated, script, card, kept, now=lobby.now)
    assert not begun.begun_by(lobby.session, lobby.seat(bob_id)), "it can still be committed"

    lobby.leave(bob_id)
    lobby.play_to_the_end(alice_id)
    lobby.come_back(bob_id)
    lobby.catch_up(bob_id)

    assert begun.begun_by(lobby.session, lobby.seat(bob_id)).ratings == {first: SAVED}
    assert not begun.begun_by(lobby.session, lobby.seat(alice_id))
