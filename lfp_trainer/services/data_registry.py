"""What this site stores, table by table and column by column: the one list of it.

The page that explains it, the download, the dictionary inside the download and what the page of
deletion promises are all read from here. A column that is missing fails a test, so that nobody can
begin to store something without saying what it is, whose it is, and what becomes of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from lfp_trainer.services import code_tries, retention
from lfp_trainer.services.exports import kept
from lfp_trainer.storage.models import (
    Assignment,
    Cohort,
    Comment,
    DebriefPlan,
    Diagnosis,
    ExerciseRating,
    Expected,
    Export,
    ExportPart,
    Mark,
    Membership,
    Model,
    NextStep,
    Pair,
    Paired,
    Participant,
    Pick,
    Place,
    Ranking,
    Rating,
    Run,
    ScenarioVersion,
    Showing,
    SignInFailure,
    Step,
    User,
    UserSession,
    table,
)


class Fate(StrEnum):
    """What becomes of rows when the person whose they are deletes their account."""

    ERASED = "removed"
    SHARED = "removed, except in runs that somebody else took part in"
    KEPT = "kept: it is nobody's"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who a row belongs to, as the two things that are known of a person."""

    id: int
    account: str | None
    """What wrong passwords are counted under; None for a guest."""


Rows = Callable[[Owner], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds, in plain words."""

    means: str
    withheld: str = ""
    """Why it is not in the download; empty where it is."""
    only_own: bool = False
    """In a row that is somebody else's in a shared run or cohort, this is theirs and left empty."""
    told_to: Rows | None = None
    """In which rows it is in the download, where that is another question than who made them."""


@dataclass(frozen=True, slots=True)
class Store:
    """One table: whose its rows are, what they mean, what becomes of them."""

    model: type[Model]
    title: str
    means: str
    whose: str
    """The way from a row to the person, in words."""
    rows: Rows | None
    """The same as a condition; None where no row is anybody's."""
    fate: Fate
    columns: Mapping[str, Column]
    why_kept: str = ""
    """What of it stays after a deletion, and why; empty where nothing does."""
    made_by: Rows | None = field(default=None)
    """Whether somebody made a row, or shares it, where somebody else may have."""

    @property
    def name(self) -> str:
        return table(self.model).name

    @property
    def exported(self) -> list[str]:
        """The columns that are in the download, in the order of the table."""
        return [name for name, column in self.columns.items() if not column.withheld]


def _by(column: sa.ColumnElement[Any]) -> Rows:
    return lambda owner: column == owner.id


def _taken_part(run_id: sa.ColumnElement[Any]) -> Rows:
    parts = table(Participant).c
    return lambda owner: run_id.in_(
        sa.select(parts.run_id).where(parts.user_id == owner.id).scalar_subquery()
    )


def _in_cohort(cohort_id: sa.ColumnElement[Any]) -> Rows:
    members = table(Membership).c
    return lambda owner: cohort_id.in_(
        sa.select(members.cohort_id).where(members.user_id == owner.id).scalar_subquery()
    )


def _tries_of(owner: Owner) -> sa.ColumnElement[bool]:
    tries = table(SignInFailure).c
    if owner.account is None:
        return sa.false()
    return (tries.account == owner.account) | (tries.address == code_tries.of_account(owner.id))


def _facilitated(owner: Owner) -> sa.ColumnElement[bool]:
    members = table(Membership).c
    return table(Cohort).c.id.in_(
        sa.select(members.cohort_id)
        .where(members.user_id == owner.id, members.role == Place.FACILITATOR)
        .scalar_subquery()
    )


def _shares(owner: Owner) -> sa.ColumnElement[bool]:
    parts = table(Participant).c
    return table(Run).c.id.in_(
        sa.select(parts.run_id)
        .where(parts.user_id == owner.id, parts.shared_at.is_not(None))
        .scalar_subquery()
    )


_NOT_WHETHER_OTHERS = "In a run together it would tell whether the others have agreed to share it."


def _wrote_or_got(owner: Owner) -> sa.ColumnElement[bool]:
    comments = table(Comment).c
    return (comments.learner_id == owner.id) | (comments.author_id == owner.id)


_GOT = _by(table(Comment).c.learner_id)
"""Of a comment, where it was written to somebody. Who wrote it is told nothing of a run that may be
private again."""

_ID = Column("The number of this row.")
_RUN = Column("The run it belongs to: the id in the table run.")
_COHORT = Column("The cohort it belongs to: the id in the table cohort.")
_YOU = Column("Your own number.")
_SAVED = Column("When it was last saved.")
_COMMITTED = Column("When you committed it; empty while it is a draft.")
_LEVEL = Column("The level you gave, counted from 1; empty for none and for not enough evidence.")
_NOT_ENOUGH = Column("Whether you said that the text does not give enough evidence.")
_FLAG = Column("The mark you set beside a level, such as a plus for in between, if any.")
_STRAND = Column("The strand of the rubric you rated.")
_CODES = "A list of codes from the vocabulary of the case"

REGISTRY: tuple[Store, ...] = (
    Store(
        User,
        "You",
        "Your account, or that you are here as a guest.",
        "the row is you",
        _by(table(User).c.id),
        Fate.ERASED,
        {
            "id": _YOU,
            "name": Column("The name others see."),
            "email": Column("The address you sign in with; empty for a guest."),
            "password_hash": Column(
                "A hash of your password. The password itself is stored nowhere.",
                withheld="It would help whoever finds the file to guess your password.",
            ),
            "role": Column("What you may do on the site: learner, facilitator or admin."),
            "position": Column("Where you work, if you said so."),
            "created_at": Column("When you first came."),
            "disabled_at": Column("When an admin shut the account, if one did."),
        },
    ),
    Store(
        UserSession,
        "Where you are signed in",
        "One row for each browser that is signed in.",
        "user_id is you",
        _by(table(UserSession).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "token_hash": Column(
                "A hash of what your browser shows to be let in.",
                withheld="It belongs to the lock, and says nothing about you.",
            ),
            "user_id": _YOU,
            "device": Column("The kind of browser and device."),
            "remembered": Column("Whether it was asked to stay signed in."),
            "created_at": Column("When it signed in."),
            "seen_at": Column("When it was last used, to a few minutes."),
            "fresh_at": Column("When the password was last typed there."),
            "expires_at": Column("When it is signed out by itself."),
        },
    ),
    Store(
        SignInFailure,
        "Wrong passwords and codes",
        "Tries of the last hour to sign in to your account, and codes typed in it, that failed,"
        " counted to stop guessers.",
        "account is a hash of your address, or the code was typed in your account",
        _tries_of,
        Fate.ERASED,
        {
            "id": _ID,
            "account": Column(
                "A hash of the address that was typed, or that it was a code.",
                withheld="Your address itself is in the table user.",
            ),
            "address": Column(
                "The network address it came from.",
                withheld="It may be somebody else's.",
            ),
            "at": Column("When it happened."),
        },
    ),
    Store(
        Cohort,
        "Your cohorts",
        "The groups you learn with. They hold names and positions, and nothing of your runs.",
        "through membership: you are in it",
        _in_cohort(table(Cohort).c.id),
        Fate.SHARED,
        {
            "id": Column("The number of this cohort, by which the other tables name it."),
            "key": Column("What stands in the address of its page."),
            "name": Column("What it is called."),
            "code": Column(
                "The eight characters that let somebody join it, where you facilitate.",
                only_own=True,
            ),
            "created_at": Column("When it was made."),
            "archived_at": Column("When it was closed, if it was."),
            "agreements": Column("Its working agreements."),
            "agreements_at": Column("When they last became others."),
        },
        made_by=_facilitated,
        why_kept=(
            "A cohort that others are in stays theirs, without your name. One that nobody else"
            " facilitates is closed."
        ),
    ),
    Store(
        Membership,
        "Your place in each cohort",
        "That you are in it, as somebody who learns or who facilitates.",
        "user_id is you",
        _by(table(Membership).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "cohort_id": _COHORT,
            "user_id": _YOU,
            "role": Column("What you are in it: learner or facilitator."),
            "joined_at": Column("When you joined."),
            "agreed_at": Column("When you accepted its working agreements."),
            "facilitates_since": Column("Since when you facilitate it, if you do."),
        },
    ),
    Store(
        Expected,
        "How you were invited",
        "Your name and position, as a facilitator wrote them down to invite you to a cohort, once"
        " you came by that invitation.",
        "user_id is you",
        _by(table(Expected).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "cohort_id": _COHORT,
            "name": Column("The name they wrote."),
            "position": Column("Where they said that you work."),
            "code": Column("The characters that let you in."),
            "made_at": Column("When it was written down."),
            "user_id": _YOU,
        },
    ),
    Store(
        Assignment,
        "What your cohorts are asked to play",
        "A case that a facilitator set for everybody in a cohort, and by when.",
        "through membership: you are in its cohort",
        _in_cohort(table(Assignment).c.cohort_id),
        Fate.SHARED,
        {
            "id": Column("The number of this assignment, by which a run names it."),
            "key": Column("What stands in the address of its page."),
            "start_key": Column(
                "The one-time number of the form that made it.",
                withheld="It only keeps a double click from making two.",
            ),
            "cohort_id": _COHORT,
            "scenario_id": Column("The id of the case."),
            "mode": Column("Whether it is played alone or as a pair."),
            "seat": Column("The role to take; empty where each chooses."),
            "required": Column("What belongs to it beside the conversation."),
            "note": Column("What the facilitator wrote about it."),
            "opens_at": Column("From when it can be played."),
            "due_at": Column("By when it should be."),
            "made_at": Column("When it was made."),
            "closed_at": Column("When it was closed, if it was."),
        },
        why_kept="It belongs to a cohort that others are in, and holds nothing about you.",
    ),
    Store(
        DebriefPlan,
        "Debrief plans",
        "What a facilitator has made of the plan for talking about a case. It names nobody.",
        "nobody's: it belongs to a cohort",
        None,
        Fate.KEPT,
        {
            name: Column(means, withheld="It belongs to a cohort, and is not about you.")
            for name, means in {
                "id": "The number of this plan.",
                "cohort_id": "The cohort it was made for.",
                "scenario_id": "The id of the case.",
                "blocks": "Its parts: minutes, title and lines of each.",
                "version": "Counts how often it was saved.",
                "saved_at": "When it was last saved.",
            }.items()
        },
        why_kept="It goes when its cohort goes, and holds nothing about you.",
    ),
    Store(
        Showing,
        "What you put on the big screen",
        "Which questions of a case a cohort looks at together, as you opened them for it as a"
        " facilitator. It holds no answer of anybody.",
        "opened_by is you",
        _by(table(Showing).c.opened_by),
        Fate.SHARED,
        {
            "id": _ID,
            "cohort_id": _COHORT,
            "scenario_version_id": Column("The version of the case; empty once it was closed."),
            "round": Column("Which ratings: before the play or after it."),
            "agenda": Column("The questions, in order; none once it was closed."),
            "at": Column("Which of them is on the screen, counted from 0."),
            "phase": Column("How much of it is told."),
            "version": Column("How often it has changed."),
            "changed_at": Column("When it last changed."),
            "opened_by": _YOU,
        },
        why_kept=(
            "It belongs to a cohort that others are in, and stays without your name. It shows no"
            " numbers any more until somebody else opens it."
        ),
    ),
    Store(
        Paired,
        "How you were paired",
        "Where a facilitator put you when they made pairs of a cohort. It names no run, and is gone"
        f" after {retention.PAIRED.days} days.",
        "user_id is you",
        _by(table(Paired).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "cohort_id": _COHORT,
            "key": Column(
                "The one-time number of the form that made the pairs.",
                withheld="It only keeps a double click from making them twice.",
            ),
            "user_id": _YOU,
            "number": Column("Which of the pairs you were in, counted from 1."),
            "seat": Column("The role you were given."),
            "scenario_id": Column("The id of the case."),
            "paired_at": Column("When it was done."),
        },
    ),
    Store(
        Export,
        "What you exported",
        "That you made a file of what people share with a cohort you facilitate. The file itself is"
        f" gone within {kept.KEPT // timedelta(minutes=1)} minutes, and at once when one of them"
        f" takes something back; this is gone after {kept.RECORDED.days} days.",
        "user_id is you",
        _by(table(Export).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "key": Column("What stands in the address of the file."),
            "start_key": Column(
                "The one-time number of the form that asked for it.",
                withheld="It only keeps a double click from making two.",
            ),
            "cohort_id": _COHORT,
            "user_id": _YOU,
            "format": Column("What kind of file it was."),
            "with_names": Column("Whether it had the names of people."),
            "scenario_id": Column("The case it was of; empty for all."),
            "assignment_key": Column("The assignment it was of; empty for all."),
            "state": Column("What has become of it."),
            "rows_done": Column("How many rows were written."),
            "rows_total": Column("How many there were to write."),
            "size": Column("How large the file is, in bytes; 0 where it is gone."),
            "made_at": Column("When you asked for it."),
            "seen_at": Column("When it was last worked at."),
            "error": Column("Why it could not be made, if it could not."),
        },
    ),
    Store(
        ExportPart,
        "Files of what a cohort shows",
        "The files themselves, in parts, as long as they are kept.",
        "through export: of those who share something with that cohort",
        None,
        Fate.ERASED,
        {
            "id": Column("The number of this row.", withheld=(_FILE := "It is part of a file.")),
            "export_id": Column("The file it belongs to.", withheld=_FILE),
            "number": Column("Which part of it, counted from 1.", withheld=_FILE),
            "content": Column("The part itself, in bytes.", withheld=_FILE),
        },
    ),
    Store(
        ScenarioVersion,
        "Published cases",
        "Every version of every case on this site. Their titles stand beside your runs.",
        "nobody's: the same for everybody",
        None,
        Fate.KEPT,
        {
            name: Column(means, withheld="It is part of the site, and not about you.")
            for name, means in {
                "id": "The number of this version.",
                "scenario_id": "The id of the case.",
                "digest": "What tells this version from every other.",
                "title": "The title of the case.",
                "source": "The file as its author wrote it.",
                "parsed": "The same, ready to play.",
                "is_current": "Whether new runs start with it.",
                "published_at": "When it was published.",
            }.items()
        },
        why_kept="The cases belong to the site and hold nothing about you.",
    ),
    Store(
        Run,
        "Runs",
        "Each play of a case that you took part in, plays of what if included.",
        "through participant: you are in it",
        _taken_part(table(Run).c.id),
        Fate.SHARED,
        {
            "id": Column("The number of this run, by which the other tables name it."),
            "key": Column("What stands in the address of its page."),
            "start_key": Column(
                "The one-time number of the form that started it.",
                withheld="It only keeps a double click from starting two runs.",
            ),
            "scenario_version_id": Column("The version of the case; its id and title are beside."),
            "moves": Column("How many responses were taken."),
            "ending_id": Column("The ending it came to; empty before."),
            "started_at": Column("When it began."),
            "ended_at": Column("When the role-play ended; empty before."),
            "what_if_of": Column("The run that this one rewinds; empty for a play from the start."),
            "what_if_at": Column("The step at which it takes another response."),
            "cohort_id": Column(
                "The cohort you share it with; empty while it is private to you.", only_own=True
            ),
            "assignment_id": Column("The assignment it was begun for, if any."),
            "shown_at": Column(
                "Since when its conversation is shared; empty while it is private.",
                withheld=_NOT_WHETHER_OTHERS,
            ),
        },
        why_kept=(
            "A run that somebody else took part in stays theirs. Your name is taken off it and"
            " everything you wrote in it is removed."
        ),
        made_by=_shares,
    ),
    Store(
        Participant,
        "Your seat in each run",
        "Which role you played and how far you have come.",
        "user_id is you",
        _by(table(Participant).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "seat": Column("The role you played; both for every role, observer for watching."),
            "stage": Column("The part of the run you have come to."),
            "changed_at": Column("When you came to it."),
            "shared_at": Column(
                "When you agreed to show the facilitators what you answer; empty while it is"
                " private."
            ),
            "ready_at": Column("When you said that you are ready to begin together."),
            "seen_at": Column("When your page was last open in a run together."),
            "left_at": Column("When you left a run that others went on with."),
            "stand_in_from": Column("Since when the stand-in has played your seat."),
            "nudged_at": Column("When somebody left you a sign that they wait for you."),
            "rated_play_at": Column("When you had rated what was played, or gone on without."),
            "asked_by": Column(
                "Who says on another device that they are you.",
                withheld="It is somebody else's number, or your own of another device.",
            ),
        },
    ),
    Store(
        Pair,
        "Runs together",
        "What people who play one run together share: when it began and what is open. A run that"
        f" never began is gone once nobody has been there for {retention.NEVER_BEGUN.days} days.",
        "through participant: you are in its run",
        _taken_part(table(Pair).c.run_id),
        Fate.SHARED,
        {
            "id": _ID,
            "run_id": _RUN,
            "code": Column("The six characters that lead to its lobby."),
            "version": Column("Counts the changes that are no responses."),
            "device_of": Column(
                "Your own number where you all played on your device.", only_own=True
            ),
            "screen": Column("The role that has the screen of a shared device."),
            "begun_at": Column("When everybody was ready."),
            "opened_at": Column("When the answers were revealed and the conversation opened."),
            "told_at": Column("When the debrief opened."),
            "turn_from": Column("When more time was taken for a decision."),
            "swap_of": Column("The run of which this is the other way round."),
            "invited_by": Column(
                "Who brought you together.",
                withheld="It is somebody else's number, or your own beside the names you know.",
            ),
        },
        why_kept="It holds nothing that you wrote, and somebody else is still in that run.",
        made_by=_by(table(Pair).c.device_of),
    ),
    Store(
        Pick,
        "What you would have chosen",
        "Your pick where you decided together, your private note where another role decided, and a"
        " reason that you wrote and did not send.",
        "user_id is you",
        _by(table(Pick).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "number": Column("The step that the decision became."),
            "first_choice_id": Column("What you picked first."),
            "choice_id": Column("What you picked last; empty for words alone."),
            "reason": Column("Why, in your words."),
            "picked_at": Column("When you last picked, or began to write."),
            "draft": Column("A reason that you were writing and have not sent."),
        },
    ),
    Store(
        Mark,
        "What you marked as an observer",
        "What you saw in a run that you watched.",
        "user_id is you",
        _by(table(Mark).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "number": Column("The step you marked; 0 for what came before the first."),
            "practices": Column(f"{_CODES}: the practices you saw."),
            "levels": Column("The level you saw on each strand."),
            "note": Column("What you noted, in your words."),
            "saved_at": _SAVED,
        },
    ),
    Store(
        Step,
        "Responses",
        "Each response taken in your runs, by you, by the stand-in or by who played with you.",
        "through participant: you are in its run",
        _taken_part(table(Step).c.run_id),
        Fate.SHARED,
        {
            "id": _ID,
            "run_id": _RUN,
            "number": Column("The place of the response in the run, counted from 1."),
            "seat": Column("The role that responded."),
            "user_id": Column(
                "Your own number where you decided; empty for everybody else.", only_own=True
            ),
            "stand_in": Column("Whether the stand-in decided, as the script of the case says."),
            "scene_id": Column("The moment of the case."),
            "choice_id": Column("The response that was taken."),
            "reason": Column("Why, in your words. What others wrote is theirs.", only_own=True),
            "chosen_at": Column("When it was taken."),
            "cohort_id": Column(
                "The cohort whose facilitators see it; empty while it is private.",
                withheld=_NOT_WHETHER_OTHERS,
            ),
            "scenario_version_id": Column(
                "The version of the case, where they see it.", withheld=_NOT_WHETHER_OTHERS
            ),
            "shown_at": Column("Since when they see it.", withheld=_NOT_WHETHER_OTHERS),
            "ending_id": Column(
                "The ending its run came to, where they see it.", withheld=_NOT_WHETHER_OTHERS
            ),
            "led_to": Column("The moments it led to, in order; empty for the end."),
        },
        why_kept=(
            "In a run that somebody else took part in, the response you took stays, without your"
            " name and without your reason: what came after it in their play follows from it."
        ),
        made_by=_by(table(Step).c.user_id),
    ),
    Store(
        Ranking,
        "Rankings",
        "Where you put all the responses of a decision in an order.",
        "user_id is you",
        _by(table(Ranking).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "number": Column("The step at which you ranked."),
            "ranked": Column("The responses in your order, the best first."),
            "ranked_at": Column("When you ranked them."),
        },
    ),
    Store(
        Diagnosis,
        "Diagnoses",
        "What you said is not at scale in a case, and the barrier.",
        "user_id is you",
        _by(table(Diagnosis).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "systems": Column(f"{_CODES}: the systems you named."),
            "failed_tests": Column(f"{_CODES}: what they do not do yet."),
            "who": Column(f"{_CODES}: in whom the barrier lies."),
            "what": Column(f"{_CODES}: what the barrier is."),
            "reason": Column("The words of the case that show it, as you wrote them."),
            "saved_at": _SAVED,
            "committed_at": _COMMITTED,
        },
    ),
    Store(
        Rating,
        "Ratings in runs",
        "How you rated a leader of a case, or your own play, on one strand.",
        "rater_id is you",
        _by(table(Rating).c.rater_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "rater_id": _YOU,
            "round": Column(
                "Which rating: before the play, again, after it, of own play, or of another's."
            ),
            "leader": Column("Who was rated."),
            "strand": _STRAND,
            "level": _LEVEL,
            "not_enough": _NOT_ENOUGH,
            "flag": _FLAG,
            "reason": Column("Why this level, in your words."),
            "evidence": Column("The sentences of the case, or the steps, you marked."),
            "saved_at": _SAVED,
            "committed_at": _COMMITTED,
        },
    ),
    Store(
        Comment,
        "Comments",
        "What facilitators wrote to you about your runs, and what you wrote yourself.",
        "learner_id is you, or author_id is you",
        _wrote_or_got,
        Fate.SHARED,
        {
            "id": _ID,
            "key": Column("What stands in the address of its form."),
            "start_key": Column(
                "The one-time number of the form that wrote it.",
                withheld="It only keeps a double click from writing two.",
            ),
            "cohort_id": _COHORT,
            "run_id": Column(_RUN.means, told_to=_GOT),
            "learner_id": Column(
                "To whom it was written.",
                withheld="It is somebody else's number, or your own.",
            ),
            "author_id": Column("Your own number where you wrote it; else empty.", only_own=True),
            "about": Column("What it is about: the run, a response (step) or a rating."),
            "number": Column("The step, where it is about a response of yours.", told_to=_GOT),
            "leader": Column("Who was rated, where it is about a rating of yours.", told_to=_GOT),
            "strand": Column("On which strand of the rubric.", told_to=_GOT),
            "round": Column("Which rating: before the play, or after it.", told_to=_GOT),
            "text": Column("What was written."),
            "written_at": Column("When it was written."),
            "read_at": Column(
                "When you marked it as read, where it was written to you.",
                told_to=_GOT,
            ),
            "read_by_author_at": Column(
                "When who began the thread marked your answer as read.",
                withheld="It is what somebody else did.",
            ),
            "answers": Column("The comment it answers, if it is an answer."),
        },
        made_by=_by(table(Comment).c.author_id),
        why_kept=(
            "What you wrote to somebody about a run of theirs stays with them, without your name."
        ),
    ),
    Store(
        NextStep,
        "Next steps",
        "What you walked out of a run with, and what became of it.",
        "user_id is you",
        _by(table(NextStep).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "run_id": _RUN,
            "user_id": _YOU,
            "current_state": Column("Where things stood, in your words."),
            "goal": Column("Your goal, in your words."),
            "steps": Column("Your next steps, in your words."),
            "sentence": Column("The one sentence."),
            "due_on": Column("By which day."),
            "told": Column(
                "Whom the sentence is told where the run is shared: nobody, or your"
                " cohort without or with your name."
            ),
            "saved_at": _SAVED,
            "answer": Column("What you said became of it: done, not-yet or dropped."),
            "answered_at": Column("When you said so."),
        },
    ),
    Store(
        ExerciseRating,
        "Ratings in exercises",
        "How you rated vignettes, and stories side by side.",
        "user_id is you",
        _by(table(ExerciseRating).c.user_id),
        Fate.ERASED,
        {
            "id": _ID,
            "user_id": _YOU,
            "exercise_id": Column("The exercise."),
            "set_number": Column("Which of your sets of it, counted from 1."),
            "place": Column("Its place in the set, counted from 1."),
            "text_id": Column("The text you rated."),
            "rubric_id": Column("The rubric."),
            "strand": _STRAND,
            "digest": Column("Which version of the text it was."),
            "shown": Column("The names and pronouns the text was told with."),
            "level": _LEVEL,
            "not_enough": _NOT_ENOUGH,
            "flag": _FLAG,
            "reason": Column("Why, in your words."),
            "evidence": Column("The sentences you marked."),
            "saved_at": _SAVED,
            "saved_in": Column(
                "The open page that saved it last.",
                withheld="It only keeps two open pages from overwriting each other.",
            ),
            "committed_at": _COMMITTED,
        },
    ),
)
"""Every table, in the order in which a person reads about them."""
