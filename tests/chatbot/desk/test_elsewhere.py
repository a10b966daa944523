"""What another process does to a case is told here, and what this one does is not told twice."""

import threading
from collections.abc import Callable, Iterator

import pytest

from chatbot.broker import Happening
from chatbot.desk.elsewhere import Elsewhere
from chatbot.records import Person
from chatbot.store import open_store
from chatbot.store.sqlite.store import SqliteStore


@pytest.fixture
def other(store: SqliteStore) -> Iterator[SqliteStore]:
    """The same home, as another process has it open."""
    other = open_store(store.database.path)
    yield other
    other.close()


@pytest.fixture
def heard(store: SqliteStore) -> Iterator[Callable[[int], list[Happening]]]:
    """What was told once it is so much."""
    happened, told = list[Happening](), threading.Condition()

    def hear(happening: Happening) -> None:
        with told:
            happened.append(happening)
            told.notify_all()

    def wait(count: int) -> list[Happening]:
        with told:
            assert told.wait_for(lambda: len(happened) >= count, 10), happened
            return list(happened)

    store.broker.listen(hear)
    elsewhere = Elsewhere(store, 0.02)
    elsewhere.start()
    yield wait
    elsewhere.close()


def test_what_a_command_line_does_is_told(
    store: SqliteStore, other: SqliteStore, visitor: Person, agent: Person, heard: Callable[[int], list[Happening]]
) -> None:
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "Hello")
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    heard(2)
    message = other.cases.write(conversation.id, agent, "Hello, I am Ada.")
    ben = other.people.add_staff("ben", "agent", "correct horse battery")
    other.cases.add_note(conversation.id, agent, "new here, @ben")
    other.people.add_visitor()
    other.erasures.erase(other.erasures.traces([store.conversations.start(visitor, "lamps").id]), "system")
    told = heard(7)
    assert [one.kind for one in told] == ["message", "case", "case", "message", "note", "call", "case"]
    held, said, _, call = told[2:6]
    assert call.detail == {"person": ben.id}
    assert held.detail == {"status": "held", "was": None, "holder": agent.id, "name": "ada"}
    assert said.detail == {"message": message.id, "role": "agent", "author": agent.id}
    assert told[6].detail == {"status": "deleted"}
