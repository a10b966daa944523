"""API keys: who may use `/v1` as whom; only a digest of each is stored.

A key is 32 random bytes, so that a plain SHA-256 protects it as well as a slow hash would. An `app` speaks for many
visitors; a key of an agent or operator may grade and correct like that person.
"""

import hashlib
import secrets

from chatbot.errors import InputError, NotFoundError
from chatbot.records import ApiKey, KeyRole, Person, new_id, now
from chatbot.store.database import Database
from chatbot.store.people import People, check_name

PREFIX = "cb-"


class Keys:
    """The table of API keys."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    def add(self, name: str, role: KeyRole) -> str:
        """A new key; the returned token is shown once and cannot be had again. Raises `InputError` on a taken name."""
        check_name(name)
        if self._database.row("select id from api_keys where name = :name", name=name):
            raise InputError(f"name {name!r} is taken: choose another")
        token = PREFIX + secrets.token_urlsafe(32)
        with self._database.writing() as db:
            person = self._people.add_key_holder(f"key:{name}", "visitor" if role == "app" else role)
            row = {"id": new_id(), "name": name, "digest": _digest(token), "role": role, "person": person.id}
            db["api_keys"].insert(row | {"created_at": now(), "revoked_at": None})
            self._database.event("system", "key_added", name, role=role)
        return token

    def find(self, token: str) -> ApiKey | None:
        """The key of this token, unless revoked."""
        row = self._database.row(
            "select name, role, person, created_at from api_keys where digest = :digest and revoked_at is null",
            digest=_digest(token),
        )
        return ApiKey(**row) if row else None

    def all(self) -> list[ApiKey]:
        """The keys that are not revoked, by name."""
        rows = self._database.rows(
            "select name, role, person, created_at from api_keys where revoked_at is null order by name"
        )
        return [ApiKey(**row) for row in rows]

    def revoke(self, name: str) -> None:
        """Make a key useless from now on; raises `NotFoundError`."""
        with self._database.writing() as db:
            changed = db.conn.execute(
                "update api_keys set revoked_at = ? where name = ? and revoked_at is null", [now(), name]
            ).rowcount
            if not changed:
                known = ", ".join(key.name for key in self.all()) or "none"
                raise NotFoundError(f"key {name!r} does not exist: known keys are {known}")
            self._database.event("system", "key_revoked", name)

    def holder(self, key: ApiKey, user: str = "") -> Person:
        """Whom a request with this key is from: its agent or operator, or one of an app's visitors by their name."""
        person = self._people.get(key.person)
        if person is None:
            raise NotFoundError(f"the person of key {key.name!r} was deleted: revoke the key and add another")
        if key.role != "app" or not user:
            return person
        return self._people.visitor(hashlib.sha256(f"{key.person}:{user}".encode()).hexdigest()[:32])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
