"""What is remembered of visitors: with their consent alone, and gone with it, with its chat and with its time."""

import pytest

from chatbot.errors import NotFoundError
from chatbot.records import Person, now
from chatbot.store import Store
from chatbot.store.memories import Remembered
from chatbot.store.sqlite.memories import SqliteMemories


def told(store: Store, person: Person) -> dict[str, str]:
    return {one.field: one.value for one in store.memories.of(person)}


def test_nothing_is_kept_of_somebody_who_did_not_agree(store: Store, visitor: Person) -> None:
    store.memories.remember(visitor, {"name": "Ada"})
    assert not store.memories.consented(visitor) and told(store, visitor) == {}
    store.memories.consent(visitor, True)
    store.memories.remember(visitor, {"name": "Ada", "home": "Leeds"})
    store.memories.remember(visitor, {"name": "Ada L"})
    store.memories.remember(store.people.add_visitor(), {"name": "Bo"})
    assert told(store, visitor) == {"home": "Leeds", "name": "Ada L"}


def test_withdrawn_is_forgotten_and_one_value_can_be(store: Store, visitor: Person) -> None:
    store.memories.consent(visitor, True)
    store.memories.remember(visitor, {"name": "Ada", "home": "Leeds"})
    store.memories.forget(visitor, "home")
    assert told(store, visitor) == {"name": "Ada"}
    with pytest.raises(NotFoundError, match="nothing is remembered"):
        store.memories.forget(visitor, "home")
    store.memories.consent(visitor, False)
    store.memories.consent(visitor, True)
    assert told(store, visitor) == {}


def test_a_value_goes_with_its_chat_and_with_its_time(store: Store, visitor: Person) -> None:
    store.memories.consent(visitor, True)
    chat = store.conversations.start(visitor, "lamps").id
    store.memories.remember(visitor, {"name": "Ada"}, chat)
    store.memories.remember(visitor, {"home": "Leeds"})
    assert isinstance(store.memories, SqliteMemories)
    (home, name) = store.memories.of(visitor)
    assert name == Remembered("name", "Ada", chat, name.at) and home.conversation is None
    assert store.erasures.count(store.erasures.traces([chat])).remembered == 1
    store.erasures.erase(store.erasures.traces([chat]), "system")
    assert told(store, visitor) == {"home": "Leeds"}
    assert store.memories.forget_older("2000") == 0 and store.memories.forget_older(now()) == 1
    assert told(store, visitor) == {}


def test_the_audit_log_names_fields_and_no_words(store: Store, visitor: Person) -> None:
    store.memories.consent(visitor, True)
    store.memories.remember(visitor, {"name": "Quokka"})
    store.memories.forget(visitor, "name")
    lines = [entry.as_line() for entry in store.events.entries()]
    assert any('"remembered"' in line and "name" in line for line in lines)
    assert not any("Quokka" in line for line in lines)
