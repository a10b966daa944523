"""Events in SQLite."""

import json
from collections.abc import Collection

from chatbot.store.events import Event, Events
from chatbot.store.sqlite.database import Database


class SqliteEvents(Events):
    """The table of events, which `Database.event` writes to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, kinds: Collection[str], limit: int) -> list[Event]:
        rows = self._database.rows(
            "select at, actor, kind, subject, detail from events where kind in (select value from json_each(:kinds)) "
            "order by at desc, rowid desc limit :n",
            kinds=json.dumps(list(kinds)),
            n=limit,
        )
        return [Event(**row | {"detail": json.loads(row["detail"])}) for row in rows]

    def mark(self, kinds: Collection[str]) -> int:
        row = self._database.row(
            "select coalesce(max(rowid), 0) as mark from events where kind in (select value from json_each(:kinds))",
            kinds=json.dumps(list(kinds)),
        )
        return int(row["mark"]) if row else 0
