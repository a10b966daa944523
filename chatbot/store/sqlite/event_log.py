"""How an entry of the audit log is written and read; within the transaction of whoever writes it."""

import json

from sqlite_utils import Database

from chatbot.store.events import FIRST, Entry, Event

COLUMNS = "number, at, actor, kind, subject, detail, address, previous, hash"


def append(db: Database, event: Event) -> int:
    """Put an event behind the last one; returns its number."""
    last = db.conn.execute("select number, hash from events order by number desc limit 1").fetchone() or (0, FIRST)
    detail = json.dumps(event.detail)
    kept = Event(event.at, event.actor, event.kind, event.subject, json.loads(detail), event.address)
    entry = Entry.following(kept, last[0] + 1, last[1])
    values = [entry.number, kept.at, kept.actor, kept.kind, kept.subject, detail, kept.address]
    db.conn.execute(
        f"insert into events ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [*values, entry.previous, entry.hash]
    )
    return entry.number


def entry_of(row: dict[str, object]) -> Entry:
    """The entry in a row."""
    try:
        detail = json.loads(str(row["detail"]))
    except ValueError:
        detail = {"unreadable": row["detail"]}
    at, actor, kind, subject = (str(row[name]) for name in ("at", "actor", "kind", "subject"))
    event = Event(at, actor, kind, subject, detail, str(row["address"]))
    return Entry(int(str(row["number"])), event, str(row["previous"]), str(row["hash"]))
