"""Where the open conversation of a run together stands, as far as one participant may see it."""

from dataclasses import dataclass

from lfp_trainer.engine import play
from lfp_trainer.engine.play import Position
from lfp_trainer.engine.script import Script
from lfp_trainer.services import picks
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.picks import Picked
from lfp_trainer.storage.prepared import Within


@dataclass(frozen=True, slots=True)
class Conversation:
    """The decision that is open: who takes it, and what of it is picked."""

    position: Position
    on_turn: tuple[str, ...] = ()
    """The seats that decide."""
    deciders: tuple[Companion, ...] = ()
    picked: dict[int, Picked] | None = None
    """What this participant may see of it: person → pick."""
    has_picked: frozenset[int] = frozenset()
    """Who has, where several decide: nothing is said of what."""

    @property
    def is_together(self) -> bool:
        return len(self.deciders) > 1

    @property
    def differs(self) -> bool:
        """Tell whether all who decide have picked, and so see that it was not the same."""
        return self.is_together and all(each.user_id in self.has_picked for each in self.deciders)

    def decides(self, user_id: int) -> bool:
        return any(each.user_id == user_id for each in self.deciders)

    def pick_of(self, user_id: int) -> Picked | None:
        """Return what somebody would choose, if this participant may see it."""
        return (self.picked or {}).get(user_id)


def conversation_of(
    within: Within, seated: Seated, script: Script, company: Company, position: Position
) -> Conversation:
    """Return where the conversation stands; nobody decides before it opens, or once it is over."""
    if company.opened_at is None or position.scene is None:
        return Conversation(position)
    on_turn = play.seats_on_turn(script, position)
    deciders = company.deciders(on_turn)
    every = picks.picks_at(within, seated.run_id, len(position.path) + 1)
    picked = picks.shown_of(every, company, seated, on_turn)
    if len(deciders) < 2:
        return Conversation(position, on_turn, deciders, picked)
    have = {user_id for user_id, each in every.items() if each.choice_id is not None}
    return Conversation(position, on_turn, deciders, picked, frozenset(have))
