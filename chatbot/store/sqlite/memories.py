"""What is remembered of visitors, in SQLite."""

from collections.abc import Mapping

from chatbot.errors import NotFoundError
from chatbot.records import Person, now
from chatbot.store.memories import Memories, Remembered
from chatbot.store.sqlite.database import Database


class SqliteMemories(Memories):
    """The tables of consents and of what is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def consented(self, person: Person) -> bool:
        found = self._database.row("select person from memory_consents where person = :person", person=person.id)
        return found is not None

    def consent(self, person: Person, given: bool) -> None:
        if given == self.consented(person):
            return
        with self._database.writing() as db:
            if given:
                db["memory_consents"].insert({"person": person.id, "at": now()})
            else:
                db.conn.execute("delete from memory_consents where person = ?", [person.id])
                db.conn.execute("delete from memories where person = ?", [person.id])
            self._database.event(person.actor, "memory_consent", person.id, consent=given)

    def of(self, person: Person) -> list[Remembered]:
        rows = self._database.rows(
            "select field, value, conversation, at from memories where person = :person order by field",
            person=person.id,
        )
        return [Remembered(**row) for row in rows]

    def remember(self, person: Person, told: Mapping[str, str], conversation: str | None = None) -> None:
        if not told:
            return
        with self._database.writing() as db:
            if not self.consented(person):
                return
            for field, value in told.items():
                row = {"person": person.id, "field": field, "value": value, "conversation": conversation, "at": now()}
                db["memories"].upsert(row, pk=("person", "field"))
            self._database.event(person.actor, "remembered", person.id, fields=sorted(told))

    def forget(self, person: Person, field: str) -> None:
        with self._database.writing() as db:
            gone = "delete from memories where person = ? and field = ?"
            if not db.conn.execute(gone, [person.id, field]).rowcount:
                raise NotFoundError(f"nothing is remembered under {field!r}: reload the page")
            self._database.event(person.actor, "forgotten", person.id, fields=[field])

    def forget_older(self, moment: str) -> int:
        with self._database.writing() as db:
            return int(db.conn.execute("delete from memories where at < ?", [moment]).rowcount)
