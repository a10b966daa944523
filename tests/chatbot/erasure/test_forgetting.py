"""What a visitor has forgotten leaves every file of the database."""

from pathlib import Path

import pytest

from chatbot.erasure.forgetting import change, forget, withdraw
from chatbot.erasure.keeping import oldest_kept, retain
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.store.sqlite.store import SqliteStore

MARK = "Quokka-7f3a9"


def holds(home: Path) -> bool:
    return any(MARK.encode() in file.read_bytes() for file in home.glob("chatbot.db*"))


@pytest.mark.parametrize("way", ["forget", "change", "withdraw", "retention"])
def test_no_byte_of_it_is_left(store: SqliteStore, visitor: Person, home: Path, way: str) -> None:
    store.memories.consent(visitor, True)
    store.memories.remember(visitor, {"name": MARK})
    assert holds(home)
    if way == "forget":
        forget(home, store, visitor, "name")
    elif way == "change":
        change(home, store, visitor, "name", "Ada")
    elif way == "withdraw":
        withdraw(home, store, visitor)
    else:
        store.database.here.conn.execute("update memories set at = '2020-01-01'")
        store.database.here.conn.commit()
        retain(load_settings(retention_days=30), store)
    assert not holds(home) and store.erasures.journal() == []
    assert store.memories.consented(visitor) is (way != "withdraw")


def test_nothing_is_typed_for_somebody_who_did_not_agree(store: SqliteStore, visitor: Person, home: Path) -> None:
    with pytest.raises(InputError, match="turn that on first"):
        change(home, store, visitor, "name", MARK)
    assert oldest_kept(load_settings()) is None
