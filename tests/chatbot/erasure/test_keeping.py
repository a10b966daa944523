"""What a running server deletes of itself."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from chatbot.erasure.erasing import preview
from chatbot.erasure.keeping import UNSENT, Keeper, expired, retain
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.store.sqlite.store import SqliteStore
from chatbot.store.uploads import Content


def talk(store: SqliteStore, person: Person, days_ago: int) -> str:
    conversation = store.conversations.start(person, "lamps")
    store.conversations.add_user_message(conversation, None, f"{days_ago} days ago")
    moment = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="microseconds")
    with store.database.writing() as db:
        db["conversations"].update(conversation.id, {"updated_at": moment})
    return conversation.id


def test_only_what_is_older_than_the_setting_expires(store: SqliteStore, visitor: Person) -> None:
    old, _ = talk(store, visitor, 31), talk(store, visitor, 29)
    assert expired(load_settings(engine="scripted"), store) == []
    assert expired(load_settings(engine="scripted", retention_days=30), store) == [old]


def test_files_that_were_never_sent_go_within_the_hour(store: SqliteStore, visitor: Person) -> None:
    old, new = (store.uploads.add(visitor, "a.txt", "text/plain", Content(b"words")) for _ in range(2))
    with store.database.writing() as db:
        db["uploads"].update(old.id, {"created_at": (datetime.now(UTC) - UNSENT).isoformat()})
    retain(load_settings(engine="scripted"), store)
    assert store.uploads.unsent(visitor) == 1 and store.uploads.get(new.id)


def test_a_server_deletes_what_has_expired_and_goes_on_with_what_is_open(store: SqliteStore, visitor: Person) -> None:
    settings = load_settings(engine="scripted", retention_days=30)
    young, _ = talk(store, visitor, 1), talk(store, visitor, 40)
    store.erasures.erase(store.erasures.traces([talk(store, visitor, 2)]), visitor.actor)
    keeper = Keeper(settings, store, every=0.01)
    keeper.start()
    deadline = time.monotonic() + 10
    while store.erasures.journal() or len(store.conversations.of(visitor)) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    keeper.close()
    assert [one.id for one in store.conversations.of(visitor)] == [young]


def test_a_server_tells_what_is_open_once(
    store: SqliteStore, visitor: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.erasures.erase(store.erasures.traces([talk(store, visitor, 2)]), visitor.actor)
    tried: list[bool] = []

    def in_use() -> bool:
        tried.append(True)
        return False

    monkeypatch.setattr(store.database, "empty_log", in_use)
    keeper = Keeper(load_settings(engine="scripted"), store, every=0.01)
    keeper.start()
    while len(tried) < 3:
        time.sleep(0.01)
    keeper.close()
    assert [record.getMessage() for record in caplog.records if "deletions are open" in record.getMessage()] == [
        "deletions are open: the database's write-ahead log, which another process reads: it is emptied when that "
        "lets go"
    ]


def test_a_preview_of_nothing_names_nothing_to_remove(store: SqliteStore) -> None:
    assert preview(store.database.path.parent, store, []).removed == []
