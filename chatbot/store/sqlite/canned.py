"""Canned replies in SQLite."""

from dataclasses import asdict

from chatbot.errors import NotFoundError
from chatbot.records import Person, now
from chatbot.store.canned import LONGEST_NAME, LONGEST_REPLY, CannedReplies, CannedReply
from chatbot.store.cases import checked_text
from chatbot.store.sqlite.database import Database


class SqliteCannedReplies(CannedReplies):
    """The table of canned replies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[CannedReply]:
        return [CannedReply(**row) for row in self._database.rows("select * from canned_replies order by name")]

    def put(self, name: str, text: str, person: Person) -> CannedReply:
        name = checked_text(" ".join(name.split()), "name of the canned reply", LONGEST_NAME)
        reply = CannedReply(name, checked_text(text, "canned reply", LONGEST_REPLY), person.id, now())
        with self._database.writing() as db:
            db["canned_replies"].upsert(asdict(reply), pk="name")
            self._database.event(person.actor, "canned_reply_changed", name)
        return reply

    def remove(self, name: str, person: Person) -> None:
        with self._database.writing() as db:
            if not db.conn.execute("delete from canned_replies where name = ?", [name]).rowcount:
                raise NotFoundError(f"there is no canned reply called {name!r}: reload the page")
            self._database.event(person.actor, "canned_reply_removed", name)
