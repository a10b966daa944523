"""A database of an earlier release opens with what it held; the tables of a new one are as they were frozen."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from chatbot.store import open_store
from chatbot.store.sqlite.migrations import m001_people_and_talk, migrations


def test_tables_of_the_first_release_are_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "chatbot.db"
    old = Database(sqlite3.connect(path))
    migrations.apply(old, stop_before="m002_versions")
    old["people"].insert({"id": "v", "role": "visitor", "consent": 1, "created_at": "2026"})
    answer = {"id": "a", "query": "q", "response": "r", "message": None, "person": "v", "created_at": "2026"}
    old["answers"].insert(answer)
    assert "versions" not in old.table_names()
    old.conn.close()
    store = open_store(path)
    owner = store.people.get("v")
    assert owner and owner.consent
    assert [(kept.id, kept.from_conversation) for kept in store.feedback.answers()] == [("a", False)]
    assert store.keys.all() == [] and store.versions.all() == []
    store.close()


def test_a_migration_makes_what_it_says() -> None:
    db = Database(memory=True)
    m001_people_and_talk(db)
    assert set(db.table_names()) == {"people", "conversations", "messages", "feedback", "answers", "events"}
    db.conn.close()
