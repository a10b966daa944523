"""People: visitors known by a cookie, agents and operators by name and password."""

from collections.abc import Sequence
from typing import Protocol

from chatbot.errors import InputError
from chatbot.records import Person, Role

LONGEST_NAME = 64


class People(Protocol):
    """The table of people."""

    def visitor(self, visitor_id: str) -> Person:
        """The visitor with this id, made at first use; a new one has not consented to anything."""
        ...

    def add_visitor(self) -> Person:
        """A new anonymous visitor."""
        ...

    def add_staff(self, name: str, role: Role, password: str, words: Sequence[str] = ()) -> Person:
        """A new agent or operator; raises `InputError` on a taken name or a password that is easily guessed.

        `words` are those that somebody who guesses tries here first, such as the pack's name.
        """
        ...

    def add_key_holder(self, name: str, role: Role) -> Person:
        """The person that an API key acts as; without a password, so that nobody can sign in by this name."""
        ...

    def check_password(self, name: str, password: str) -> Person | None:
        """The staff member with this name and password, unless disabled; takes as long for unknown names."""
        ...

    def get(self, person_id: str) -> Person | None:
        """The person with this id, unless deleted."""
        ...

    def name_of(self, person_id: str | None, otherwise: str = "") -> str:
        """What somebody is called, such as the author of a message; `otherwise` where they are nobody or have left."""
        ...

    def staff(self) -> list[Person]:
        """All agents and operators with an account, disabled ones too."""
        ...

    def set_consent(self, person: Person, consent: bool) -> Person:
        """Turn the use of this person's conversations for training on or off."""
        ...


def check_name(name: str) -> None:
    """Raise `InputError` for what cannot be a name of staff or of a key."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        raise InputError(f"name {name!r}: give 1 to {LONGEST_NAME} characters without spaces around them")
