"""What visitors said about themselves, kept across their conversations as long as they agree to it.

A value goes with the conversation in which it was said, and all of them go when the consent is withdrawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chatbot.records import Person


@dataclass(frozen=True)
class Remembered:
    """A value of a field; `conversation` is None where the visitor typed it into the list."""

    field: str
    value: str
    conversation: str | None
    at: str


class Memories(Protocol):
    """The tables of consents and of what is remembered."""

    def consented(self, person: Person) -> bool:
        """Whether somebody agreed to be remembered."""
        ...

    def consent(self, person: Person, given: bool) -> None:
        """Note that somebody agrees, or does so no more, upon which everything of theirs is forgotten."""
        ...

    def of(self, person: Person) -> list[Remembered]:
        """What is remembered of somebody, in the order of the fields' names."""
        ...

    def remember(self, person: Person, told: Mapping[str, str], conversation: str | None = None) -> None:
        """Keep values by their fields in place of earlier ones; nothing of somebody who did not agree."""
        ...

    def forget(self, person: Person, field: str) -> None:
        """Remove a value; raises `NotFoundError` where there is none."""
        ...

    def forget_older(self, moment: str) -> int:
        """Remove the values that were last said or typed before a moment; how many."""
        ...
