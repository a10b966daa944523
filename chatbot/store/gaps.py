"""Gaps that are not ours to answer: set aside by somebody of the staff until they are taken back.

What stands for one are the questions that it was found by, as they lie in their conversations: a deletion takes them
along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.records import Person


@dataclass(frozen=True)
class Aside:
    """Questions that were set aside together, the latest first; `by` whom and when."""

    id: str
    by: str
    at: str
    questions: tuple[str, ...]


class GapsAside(Protocol):
    """The table of gaps that were set aside."""

    def all(self, pack: str) -> list[Aside]:
        """Those of a pack, the latest first; not those whose questions were all deleted."""
        ...

    def put(self, pack: str, replies: Sequence[str], person: Person) -> str:
        """Set the questions of these replies aside together; returns an id. Raises `NotFoundError` for no question."""
        ...

    def take_back(self, aside: str, person: Person) -> None:
        """Let them be a gap again; raises `NotFoundError`."""
        ...
