"""Events in SQLite."""

import json
from collections.abc import Collection, Iterator

from chatbot.store.events import Entry, Event, EventFilter, Events
from chatbot.store.sqlite.database import Database
from chatbot.store.sqlite.event_log import COLUMNS, entry_of

OF_STAFF = (
    "actor not like 'visitor:%' and not (kind = 'person_added' and json_valid(detail) "
    "and coalesce(json_extract(detail, '$.role'), '') = 'visitor')"
)
"""What visitors do, and that the system first saw one, is no staff's."""


class SqliteEvents(Events):
    """The table of events, which `Database.event` writes to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, actor: str, kind: str, subject: str, **detail: object) -> None:
        self._database.event(actor, kind, subject, **detail)

    def found(self, wanted: EventFilter, limit: int, before: int | None = None) -> list[Entry]:
        rows = self._database.rows(
            f"select {COLUMNS} from events where {OF_STAFF} and (:before is null or number < :before) "
            "and (:actor = '' or actor = :actor) "
            "and (:kinds = '[]' or kind in (select value from json_each(:kinds))) "
            "and at >= :since and (:until = '' or at < :until) order by number desc limit :n",
            before=before,
            actor=wanted.actor,
            kinds=json.dumps(list(wanted.kinds)),
            since=wanted.since,
            until=wanted.until,
            n=limit,
        )
        return [entry_of(row) for row in rows]

    def actors(self) -> list[str]:
        rows = self._database.rows(f"select distinct actor from events where {OF_STAFF} order by actor collate nocase")
        return [str(row["actor"]) for row in rows]

    def mark(self, kinds: Collection[str]) -> int:
        row = self._database.row(
            "select coalesce(max(number), 0) as mark from events where kind in (select value from json_each(:kinds))",
            kinds=json.dumps(list(kinds)),
        )
        return int(row["mark"]) if row else 0

    def written_elsewhere(self, after: int) -> tuple[list[Event], int]:
        rows = self._database.rows(f"select {COLUMNS} from events where number > :after order by number", after=after)
        entries = [entry_of(row) for row in rows]
        own = self._database.own_events
        found = [entry.event for entry in entries if entry.number not in own]
        own.difference_update([entry.number for entry in entries])
        return found, entries[-1].number if entries else after

    def entries(self) -> Iterator[Entry]:
        return (entry_of(row) for row in self._database.here.query(f"select {COLUMNS} from events order by number"))

    def written(self) -> int:
        row = self._database.row("select seq from sqlite_sequence where name = 'events'")
        return int(row["seq"]) if row else 0
