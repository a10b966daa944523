"""People: visitors known by a cookie, agents and operators by name and password (Argon2id)."""

from functools import cached_property
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbot.errors import InputError
from chatbot.records import Person, Role, new_id

SHORTEST_PASSWORD = 10
LONGEST_NAME = 64


class People(Protocol):
    """The table of people."""

    def visitor(self, visitor_id: str) -> Person:
        """The visitor with this id, made at first use; a new one has not consented to anything."""
        ...

    def add_visitor(self) -> Person:
        """A new anonymous visitor."""
        ...

    def add_staff(self, name: str, role: Role, password: str) -> Person:
        """A new agent or operator; raises `InputError` on a taken name or a short password."""
        ...

    def add_key_holder(self, name: str, role: Role) -> Person:
        """The person that an API key acts as; without a password, so that nobody can sign in by this name."""
        ...

    def check_password(self, name: str, password: str) -> Person | None:
        """The staff member with this name and password, or None; takes as long for unknown names."""
        ...

    def get(self, person_id: str) -> Person | None:
        """The person with this id, unless deleted."""
        ...

    def staff(self) -> list[Person]:
        """All agents and operators who can sign in."""
        ...

    def set_consent(self, person: Person, consent: bool) -> Person:
        """Turn the use of this person's conversations for training on or off."""
        ...


class Passwords:
    """Hashes passwords and checks them, in the same time whether or not there is a hash to check against."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(new_id())

    def hash(self, password: str) -> str:
        """What is stored of a password; raises `InputError` where it is short."""
        if len(password) < SHORTEST_PASSWORD:
            raise InputError(f"the password has {len(password)} characters: use at least {SHORTEST_PASSWORD}")
        return self._hasher.hash(password)

    def match(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed."""
        unknown = self._dummy_hash
        try:
            self._hasher.verify(stored or unknown, password)
        except (VerificationError, InvalidHashError):
            return False
        return True


def check_name(name: str) -> None:
    """Raise `InputError` for what cannot be a name of staff or of a key."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        raise InputError(f"name {name!r}: give 1 to {LONGEST_NAME} characters without spaces around them")
