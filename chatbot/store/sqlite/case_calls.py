"""Calls in SQLite: who of the staff is called to which case, until they open it."""

from chatbot.broker import Happening
from chatbot.records import Person, now
from chatbot.store.cases import Call, CallKind
from chatbot.store.sqlite.database import Database


class CaseCalls:
    """The table of calls; a later one to the same case takes the place of an earlier one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def call(self, number: int, conversation: str, kind: CallKind, caller: Person, called: str) -> None:
        """Call somebody, unless they would call themselves, and tell their pages."""
        if called == caller.id:
            return
        row = {"person": called, "number": number, "kind": kind, "caller": caller.id, "at": now()}
        with self._database.writing() as db:
            db["case_calls"].insert(row, replace=True)
            self._database.happened(Happening("call", conversation, {"person": called}))

    def calls(self, number: int, person: Person) -> bool:
        """Whether somebody is called to a case."""
        which = "select 1 from case_calls where number = :number and person = :id"
        return self._database.row(which, number=number, id=person.id) is not None

    def answered(self, number: int, person: Person) -> None:
        """Whoever was called has come."""
        with self._database.writing() as db:
            db.conn.execute("delete from case_calls where number = ? and person = ?", [number, person.id])

    def void(self, number: int) -> None:
        """Nobody is to take the case over any more: somebody else holds it."""
        with self._database.writing() as db:
            db.conn.execute("delete from case_calls where number = ? and kind = 'transfer'", [number])

    def of(self, person: Person) -> list[Call]:
        """What somebody is called to, the latest first."""
        rows = self._database.rows(
            "select cases.conversation, conversations.title, case_calls.kind, "
            "coalesce(people.name, people.role) as caller, case_calls.at from case_calls "
            "join cases on cases.number = case_calls.number "
            "join conversations on conversations.id = cases.conversation "
            "join people on people.id = case_calls.caller where case_calls.person = :id order by case_calls.at desc",
            id=person.id,
        )
        return [Call(**row) for row in rows]
