"""What must be true of a run together after every act, of the services and of the model."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lfp_trainer.engine import play
from lfp_trainer.services import access, observing, picks, play_ratings, runs
from lfp_trainer.services.ways import Way
from lfp_trainer.storage.models import (
    Diagnosis,
    Pair,
    Participant,
    Rating,
    Round,
    Run,
    Stage,
    Step,
)
from tests.pair_acts import Play
from tests.pair_expected import Scene, Taken
from tests.pair_model import ROLE_PLAY, Model

STAGES = tuple(Stage)
GOES_ON = {Way.READY, Way.BEGIN, Way.ANSWER, Way.CHOOSE, Way.RATE_PLAY, Way.GO_ON, Way.STAND_IN,
           Way.COME_BACK, Way.CATCH_UP}  # fmt: skip
"""What really leads on: a nudge alone does not."""


class Looked:
    """A run that is looked at, and the model beside it."""

    session: ClassVar[Session]
    play: Play
    model: Model

    def scene(self) -> Scene:
        script, path = self.play.script, self.play.path()
        position = play.replay(script, path)
        notes = runs.notes_of(self.session, self.play.run_id)
        by = tuple(notes[number + 1].user_id for number in range(len(path)))
        offered = play.offered(script, position) if position.scene else ()
        before = [play.replay(script, path[:number]) for number in range(len(path))]
        at = self.session.scalars(
            sa.select(Step.chosen_at).where(Step.run_id == self.play.run_id).order_by(Step.number)
        )
        taken = [
            Taken(play.seats_on_turn(script, each), play.offered(script, each), then)
            for each, then in zip(before, at, strict=True)
        ]
        on_turn = play.seats_on_turn(script, position)
        return Scene(self.play.now, path, by, on_turn, offered, taken)

    def the_steps_are_counted_and_lead_where_the_run_is(self) -> None:
        run_id = self.play.run_id
        self.session.rollback()
        moves, ending = self.session.execute(
            sa.select(Run.moves, Run.ending_id).where(Run.id == run_id)
        ).one()
        steps = self.session.execute(
            sa.select(Step.number, Step.user_id, Step.stand_in)
            .where(Step.run_id == run_id)
            .order_by(Step.number)
        ).all()
        assert [each.number for each in steps] == list(range(1, moves + 1))
        assert not any(each.stand_in and each.user_id for each in steps)
        position = play.replay(self.play.script, self.play.path())
        assert (position.scene is None) == (ending is not None)

    def services_and_model_agree_on_who_is_where(self) -> None:
        stored = {row.user_id: row for row in self._participants()}
        assert stored.keys() == self.model.people.keys()
        for who, each in self.model.people.items():
            row = stored[who]
            assert (row.seat, STAGES.index(row.stage)) == (each.seat, each.at)
            assert (row.left_at is not None or row.stand_in_from is not None) == each.out
            assert (row.rated_play_at is not None) == each.rated
        seats = [row.seat for row in stored.values()]
        assert len(seats) == len(set(seats))

    def _participants(self) -> list[Any]:
        return list(
            self.session.execute(
                sa.select(Participant.__table__).where(Participant.run_id == self.play.run_id)
            )
        )

    def what_has_opened_is_open_and_stays_so(self) -> None:
        pair = self.session.execute(
            sa.select(Pair.begun_at, Pair.opened_at, Pair.told_at).where(
                Pair.run_id == self.play.run_id
            )
        ).one()
        mine = self.model.begun, self.model.opened, self.model.told
        assert tuple(each is not None for each in pair) == mine

    def somebody_present_decides_while_the_conversation_is_open(self) -> None:
        model = self.model
        if model.opened and not model.ended and model.held:
            assert model.deciders(self.scene().on_turn)

    def everybody_has_a_way_or_waits_for_somebody_who_has(self) -> None:
        found = {who: self.play.ways(who) for who in self.model.people}

        def leads_on(who: int, behind: tuple[int, ...]) -> None:
            ways, waits = found[who]
            assert who not in behind, f"{(*behind, who)} wait for each other"
            if ways & GOES_ON:
                return
            assert waits, f"{who} is stuck, {behind} wait for them: {self.model}"
            for other in waits:
                away = self.model.away(other, self.play.now) or self.model.people[other].out
                assert not away, f"{who} waits for {other}, who is away, and can do nothing"
                leads_on(other, (*behind, who))

        for who in found:
            leads_on(who, ())

    def ways_past_what_is_left_and_signs_are_offered_whenever_they_lead_somewhere(self) -> None:
        for who in self.model.people:
            ways, _ = self.play.ways(who)
            assert (Way.CATCH_UP in ways) == self.model.may_catch_up(who), (who, ways, self.model)
            signs = self.model.may_leave_a_sign(who, self.play.now)
            assert not signs or Way.NUDGE in ways, f"{who} cannot leave {signs} a sign"

    def nobody_reads_what_another_answered_too_early(self) -> None:
        for who in self.model.people:
            seated = self.play.seat(who)
            others = [each for each in self.model.people if each != who]
            # What is said of the play is looked for apart: who passed over ratings says it too.
            for kind, owner, column, of_kind in (
                ("diagnosis", Diagnosis.user_id, Diagnosis.reason, sa.true()),
                ("rating", Rating.rater_id, Rating.reason, Rating.round == Round.BEFORE),
            ):
                beside = access.answers_beside(seated, owner, column).where(of_kind)
                rows = self.session.execute(beside)
                may = {each for each in others if self.model.sees_answers(who, each, kind)}
                seen = {row[0] for row in rows}
                assert seen == may, f"{who} sees {kind} of {seen}, may {may}: {self.model}"
            told = picks.told_picks(self.session, seated, of=others)
            assert not told or self.model.is_through(who)
            assert runs.has_reached(seated, Stage.DEBRIEF) == self.model.is_through(who)
            self.nobody_reads_too_early_what_is_said_of_the_play(who)

    def nobody_reads_too_early_what_is_said_of_the_play(self, who: int) -> None:
        seated, company = self.play.seat(who), self.play.company()
        told = play_ratings.tell(self.session, seated, self.play.script, company)
        said = {each for card in told for each in card.given} - {who}
        may = {each for each in self.model.people if self.model.hears_of_play(who, each)}
        assert said <= may, f"{who} sees what {said} say of the play, may {may}: {self.model}"
        beside = access.answers_beside(seated, Rating.rater_id).where(
            Rating.round.in_((Round.OWN, Round.OTHER))
        )
        assert set(self.session.scalars(beside)) <= may, f"{who} may hear {may}: {self.model}"
        if told:  # where somebody has chosen anything, there is something to say of it
            assert may - {who} <= said
        assert not observing.marks_told(self.session, seated) or self.model.is_through(who)

    def picks_are_shown_once_all_have_picked(self) -> None:
        scene, company = self.scene(), self.play.company()
        position = play.replay(self.play.script, scene.path)
        if position.scene is None:
            return
        deciders = self.model.deciders(scene.on_turn)
        picked = self.model.picks.get(len(scene.path), {})
        open_ = len(deciders) > 1 and all(each in picked for each in deciders)
        agreed = {picked.get(each) for each in deciders}
        assert not deciders or None in agreed or len(agreed) > 1, "they agree, and nothing follows"
        for who, each in self.model.people.items():
            shown = picks.shown_picks(
                self.session, company, self.play.seat(who), self.play.script, position
            )
            there = open_ and each.at >= ROLE_PLAY
            assert shown.keys() - {who} == ({*deciders} - {who} if there else set())
