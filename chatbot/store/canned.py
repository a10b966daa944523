"""Canned replies: what agents send often, under short names; `{…}` in them are places to fill."""

from dataclasses import dataclass
from typing import Protocol

from chatbot.records import Person

LONGEST_NAME = 40
LONGEST_REPLY = 4000


@dataclass(frozen=True)
class CannedReply:
    """A text under a name; `person` changed it last."""

    name: str
    text: str
    person: str
    updated_at: str


class CannedReplies(Protocol):
    """The table of canned replies."""

    def all(self) -> list[CannedReply]:
        """All of them by name."""
        ...

    def put(self, name: str, text: str, person: Person) -> CannedReply:
        """Add one, or change the one of this name."""
        ...

    def remove(self, name: str, person: Person) -> None:
        """Delete one; raises `NotFoundError`."""
        ...
