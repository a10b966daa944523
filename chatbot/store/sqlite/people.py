"""People in SQLite."""

from collections.abc import Sequence

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person, Role, new_id, now
from chatbot.store.passwords import Passwords, check_choice
from chatbot.store.people import People, check_name
from chatbot.store.sqlite.database import Database, Row


class SqlitePeople(People):
    """The table of people."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    def visitor(self, visitor_id: str) -> Person:
        known = self.get(visitor_id)
        if known is None:
            with self._database.writing():
                known = self.get(visitor_id) or insert_person(self._database, visitor_id, "visitor", None, None)
        return known

    def add_visitor(self) -> Person:
        return self.visitor(new_id())

    def add_staff(self, name: str, role: Role, password: str, words: Sequence[str] = ()) -> Person:
        check_name(name)
        check_choice(password, [name, *words])
        hashed = self._passwords.hash(password)
        if self._database.row("select id from people where name = :name", name=name):
            raise InputError(f"name {name!r} is taken: choose another")
        return insert_person(self._database, new_id(), role, name, hashed)

    def add_key_holder(self, name: str, role: Role) -> Person:
        return insert_person(self._database, new_id(), role, name, None)

    def check_password(self, name: str, password: str) -> Person | None:
        row = self._database.row("select * from people where name = :name and deleted_at is null", name=name)
        matches = self._passwords.match(row["password_hash"] if row else None, password)
        return person_of(row) if row and matches and not row["disabled_at"] else None

    def get(self, person_id: str) -> Person | None:
        row = self._database.row("select * from people where id = :id and deleted_at is null", id=person_id)
        return person_of(row) if row else None

    def name_of(self, person_id: str | None, otherwise: str = "") -> str:
        person = self.get(person_id) if person_id else None
        return (person and person.name) or otherwise

    def staff(self) -> list[Person]:
        rows = self._database.rows(
            "select * from people where role != 'visitor' and (password_hash is not null or issuer is not null) "
            "and deleted_at is null order by name"
        )
        return [person_of(row) for row in rows]

    def set_consent(self, person: Person, consent: bool) -> Person:
        with self._database.writing() as db:
            db["people"].update(person.id, {"consent": int(consent)})
            self._database.event(person.actor, "consent", person.id, consent=consent)
        changed = self.get(person.id)
        if changed is None:
            raise NotFoundError(f"person {person.id!r} does not exist any more: reload the page")
        return changed


def insert_person(
    database: Database, person_id: str, role: Role, name: str | None, password_hash: str | None
) -> Person:
    """A new row of people; without a password nobody signs in by name."""
    person = Person(id=person_id, role=role, name=name, created_at=now())
    with database.writing() as db:
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
        database.event("system", "person_added", person.id, role=role, **({"name": name} if name else {}))
    return person


def person_of(row: Row) -> Person:
    """The person of a row of people."""
    return Person(
        row["id"],
        row["role"],
        row["name"],
        bool(row["consent"]),
        row["created_at"],
        bool(row["disabled_at"]),
        row["issuer"] or "",
        row["generation"],
    )
