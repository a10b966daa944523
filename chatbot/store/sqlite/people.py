"""People in SQLite."""

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person, Role, new_id, now
from chatbot.store.people import Passwords, People, check_name
from chatbot.store.sqlite.database import Database, Row


class SqlitePeople(People):
    """The table of people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._passwords = Passwords()

    def visitor(self, visitor_id: str) -> Person:
        known = self.get(visitor_id)
        if known is None:
            with self._database.writing():
                known = self.get(visitor_id) or self._insert(visitor_id, "visitor", None, None)
        return known

    def add_visitor(self) -> Person:
        return self.visitor(new_id())

    def add_staff(self, name: str, role: Role, password: str) -> Person:
        check_name(name)
        hashed = self._passwords.hash(password)
        if self._database.row("select id from people where name = :name", name=name):
            raise InputError(f"name {name!r} is taken: choose another")
        return self._insert(new_id(), role, name, hashed)

    def add_key_holder(self, name: str, role: Role) -> Person:
        return self._insert(new_id(), role, name, None)

    def check_password(self, name: str, password: str) -> Person | None:
        row = self._database.row("select * from people where name = :name and deleted_at is null", name=name)
        matches = self._passwords.match(row["password_hash"] if row else None, password)
        return _person(row) if row and matches else None

    def get(self, person_id: str) -> Person | None:
        row = self._database.row("select * from people where id = :id and deleted_at is null", id=person_id)
        return _person(row) if row else None

    def staff(self) -> list[Person]:
        rows = self._database.rows(
            "select * from people where role != 'visitor' and password_hash is not null and deleted_at is null "
            "order by name"
        )
        return [_person(row) for row in rows]

    def set_consent(self, person: Person, consent: bool) -> Person:
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
            self._database.event("system", "person_added", person.id, role=role, **({"name": name} if name else {}))
        return person


def _person(row: Row) -> Person:
    return Person(row["id"], row["role"], row["name"], bool(row["consent"]), row["created_at"])
