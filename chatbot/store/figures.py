"""How conversations went, counted: what each of them came to, how soon the bot answered, which questions it missed.

A conversation came to exactly one `Ending`, in this order of precedence: it was `handed_off` to a person; its visitor
said that it helped (`confirmed`), or disliked a reply or said that it did not help (`disliked`); its last question got
no answer (`unanswered`); nothing was asked that the bot answers from what it knows (`other`: small talk, refusals); it
still goes on (`open`); or it ended without complaint, which is `assumed` to be an answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, Protocol, get_args

Ending = Literal["confirmed", "assumed", "open", "other", "unanswered", "disliked", "handed_off"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
Fault = Literal["unanswered", "disliked", "corrected"]
QUIET_MINUTES = 30
"""After so long without a word a conversation has ended."""


def quiet_since(now: datetime | None = None) -> str:
    """The moment since which something was said in a conversation that still goes on."""
    return ((now or datetime.now(UTC)) - timedelta(minutes=QUIET_MINUTES)).isoformat(timespec="microseconds")


EMPTY: Mapping[tuple[str, str], int] = {}


class Counted(NamedTuple):
    """So many conversations of a day and a version that came to the same, whose first reply began within `first_ms`.

    `version` is that of the last reply, `first_ms` rounded, None where nothing had to be written.
    """

    day: str
    version: str
    ending: Ending
    first_ms: int | None
    number: int


@dataclass
class Tally:
    """What some conversations came to."""

    endings: Counter[Ending] = field(default_factory=Counter)
    _first: Counter[int] = field(default_factory=Counter)

    def add(self, counted: Counted) -> None:
        """Count these too."""
        self.endings[counted.ending] += counted.number
        if counted.first_ms is not None:
            self._first[counted.first_ms] += counted.number

    def join(self, other: "Tally") -> None:
        """Count all that another counted."""
        self.endings.update(other.endings)
        self._first.update(other._first)

    def reopen(self, count: int) -> None:
        """So many of those that are assumed to be answered go on still."""
        self.endings["open"] += count
        self.endings["assumed"] -= count
        self.endings = +self.endings

    @property
    def conversations(self) -> int:
        """All of them."""
        return self.endings.total()

    @property
    def resolved(self) -> float | None:
        """The share that was answered, confirmed or assumed, of those that ended and asked something."""
        asked = self.conversations - self.endings["open"] - self.endings["other"]
        return (self.endings["confirmed"] + self.endings["assumed"]) / asked if asked else None

    @property
    def first_ms(self) -> int | None:
        """The median time until the first reply began."""
        left = self._first.total() / 2
        for first, count in sorted(self._first.items()):
            left -= count
            if left <= 0:
                return first
        return None


@dataclass(frozen=True)
class Tallies:
    """The conversations of a time: all of them, by day and by version."""

    whole: Tally
    days: Mapping[str, Tally]
    versions: Mapping[str, Tally]

    @classmethod
    def of(cls, counted: Iterable[Counted], going_on: Mapping[tuple[str, str], int] = EMPTY) -> "Tallies":
        """Counted apart by day and by version, in order; `going_on` says of how many it is known that they are open."""
        cells: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
        for one in counted:
            cells[one.day, one.version].add(one)
        for place, number in going_on.items():
            cells[place].reopen(number)
        days = {day: Tally() for day in sorted({day for day, _ in cells})}
        versions = {version: Tally() for version in sorted({version for _, version in cells})}
        whole = Tally()
        for (day, version), cell in cells.items():
            for tally in (whole, days[day], versions[version]):
                tally.join(cell)
        return cls(whole, days, versions)


@dataclass(frozen=True)
class Missed:
    """A question whose reply was none, or was disliked by its visitor, or corrected by an agent."""

    question: str
    reply: str
    conversation: str
    answer: str
    fault: Fault
    asked_at: str


class Figures(Protocol):
    """Counts over conversations; nothing is stored for them."""

    def tallies(self, pack: str, first: str, last: str, quiet: str) -> Tallies:
        """A pack's conversations begun from the `first` day to the `last`; what is silent since `quiet` has ended."""
        ...

    def missed(self, pack: str, since: str, limit: int) -> list[Missed]:
        """A pack's questions since a moment that went unanswered or were answered badly, the latest first."""
        ...
