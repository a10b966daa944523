"""Accounts of the staff in SQLite."""

from collections.abc import Sequence

from chatbot.errors import AccessError, InputError, LastOperatorError, NotFoundError
from chatbot.records import Person, Role, new_id, now
from chatbot.store.accounts import Accounts
from chatbot.store.passwords import Passwords, check_choice
from chatbot.store.people import LONGEST_NAME
from chatbot.store.sqlite.database import Database, Value
from chatbot.store.sqlite.people import SqlitePeople, insert_person, person_of
from chatbot.store.sqlite.sign_ins import SqliteSignIns


class SqliteAccounts(Accounts):
    """The rows of people who can sign in."""

    def __init__(self, database: Database, people: SqlitePeople, sign_ins: SqliteSignIns, passwords: Passwords) -> None:
        self._database = database
        self._people = people
        self._sign_ins = sign_ins
        self._passwords = passwords

    def named(self, name: str) -> Person:
        staff = self._people.staff()
        found = next((person for person in staff if person.name == name), None)
        if found is None:
            known = ", ".join(str(person.name) for person in staff) or "none"
            raise NotFoundError(f"nobody of the staff is called {name!r}: known names are {known}")
        return found

    def set_password(self, person: Person, password: str, actor: str, words: Sequence[str] = ()) -> Person:
        if person.issuer:
            raise InputError(
                f"{person.name} signs in through {person.issuer} and has no password here: change it there"
            )
        check_choice(password, [person.name or "", *words])
        return self._change(person, actor, "password_changed", password_hash=self._passwords.hash(password))

    def set_role(self, person: Person, role: Role, actor: str, even_last: bool = False) -> Person:
        with self._database.writing():
            if role != "operator":
                self._check_others(person, even_last)
            return self._change(person, actor, "role_changed", role=role)

    def disable(self, person: Person, actor: str, even_last: bool = False) -> Person:
        with self._database.writing():
            self._check_others(person, even_last)
            return self._change(person, actor, "person_disabled", disabled_at=now())

    def enable(self, person: Person, actor: str) -> Person:
        return self._change(person, actor, "person_enabled", disabled_at=None)

    def remove(self, person: Person, actor: str, even_last: bool = False) -> None:
        with self._database.writing() as db:
            self._check_others(person, even_last)
            self._change(person, actor, "person_removed", password_hash=None, name=None)
            db["people"].update(person.id, {"deleted_at": now()})
            db["second_factors"].delete_where("person = ?", [person.id])
            db["recovery_codes"].delete_where("person = ?", [person.id])

    def from_provider(self, issuer: str, subject: str, name: str, role: Role) -> Person:
        with self._database.writing() as db:
            row = self._database.row(
                "select * from people where issuer = :issuer and subject = :subject and deleted_at is null",
                issuer=issuer,
                subject=subject,
            )
            known = person_of(row) if row else None
            if known is None:
                added = insert_person(self._database, new_id(), role, self._free_name(name), None)
                db["people"].update(added.id, {"issuer": issuer, "subject": subject})
                return self._now(added)
            if known.disabled:
                raise AccessError(f"the account of {known.name} is disabled: an operator can enable it")
            return known if known.role == role else self.set_role(known, role, "system", even_last=True)

    def _change(self, person: Person, actor: str, kind: str, **columns: Value) -> Person:
        with self._database.writing() as db:
            changed = self._now(person)
            db["people"].update(person.id, columns | {"generation": changed.generation + 1})
            self._sign_ins.end_all(person)
            self._database.event(actor, kind, person.id, name=person.name)
            return self._now(person)

    def _now(self, person: Person) -> Person:
        found = self._people.get(person.id)
        if found is None:
            raise NotFoundError(f"{person.name} was removed in the meantime")
        return found

    def _check_others(self, person: Person, even_last: bool) -> None:
        able = [one.id for one in self._people.staff() if one.role == "operator" and not one.disabled]
        if able == [person.id] and not even_last:
            raise LastOperatorError(
                f"{person.name} is the last operator who can sign in: nobody could operate any more"
            )

    def _free_name(self, name: str) -> str:
        name = " ".join(name.split())[: LONGEST_NAME - 4] or "unnamed"
        number, free = 1, name
        while self._database.row("select 1 from people where name = :name", name=free):
            number += 1
            free = f"{name} {number}"
        return free
