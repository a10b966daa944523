"""Which case each of the staff has on view, so that two of them see each other before both write.

A page is known while its stream of events is open; what it looks at is forgotten with it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.broker import Broker, Happening
from chatbot.records import Person


class Looking:
    """What open pages look at."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._lock = threading.Lock()
        self._views: dict[tuple[str, str], str] = {}

    @contextmanager
    def page(self, page: str, person: Person) -> Iterator[None]:
        """A page of somebody is open for so long; `page` is a name that it gave itself."""
        key = (person.id, page)
        with self._lock:
            self._views[key] = ""
        try:
            yield
        finally:
            with self._lock:
                before = self._views.pop(key, "")
            self._tell(before)

    def look(self, page: str, person: Person, conversation: str) -> None:
        """An open page has a case on view now, or none where this is empty."""
        key = (person.id, page)
        with self._lock:
            if key not in self._views:
                return
            before, self._views[key] = self._views[key], conversation
        if before != conversation:
            self._tell(before)
            self._tell(conversation)

    def at(self, conversation: str) -> set[str]:
        """The ids of those who have a case on view."""
        with self._lock:
            return {person for (person, _), seen in self._views.items() if seen == conversation}

    def _tell(self, conversation: str) -> None:
        if conversation:
            self._broker.publish(Happening("look", conversation))
