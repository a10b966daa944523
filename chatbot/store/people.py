"""People: visitors known by a cookie, agents and operators by name and password (Argon2id)."""

from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person, Role, new_id, now
from chatbot.store.database import Database

SHORTEST_PASSWORD = 10
LONGEST_NAME = 64


class People:
    """The table of people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(new_id())

    def visitor(self, visitor_id: str) -> Person:
        """The visitor with this id, made at first use; a new one has not consented to anything."""
        known = self.get(visitor_id)
        if known is None:
            with self._database.writing():
                known = self.get(visitor_id) or self._insert(visitor_id, "visitor", None, None)
        return known

    def add_visitor(self) -> Person:
        """A new anonymous visitor."""
        return self.visitor(new_id())

    def add_staff(self, name: str, role: Role, password: str) -> Person:
        """A new agent or operator; raises `InputError` on a taken name or a short password."""
        check_name(name)
        if len(password) < SHORTEST_PASSWORD:
            raise InputError(f"the password has {len(password)} characters: use at least {SHORTEST_PASSWORD}")
        if self._database.row("select id from people where name = :name", name=name):
            raise InputError(f"name {name!r} is taken: choose another")
        return self._insert(new_id(), role, name, self._hasher.hash(password))

    def add_key_holder(self, name: str, role: Role) -> Person:
        """The person that an API key acts as; without a password, so that nobody can sign in by this name."""
        return self._insert(new_id(), role, name, None)

    def check_password(self, name: str, password: str) -> Person | None:
        """The staff member with this name and password, or None; takes as long for unknown names."""
        unknown = self._dummy_hash
        row = self._database.row("select * from people where name = :name and deleted_at is null", name=name)
        try:
            self._hasher.verify((row and row["password_hash"]) or unknown, password)
        except (VerificationError, InvalidHashError):
            return None
        return _person(row) if row else None

    def get(self, person_id: str) -> Person | None:
        """The person with this id, unless deleted."""
        row = self._database.row("select * from people where id = :id and deleted_at is null", id=person_id)
        return _person(row) if row else None

    def staff(self) -> list[Person]:
        """All agents and operators who can sign in."""
        rows = self._database.rows(
            "select * from people where role != 'visitor' and password_hash is not null and deleted_at is null "
            "order by name"
        )
        return [_person(row) for row in rows]

    def set_consent(self, person: Person, consent: bool) -> Person:
        """Turn the use of this person's conversations for training on or off."""
        with self._database.writing() as db:
            db["people"].update(person.id, {"consent": int(consent)})
            self._database.event(person.actor, "consent", person.id, consent=consent)
        changed = self.get(person.id)
        if changed is None:
            raise NotFoundError(f"person {person.id!r} does not exist any more: reload the page")
        return changed

    def _insert(self, person_id: str, role: Role, name: str | None, password_hash: str | None) -> Person:
        person = Person(id=person_id, role=role, name=name, created_at=now())
        with self._database.writing() as db:
            db["people"].insert(
                {
                    "id": person.id,
                    "role": role,
                    "name": name,
                    "password_hash": password_hash,
                    "consent": 0,
                    "created_at": person.created_at,
                }
            )
            self._database.event("system", "person_added", person.id, role=role)
        return person


def _person(row: dict[str, Any]) -> Person:
    return Person(row["id"], row["role"], row["name"], bool(row["consent"]), row["created_at"])


def check_name(name: str) -> None:
    """Raise `InputError` for what cannot be a name of staff or of a key."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        raise InputError(f"name {name!r}: give 1 to {LONGEST_NAME} characters without spaces around them")
