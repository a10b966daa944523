"""A database of an earlier release opens with what it held; the tables of a new one are as they were frozen."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlite_utils import Database

from chatbot.store import open_store
from chatbot.store.cases import CaseFilter
from chatbot.store.sqlite.gap_tables import TABLES
from chatbot.store.sqlite.migrations import m001_people_and_talk
from chatbot.store.sqlite.recent_migrations import m011_second_looks, migrations


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


def test_conversations_of_an_earlier_release_become_cases(tmp_path: Path) -> None:
    path = tmp_path / "chatbot.db"
    old = Database(sqlite3.connect(path))
    migrations.apply(old, stop_before="m009_cases")
    old["people"].insert({"id": "v", "role": "visitor", "consent": 1, "created_at": "2026"})
    moment = "2026-01-01T10:00:00+00:00"
    for name, status in {"asked": "bot", "passed on": "handed_off", "seen": "bot", "empty": "bot"}.items():
        row = {"id": name, "person": "v", "pack": "lamps", "title": name, "status": status, "updated_at": moment}
        old["conversations"].insert(row | {"created_at": moment, "head": None})
        message = {"conversation": name, "content": f"{name}?", "status": "complete", "created_at": moment}
        if name != "empty":
            old["messages"].insert(message | {"id": f"{name} q", "role": "user"})
            trace = json.dumps({"version": "v1", "uncertain": name == "asked"})
            reply = message | {"id": f"{name} a", "role": "assistant", "version": "v1", "trace": trace}
            old["messages"].insert(reply | {"reviewed_at": moment if name == "seen" else None})
    old.conn.close()
    store = open_store(path)
    cases = {case.conversation: case for case in store.cases.page(CaseFilter()).items}
    statuses = {name: (case.status, case.reason) for name, case in cases.items()}
    assert statuses == {"asked": ("open", "uncertain"), "passed on": ("waiting", "new"), "seen": ("done", "new")}
    assert cases["passed on"].waiting_since == moment and cases["asked"].version == "v1"
    assert [case.conversation for case in store.cases.page(CaseFilter(text="seen")).items] == ["seen"]
    assert store.conversations.get("asked").title == "asked"
    store.close()


def test_replies_of_an_earlier_release_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "chatbot.db"
    old = Database(sqlite3.connect(path))
    migrations.apply(old, stop_before="m013_figures")
    asked, replied = (f"2026-01-01T10:00:0{second}.000000+00:00" for second in (1, 2))
    old["people"].insert({"id": "v", "role": "visitor", "consent": 1, "created_at": asked})
    talk = {"id": "c", "person": "v", "pack": "lamps", "title": "t", "head": "r", "updated_at": replied}
    old["conversations"].insert(talk | {"created_at": asked})
    case = {"conversation": "c", "status": "open", "reason": "uncertain", "last_at": replied, "place": 1}
    old["cases"].insert(case | {"version": "v1"})
    message = {"conversation": "c", "status": "complete"}
    old["messages"].insert(message | {"id": "q", "role": "user", "content": "Zebras?", "created_at": asked})
    trace = json.dumps(
        {"version": "v1", "act": "abstain", "handoff": None, "queued_ms": 100.0, "first_token_ms": 900.0}
    )
    reply = message | {"id": "r", "role": "assistant", "parent": "q", "content": "No.", "created_at": replied}
    old["messages"].insert(reply | {"version": "v1", "trace": trace})
    old.conn.close()
    store = open_store(path)
    counted = store.figures.tallies("lamps", "2020", "2100", "2100").whole
    assert counted.endings == {"unanswered": 1} and counted.first_ms == 1000
    assert [missed.question for missed in store.figures.missed("lamps", "2020", 9)] == ["Zebras?"]
    store.close()


def test_an_upgrade_that_fails_leaves_the_earlier_release_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chatbot.db"
    old = Database(sqlite3.connect(path))
    migrations.apply(old, stop_before="m009_cases")
    old["uploads"].create({"in the way": str})
    with pytest.raises(sqlite3.OperationalError, match="uploads"):
        open_store(path)
    assert "cases" not in old.table_names()
    assert "m009_cases" in {one.name for one in migrations.pending(old)}
    old.conn.close()


def test_whoever_opens_a_new_database_at_the_same_time_waits(tmp_path: Path) -> None:
    def open_and_write(number: int) -> None:
        store = open_store(tmp_path / "chatbot.db")
        store.people.add_visitor()
        store.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(open_and_write, range(4)))) == 4


def test_a_migration_makes_what_it_says() -> None:
    db = Database(memory=True)
    m001_people_and_talk(db)
    assert set(db.table_names()) == {"people", "conversations", "messages", "feedback", "answers", "events"}
    db.conn.close()


def test_later_migrations_stand_in_the_same_list() -> None:
    db = Database(memory=True)
    migrations.apply(db)
    assert {"waits", "asked", "confirmed_by"} <= db["answers"].columns_dict.keys()
    assert m011_second_looks.__doc__
    made = {table for table in db.table_names() if any(f"create table {table} " in statement for statement in TABLES)}
    assert made == {"gaps_aside", "gap_questions"}
