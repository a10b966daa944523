"""Entries in SQLite: only ever added, also where somebody writes SQL, and chained from an earlier release on."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from chatbot.records import Person
from chatbot.store import open_store
from chatbot.store.audit import first_fault
from chatbot.store.events import Event
from chatbot.store.sqlite.event_log import append, entry_of
from chatbot.store.sqlite.migrations import migrations
from chatbot.store.sqlite.store import SqliteStore


@pytest.mark.parametrize(
    "sql",
    [
        "update events set actor = 'operator:eve' where number = 1",
        "delete from events where number = 2",
        "delete from events",
        "insert or replace into events select * from events where number = 1",
        "insert into events select number + 7, at, actor, kind, subject, detail, address, previous, hash from events",
        "insert into events select number + 2, at, actor, kind, subject, detail, address, previous, hash from events",
        "insert into events (at, actor, kind, subject, detail, address, previous, hash) "
        "select at, actor, kind, subject, detail, address, previous, hash from events limit 1",
    ],
)
def test_the_database_refuses_whatever_is_not_the_next_entry(store: SqliteStore, visitor: Person, sql: str) -> None:
    store.people.set_consent(visitor, True)
    before = list(store.events.entries())
    with pytest.raises(sqlite3.IntegrityError, match="an entry of the audit log"), store.database.writing() as db:
        db.conn.execute(sql)
    assert list(store.events.entries()) == before and len(before) == store.events.written() == 2


def test_what_is_changed_behind_its_back_is_named(store: SqliteStore, visitor: Person) -> None:
    for consent in (True, False, True):
        store.people.set_consent(visitor, consent)
    assert first_fault(store.events.entries(), store.events.written()) == ""
    with store.database.writing() as db:
        db.conn.execute("drop trigger events_are_never_changed")
        db.conn.execute("drop trigger events_are_never_removed")
        db.conn.execute("update events set detail = 'no json' where number = 3")
        db.conn.execute("delete from events where number = 4")
    fault = first_fault(store.events.entries(), store.events.written())
    assert fault.startswith("entry 3 (consent by ") and fault.endswith(" was changed")
    with store.database.writing() as db:
        db.conn.execute("delete from events where number = 3")
    assert first_fault(store.events.entries(), store.events.written()) == "entries 3 to 4 are missing"


def test_many_writers_make_one_chain(store: SqliteStore, visitor: Person) -> None:
    def write() -> None:
        for _ in range(10):
            store.people.set_consent(visitor, True)
        store.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert store.events.written() == 41 and first_fault(store.events.entries(), 41) == ""


def test_events_of_an_earlier_release_are_chained_without_words(tmp_path: Path) -> None:
    old = Database(sqlite3.connect(tmp_path / "chatbot.db"))
    migrations.apply(old, stop_before="m008_chained_events")
    row = {"at": "2026", "actor": "visitor:v", "kind": "rating", "subject": "m"}
    for number in range(3):
        detail = {"value": "like", "comment": "words", "correction": "more words"}
        old["events"].insert(row | {"id": str(number), "detail": json.dumps(detail)})
    old.conn.close()
    store = open_store(tmp_path / "chatbot.db")
    assert [entry.event for entry in store.events.entries()] == [
        Event("2026", "visitor:v", "rating", "m", {"value": "like"})
    ] * 3
    assert first_fault(store.events.entries(), store.events.written()) == ""
    store.people.add_visitor()
    assert first_fault(store.events.entries(), 4) == ""
    store.close()


def test_an_entry_is_read_as_it_was_written() -> None:
    db = Database(memory=True)
    migrations.apply(db)
    event = Event("2026", "system", "version", "v1", {"run": None, "share": 0.1, "counts": {"a": 1}}, "terminal")
    append(db, event)
    (row,) = db.query("select * from events")
    assert entry_of(row).event == event
    db.conn.close()
