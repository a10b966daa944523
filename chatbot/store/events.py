"""Events: who did what to what, written by the other areas in their own transactions and only read here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Event:
    """Something that was done: `actor` did `kind` to `subject`; `detail` has what else is worth knowing."""

    at: str
    actor: str
    kind: str
    subject: str
    detail: Mapping[str, object]


class Events(Protocol):
    """The table of events."""

    def latest(self, kinds: Collection[str], limit: int) -> list[Event]:
        """The latest events of some kinds, the newest first."""
        ...

    def mark(self, kinds: Collection[str]) -> int:
        """A number that grows with every event of some kinds; 0 before the first."""
        ...
