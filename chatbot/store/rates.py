"""What was done how often of late, counted for all processes of an installation together.

Nothing here lasts: a count is forgotten when its time is over, and none of it is part of a backup. What is counted is
named by a text (a visitor, an address, an account), of which only a digest is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from chatbot.rates import Rate


@dataclass(frozen=True)
class Counted:
    """What is counted, and how often it may be done."""

    what: str
    rate: Rate


@dataclass(frozen=True)
class Backoff:
    """A pause after each failure in a row: none at first, then ever longer ones."""

    what: str
    free: int
    first_seconds: float
    longest_seconds: float
    forgotten_seconds: float

    def after(self, failures: int) -> float:
        """The pause after so many failures in a row."""
        if failures < self.free:
            return 0
        return float(min(self.longest_seconds, self.first_seconds * 2 ** min(failures - self.free, 30)))


@dataclass(frozen=True)
class Refusal:
    """What stands in the way, and in how many seconds it will not."""

    what: str
    seconds: int


class Rates(Protocol):
    """The counts."""

    def take(self, counted: Sequence[Counted], backoff: Backoff | None = None) -> Refusal | None:
        """Count one more of each and a failure that may yet be forgiven; where any stands against it, count none."""
        ...

    def forgive(self, backoff: Backoff) -> None:
        """It was no failure, and earlier ones are forgotten."""
        ...

    def remember(self, what: str, seconds: float) -> None:
        """Know this for so long."""
        ...

    def remembers(self, what: str) -> bool:
        """Whether this is still known."""
        ...

    def close(self) -> None:
        """Let go of what is held open; the next use opens it again."""
        ...


def digest_of(what: str) -> bytes:
    """What is stored of a name."""
    return blake2b(what.encode("utf-8", "surrogatepass"), digest_size=16).digest()
