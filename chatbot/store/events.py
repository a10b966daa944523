"""Events: who did what to what, from where; written by the other areas in their own transactions, never changed.

They hold ids and names of staff, keys and versions, never what anybody wrote. Each is an entry of the audit log, with
the hash of the one before. The hash of an entry is the SHA-256 of its other fields as JSON with sorted keys, no spaces
and nothing but ASCII, so that whoever has an export can check it in any language.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

FIRST = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True)
class Event:
    """Something that was done: `actor` did `kind` to `subject`; `detail` has what else is worth knowing."""

    at: str
    actor: str
    kind: str
    subject: str
    detail: Mapping[str, object]
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """An event with its place in the audit log."""

    number: int
    event: Event
    previous: str
    hash: str

    @classmethod
    def following(cls, event: Event, number: int, previous: str) -> "Entry":
        """The entry of an event after the one whose hash is `previous`."""
        return cls(number, event, previous, hash_of(event, number, previous))

    def as_line(self) -> str:
        """A line of JSON."""
        return json.dumps(_fields(self.event, self.number, self.previous) | {"hash": self.hash}, sort_keys=True)

    def __str__(self) -> str:
        return f"entry {self.number} ({self.event.kind} by {self.event.actor} at {self.event.at})"


@dataclass(frozen=True)
class EventFilter:
    """What of the log is wanted: of these kinds, or of all; by this actor, or by all; from `since` on, before `until`.

    What visitors do is left out: of them the log has no more than ids.
    """

    kinds: Collection[str] = ()
    actor: str = ""
    since: str = ""
    until: str = ""


def hash_of(event: Event, number: int, previous: str) -> str:
    """The hash of an entry."""
    text = json.dumps(_fields(event, number, previous), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _fields(event: Event, number: int, previous: str) -> dict[str, object]:
    return asdict(event) | {"number": number, "previous": previous}


class Events(Protocol):
    """The table of events."""

    def add(self, actor: str, kind: str, subject: str, **detail: object) -> None:
        """Record what no other area of the store does; `detail` is plain JSON without words of visitors or secrets."""
        ...

    def found(self, wanted: EventFilter, limit: int, before: int | None = None) -> list[Entry]:
        """The latest entries that are wanted, of those before a number where there is one; the newest first."""
        ...

    def actors(self) -> list[str]:
        """Everybody who ever did something, but for visitors."""
        ...

    def mark(self, kinds: Collection[str]) -> int:
        """A number that grows with every event of some kinds; 0 before the first."""
        ...

    def written_elsewhere(self, after: int) -> tuple[list[Event], int]:
        """The events that other processes wrote after that of a number, and the number of the last one of all.

        What was asked about once is forgotten: only one reader may ask.
        """
        ...

    def entries(self) -> Iterator[Entry]:
        """The audit log, the oldest entry first."""
        ...

    def written(self) -> int:
        """How many entries were ever written."""
        ...
