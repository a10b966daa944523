"""API keys in SQLite."""

from chatbot.errors import InputError, NotFoundError
from chatbot.records import ApiKey, KeyRole, Person, new_id, now
from chatbot.store.keys import Keys, digest_of, new_token, visitor_of
from chatbot.store.people import People, check_name
from chatbot.store.sqlite.database import Database


class SqliteKeys(Keys):
    """The table of API keys."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    def add(self, name: str, role: KeyRole) -> str:
        check_name(name)
        if self._database.row("select id from api_keys where name = :name", name=name):
            raise InputError(f"name {name!r} is taken: choose another")
        token = new_token()
        with self._database.writing() as db:
            person = self._people.add_key_holder(f"key:{name}", "visitor" if role == "app" else role)
            row = {"id": new_id(), "name": name, "digest": digest_of(token), "role": role, "person": person.id}
            db["api_keys"].insert(row | {"created_at": now(), "revoked_at": None})
            self._database.event("system", "key_added", name, role=role)
        return token

    def find(self, token: str) -> ApiKey | None:
        row = self._database.row(
            "select name, role, person, created_at from api_keys where digest = :digest and revoked_at is null",
            digest=digest_of(token),
        )
        return ApiKey(**row) if row else None

    def all(self) -> list[ApiKey]:
        rows = self._database.rows(
            "select name, role, person, created_at from api_keys where revoked_at is null order by name"
        )
        return [ApiKey(**row) for row in rows]

    def revoke(self, name: str) -> None:
        with self._database.writing() as db:
            changed = db.conn.execute(
                "update api_keys set revoked_at = ? where name = ? and revoked_at is null", [now(), name]
            ).rowcount
            if not changed:
                known = ", ".join(key.name for key in self.all()) or "none"
                raise NotFoundError(f"key {name!r} does not exist: known keys are {known}")
            self._database.event("system", "key_revoked", name)

    def holder(self, key: ApiKey, user: str = "") -> Person:
        person = self._people.get(key.person)
        if person is None:
            raise NotFoundError(f"the person of key {key.name!r} was deleted: revoke the key and add another")
        if key.role != "app" or not user:
            return person
        return self._people.visitor(visitor_of(key, user))
