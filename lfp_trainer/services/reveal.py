"""The reveal: what everybody answered before the conversation, beside each other and the reference.

Nobody but a player sees it, and only once all who are waited for have committed; another's answers
come from :func:`access.answers_beside` and from nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lfp_trainer.engine import reveal, rubric
from lfp_trainer.engine.diagnosis import Answer
from lfp_trainer.engine.reveal import Gap, Named
from lfp_trainer.engine.script import Script
from lfp_trainer.services import access, diagnosis, ratings
from lfp_trainer.services.access import Seated
from lfp_trainer.services.company import Companion, Company
from lfp_trainer.services.ratings import Card, Compared
from lfp_trainer.storage.models import Diagnosis, Rating, Round


@dataclass(frozen=True, slots=True)
class Row:
    """One leader on one strand: one's own rating beside the reference, and the others'."""

    own: Compared
    others: Mapping[int, rubric.Rating]
    """Person → what they gave; who has not rated is not there."""
    gap: Gap


@dataclass(frozen=True, slots=True)
class Revealed:
    """Everything that a reveal shows, to one of the players."""

    others: tuple[Companion, ...]
    """The other players who have rated."""
    late: tuple[Companion, ...]
    """Those who have not: they came later, left, or the stand-in has their seat."""
    rows: tuple[Row, ...]
    """The widest gap first."""
    diagnoses: Mapping[int, Answer]
    """Person → what they committed, one's own first."""
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
    rows = [
        _row(each, theirs)
        for each in ratings.compare_ratings(script, ratings.committed_of(session, seated))
    ]
    others = [each for each in company.players if each.user_id != seated.user_id]
    diagnoses = {seated.user_id: diagnosis.diagnosis_of(session, seated).counts}
    diagnoses |= _diagnoses_beside(session, seated)
    return Revealed(
        others=tuple(each for each in others if each.user_id in theirs),
        late=tuple(each for each in others if each.user_id not in theirs),
        rows=tuple(sorted(rows, key=lambda each: each.gap.order)),
        diagnoses=diagnoses,
        named=reveal.named(script.scenario, diagnoses),
    )


def _row(own: Compared, theirs: Mapping[int, Mapping[Card, rubric.Rating]]) -> Row:
    card = own.leader, own.strand
    others = {who: cards[card] for who, cards in theirs.items() if card in cards}
    levels = [own.own.level, *(each.level for each in others.values())]
    return Row(own, others, reveal.find_gap(levels, reveal.from_reference(own.reference)))


Given = tuple[int, Round, Card, rubric.Rating]
"""Who rated, in which round, what, and how."""


def ratings_beside(session: Session, seated: Seated, rounds: Iterable[Round]) -> list[Given]:
    """Return what the other players have committed in these rounds, if it is revealed.

    What was rated after the play is the caller's to keep back until the debrief.
    """
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
