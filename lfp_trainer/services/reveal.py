"""The reveal: what everybody answered before the conversation, beside each other and the reference.

Nobody but a player sees it, and only once all who are waited for have committed; another's answers
come from :func:`access.answers_beside` and from nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lfp_trainer.engine import reveal, rubric
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.reference import Reference
from lfp_trainer.engine.reveal import Gap, Named
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, diagnosis, ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.ratings import Card, Compared
from lfp_trainer.storage.models import Diagnosis, Rating, Round


@dataclass(frozen=True, slots=True)
class Row:
    """One leader on one strand: the reference, one's own rating beside it, and the others'."""

    card: Card
    reference: Reference
    own: Compared | None
    """None where one has not rated: nothing is held beside an answer that is not there."""
    others: Mapping[int, rubric.Rating]
    """Person → what they gave; who has not rated is not there."""
    gap: Gap
    """Between those who have rated."""

    @property
    def leader(self) -> str:
        return self.card[0]

    @property
    def strand(self) -> str:
        return self.card[1]


@dataclass(frozen=True, slots=True)
class Revealed:
    """Everything that a reveal shows, to one of the players."""

    others: tuple[Companion, ...]
    """The other players who have rated."""
    late: tuple[Companion, ...]
    """Those who have not: they came later, left, or the stand-in has their seat."""
    rows: tuple[Row, ...]
    """What anybody rated, the widest gap first; last what only one has rated."""
    diagnoses: Mapping[int, Answer]
    """Person → what they committed, one's own first; who has committed none is not there."""
    named: Mapping[str, tuple[Named, ...]]

    @property
    def diagnoses_differ(self) -> bool:
        """Tell whether somebody named what another did not."""
        return any(each.differs(self.diagnoses) for part in self.named.values() for each in part)


def reveal_to(session: Session, seated: Seated, script: Script, company: Company) -> Revealed:
    """Return what a player sees of it; of the others nothing, as long as it is not revealed."""
    given = ratings_beside(session, seated, (Round.BEFORE,))
    theirs: dict[int, dict[Card, rubric.Rating]] = {}
    for who, _, card, rating in given:
        theirs.setdefault(who, {})[card] = rating
    mine = {
        (each.leader, each.strand): each
        for each in ratings.compare_ratings(script, ratings.committed_of(session, seated))
    }
    rows = [
        _row(script, card, mine.get(card), theirs)
        for card in ratings.cards_of(script)
        if card in mine or any(card in cards for cards in theirs.values())
    ]
    others = [each for each in company.players if each.user_id != seated.user_id]
    own = diagnosis.diagnosis_of(session, seated)
    diagnoses = {seated.user_id: own.answer} if own.committed else {}
    diagnoses |= _diagnoses_beside(session, seated)
    return Revealed(
        others=tuple(each for each in others if each.user_id in theirs),
        late=tuple(each for each in others if each.user_id not in theirs),
        rows=tuple(sorted(rows, key=_order)),
        diagnoses=diagnoses,
        named=reveal.named(script.scenario, diagnoses),
    )


def _order(row: Row) -> tuple[bool, tuple[int, bool, int, bool]]:
    return row.gap.people < 2, row.gap.order


def _row(
    script: Script,
    card: Card,
    own: Compared | None,
    theirs: Mapping[int, Mapping[Card, rubric.Rating]],
) -> Row:
    leader, strand = card
    reference = script.scenario.leaders[leader][strand]
    others = {who: cards[card] for who, cards in theirs.items() if card in cards}
    levels = [*([own.own.level] if own else []), *(each.level for each in others.values())]
    gap = reveal.find_gap(levels, reveal.from_reference(reference))
    return Row(card, reference, own, others, gap)


Given = tuple[int, Round, Card, rubric.Rating]
"""Who rated, in which round, what, and how."""


def ratings_beside(session: Session, seated: Seated, rounds: Iterable[Round]) -> list[Given]:
    """Return what the other players have committed in these rounds, if it is revealed."""
    rows = session.execute(
        access.answers_beside(
            seated, Rating.rater_id, Rating.round, Rating.leader, Rating.strand, Rating.level,
            Rating.flag, Rating.reason, Rating.evidence,
        ).where(Rating.round.in_(tuple(rounds)))
    )  # fmt: skip
    return [
        (
            row.rater_id,
            row.round,
            (row.leader, row.strand),
            rubric.Rating(row.level, row.flag, row.reason, tuple(row.evidence)),
        )
        for row in rows
    ]


def _diagnoses_beside(session: Session, seated: Seated) -> dict[int, Answer]:
    rows = session.execute(
        access.answers_beside(
            seated, Diagnosis.user_id, Diagnosis.systems, Diagnosis.failed_tests, Diagnosis.who,
            Diagnosis.what, Diagnosis.reason,
        )
    )  # fmt: skip
    return {
        row.user_id: Answer(
            tuple(row.systems), tuple(row.failed_tests), tuple(row.who), tuple(row.what), row.reason
        )
        for row in rows
    }
