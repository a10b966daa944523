"""Places in the queue: who waits with their page open is told where theirs is another one, and nobody else."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chatbot.broker import Happening
from chatbot.desk.presence import Presence
from chatbot.desk.queue import Queue
from chatbot.records import Person
from chatbot.store.sqlite.store import SqliteStore


class Told:
    """What is told of places, and to whom."""

    def __init__(self, store: SqliteStore) -> None:
        self.places: list[tuple[str, object]] = []
        self._changed = threading.Condition()
        store.broker.listen(self._hear)

    def _hear(self, happening: Happening) -> None:
        if happening.kind == "queue":
            with self._changed:
                self.places.append((happening.conversation, happening.detail["position"]))
                self._changed.notify_all()

    def wait(self, *places: tuple[str, int]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.places) >= len(places), 10), self.places
            assert self.places == [*places]
            self.places.clear()


@pytest.fixture
def waiting(store: SqliteStore) -> Iterator[list[str]]:
    """Four who wait; the first of them has closed the page."""
    presence, conversations = Presence(store, 30), []
    for number in range(4):
        visitor = store.people.add_visitor()
        started = store.conversations.start(visitor, "lamps")
        store.conversations.add_user_message(started, None, f"Where is lamp {number}?")
        store.cases.hand_off(started.id, visitor.actor, "asked for a person")
        conversations.append(started.id)
    queue = Queue(store, presence)
    with ExitStack() as pages:
        for conversation in conversations[1:]:
            pages.enter_context(presence.visitor(conversation, "whoever"))
        queue.start()
        yield conversations
        queue.close()
    presence.close()


def test_those_behind_are_told_when_somebody_is_taken_leaves_or_comes_back(
    store: SqliteStore, agent: Person, waiting: list[str]
) -> None:
    told, (gone, second, third, last) = Told(store), waiting
    assert store.cases.queue() == waiting
    since = store.cases.get(third).waiting_since
    store.cases.claim(third, agent)
    told.wait((last, 3))
    store.cases.requeue(third, agent, since)
    told.wait((third, 3), (last, 4))
    store.erasures.erase(store.erasures.traces([second]), "visitor:v")
    told.wait((third, 2), (last, 3))
    store.cases.close(last, agent)
    store.cases.claim(gone, agent)
    told.wait((third, 1))


def test_nobody_is_told_of_what_moves_nobody(store: SqliteStore, agent: Person, waiting: list[str]) -> None:
    told = Told(store)
    store.cases.add_note(waiting[0], agent, "a note")
    store.cases.write(waiting[-1], agent, "Hello")
    store.cases.release(waiting[-1], agent)
    store.cases.claim(waiting[1], agent)
    told.wait((waiting[2], 2))
