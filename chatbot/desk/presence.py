"""Who is there: agents while an inbox is open, visitors while their conversation is.

An agent who was away for `grace_seconds` leaves what they hold to the others: it goes back into the queue. So does,
once that time has passed after a start, what agents held who do not come back. That a visitor left is told only.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.broker import Happening
from chatbot.errors import BusyError, UserError
from chatbot.records import Person
from chatbot.store import Store

logger = logging.getLogger(__name__)

MOST_STREAMS = 8
VISITOR_SECONDS = 3.0
AGAIN_SECONDS = 5.0


class Presence:
    """Counts the streams of events that each person has open."""

    def __init__(self, store: Store, grace_seconds: float, visitor_seconds: float = VISITOR_SECONDS) -> None:
        self._store = store
        self._grace = grace_seconds
        self._visitor_grace = visitor_seconds
        self._lock = threading.Lock()
        self._streams: Counter[tuple[str, str]] = Counter()
        self._leaving: dict[tuple[str, str], threading.Timer] = {}
        self._closed = False

    def start(self) -> None:
        """Wait for those who hold cases from before."""
        for holder in self._store.cases.holders():
            self.expect(holder)

    def expect(self, person_id: str) -> None:
        """Let an agent who is not there leave what they hold, unless they come in time."""
        with self._lock:
            if not self._streams["agent", person_id]:
                self._leave_later(("agent", person_id), self._grace)

    def close(self) -> None:
        """Nobody leaves any more."""
        with self._lock:
            self._closed = True
            for timer in self._leaving.values():
                timer.cancel()
            self._leaving.clear()

    def agent_there(self, person_id: str) -> bool:
        """Whether an agent is at an inbox."""
        return self._there(("agent", person_id))

    def visitor_there(self, conversation_id: str) -> bool:
        """Whether the conversation is on a visitor's screen."""
        return self._there(("visitor", conversation_id))

    @contextmanager
    def agent(self, person_id: str) -> Iterator[None]:
        """An agent is at an inbox for so long; raises `BusyError` where they have too many open."""
        with self._stream(("agent", person_id), person_id, self._grace):
            yield

    @contextmanager
    def visitor(self, conversation_id: str) -> Iterator[None]:
        """A conversation is on a screen for so long; raises `BusyError` where it is on too many."""
        with self._stream(("visitor", conversation_id), conversation_id, self._visitor_grace):
            yield

    @contextmanager
    def _stream(self, key: tuple[str, str], name: str, grace: float) -> Iterator[None]:
        self._arrive(key)
        try:
            yield
        finally:
            with self._lock:
                self._streams[key] -= 1
                if self._streams[key] <= 0:
                    del self._streams[key]
                    self._leave_later(key, grace)

    def _arrive(self, key: tuple[str, str]) -> None:
        with self._lock:
            if self._streams[key] >= MOST_STREAMS:
                raise BusyError(
                    f"{MOST_STREAMS} pages of yours are open already: close one", retry_after=round(self._grace) or 1
                )
            self._streams[key] += 1
            timer = self._leaving.pop(key, None)
            fresh = self._streams[key] == 1 and timer is None
        if timer:
            timer.cancel()
        if fresh:
            self._tell(key, there=True)

    def _leave_later(self, key: tuple[str, str], seconds: float) -> None:
        if self._closed or key in self._leaving:
            return
        timer = threading.Timer(seconds, self._leave, [key])
        timer.daemon = True
        self._leaving[key] = timer
        timer.start()

    def _leave(self, key: tuple[str, str]) -> None:
        with self._lock:
            if self._closed or self._leaving.pop(key, None) is None or self._streams[key]:
                return
        kind, name = key
        try:
            if kind == "agent":
                self._store.cases.leave(self._store.people.get(name) or Person(name, "agent"))
            self._tell(key, there=False)
        except UserError:
            logger.exception("%s leaves later", name)
            with self._lock:
                self._leave_later(key, AGAIN_SECONDS)
        finally:
            self._store.close()

    def _there(self, key: tuple[str, str]) -> bool:
        with self._lock:
            return self._streams[key] > 0 or key in self._leaving

    def _tell(self, key: tuple[str, str], there: bool) -> None:
        kind, name = key
        if kind == "agent":
            happening = Happening("presence", "", {"who": kind, "there": there, "person": name})
        else:
            happening = Happening("presence", name, {"who": kind, "there": there})
        self._store.broker.publish(happening)
