"""What somebody's ratings say of them as a rater: one figure each for what can be trained.

A figure is told only once it rests on enough; until then it says how much is missing. Each names
what to look at next: a level of a strand whose worked example shows what was missed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lfp_trainer.engine.exercise.report import Lean
from lfp_trainer.engine.reference import Reference, crossed
from lfp_trainer.engine.rubric import Rating

Cell = tuple[str, int | None]
"""A strand and a level of the reference; None for NE."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One committed rating beside its reference: no more of it than a profile needs."""

    sitting: str
    """The run or the set it belongs to."""
    subject: str
    """Who was rated there: what was said of one leader on all strands belongs together."""
    strand: str
    role: str | None
    own: int | None
    level: int | None
    """Of the reference; None for NE."""
    in_band: bool
    crossed: tuple[int, ...]
    """The lower one of each two neighboring levels between the rating and the band's edge."""
    mark_agrees: bool
    at: datetime

    @property
    def cell(self) -> Cell:
        return self.strand, self.level

    @property
    def signed(self) -> int | None:
        return None if self.own is None or self.level is None else self.own - self.level


def fact(
    own: Rating,
    reference: Reference,
    *,
    sitting: str,
    subject: str,
    strand: str,
    role: str | None,
    at: datetime,
) -> Fact:
    """Hold a committed rating beside its reference."""
    compared = reference.compare(own)
    return Fact(
        sitting, subject, strand, role, own.level, reference.number,
        compared.in_band, tuple(crossed(own.level, reference)), compared.flag_agrees, at,
    )  # fmt: skip


class Wanted(StrEnum):
    """What a figure that cannot be told yet is short of."""

    RATINGS = "ratings"
    LEVELS = "levels"
    """Ratings with a level on both sides."""
    SILENT = "silent"
    """Ratings where the reference says that the text shows too little."""
    LEADERS = "leaders"
    """Leaders whom the reference rates differently from strand to strand."""
    SITTINGS = "sittings"


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that would say nothing yet, and how much more it needs."""

    more: int
    of: Wanted
    about: str | None = None
    """The strand or role it is short of, where it is one."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A level of the reference that was missed most, and how often."""

    cell: Cell
    times: int
    of: int
    """How many ratings had this level to find."""


@dataclass(frozen=True, slots=True)
class InBand:
    rated: int
    hits: int
    marked_otherwise: int
    miss: Miss | None


@dataclass(frozen=True, slots=True)
class Agreement:
    pairs: int
    exact: float
    adjacent: float
    apart: tuple[tuple[int, int], ...]
    """How many ratings lie so many levels above (or below) the reference, the lowest first."""
    mixed_up: tuple[str, int] | None
    """The strand and the lower of two neighboring levels that were taken for each other most; None
    where every level is one that the reference accepts."""


@dataclass(frozen=True, slots=True)
class Leaning:
    pairs: int
    signed: float
    lean: Lean
    above: int
    """Ratings that lie above the reference."""
    below: int
    miss: Miss | None
    """Where most ratings went the way of the lean; None where there is none."""


class Use(StrEnum):
    """How far apart somebody's levels lie beside those of the reference."""

    NARROWER = "narrower"
    WIDER = "wider"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Spread:
    own: tuple[int, ...]
    """How often each level was given, the lowest level first."""
    reference: tuple[int, ...]
    use: Use
    often: tuple[int, ...]
    """Levels that were given so much more often than by the reference that it is worth naming."""
    rarely: tuple[int, ...]
    """Levels that were given more rarely, likewise."""
    miss: Miss | None
    """Where most of the level went that was given too rarely, or came from that was given too
    often; None where neither is worth naming."""


@dataclass(frozen=True, slots=True)
class Kappa:
    pairs: int
    value: float | None
    """None where both used one level only: there is nothing to agree about."""
    miss: Miss | None
    """Where the most was lost: a distance of two costs as much as four of one."""


@dataclass(frozen=True, slots=True)
class Halo:
    leaders: int
    covered: int
    """Of those, how many were given one level on every strand."""


@dataclass(frozen=True, slots=True)
class Part:
    """The ratings of one role, one strand or one sitting."""

    name: str
    rated: int
    hits: int
    pairs: int
    signed: float | None
    lean: Lean
    at: datetime

    @property
    def share(self) -> float:
        return self.hits / self.rated


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two roles or strands that differ by enough to be named."""

    first: str
    second: str
    by: float
    """How much more the first one has; below zero, how much less."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Roles or strands beside each other."""

    parts: tuple[Part, ...]
    share: Contrast | None
    """The smallest share in band beside the largest; None where that is no difference to name."""
    levels: Contrast | None
    """The mean difference that lies lowest beside the one that lies highest, likewise."""
    focus: str | None
    """The one to begin with: smaller in share or, where shares are alike, further from the
    reference."""
    miss: Miss | None
    """What was missed most there."""


class Way(StrEnum):
    """Where a trend goes."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    """No difference, or none that so many ratings could show."""


@dataclass(frozen=True, slots=True)
class Half:
    """The ratings of the first or of the last sittings together."""

    hits: int
    rated: int

    @property
    def share(self) -> float:
        return self.hits / self.rated


@dataclass(frozen=True, slots=True)
class Trend:
    parts: tuple[Part, ...]
    """The earliest first."""
    compared: int
    """So many of the first sittings are held beside as many of the last; of an odd number the one
    in the middle belongs to neither."""
    way: Way
    before: Half
    after: Half
    miss: Miss | None
    """What was missed most in the latest one."""


@dataclass(frozen=True, slots=True)
class Silence:
    silent: int
    """Ratings where the reference says that the text shows too little."""
    seen: int
    """How many of those were called so."""
    accepted: int
    """How many were given a level that the reference accepts too."""
    claimed: int
    """Ratings that were called so where the reference accepts only levels."""
    miss: Miss | None
    """Where a level was given that is not accepted; without any, where silence was claimed."""

    @property
    def missed(self) -> int:
        """How many were given a level that the reference does not accept."""
        return self.silent - self.seen - self.accepted


@dataclass(frozen=True, slots=True)
class Profile:
    """How somebody rates. None where a rubric has nothing of the kind to tell."""

    rated: int
    since: datetime | None
    in_band: InBand | Missing
    agreement: Agreement | Missing
    leaning: Leaning | Missing
    spread: Spread | Missing
    kappa: Kappa | Missing
    halo: Halo | Missing | None
    roles: Parts | Missing | None
    silence: Silence | Missing
    strands: Parts | Missing | None
    trend: Trend | Missing
