"""The place of each visitor who waits for a colleague, told to them whenever it changes."""

import logging
import threading

from chatbot.broker import Happening
from chatbot.desk.presence import Presence
from chatbot.errors import UserError
from chatbot.store import Store

logger = logging.getLogger(__name__)


class Queue:
    """Counts in a thread of its own, so that whoever claims a case does not wait for it."""

    def __init__(self, store: Store, presence: Presence) -> None:
        self._store = store
        self._presence = presence
        self._places: dict[str, int] = {}
        self._changed, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)

    def start(self) -> None:
        """Tell from now on."""
        self._stop_listening = self._store.broker.listen(self._hear)
        self._places = self._counted()
        self._thread.start()

    def close(self) -> None:
        """Tell nobody any more."""
        self._closed.set()
        self._changed.set()
        if self._thread.is_alive():
            self._stop_listening()
            self._thread.join()

    def _hear(self, happening: Happening) -> None:
        told = happening.detail
        if happening.kind == "case" and (told["status"] == "waiting" or told.get("was") in ("waiting", None)):
            self._changed.set()

    def _run(self) -> None:
        while self._changed.wait() and not self._closed.is_set():
            self._changed.clear()
            try:
                places, before = self._counted(), self._places
            except UserError:
                logger.exception("places in the queue are counted again when it changes next")
                continue
            self._places = places
            for conversation, place in places.items():
                if place != before.get(conversation) and self._presence.visitor_there(conversation):
                    self._store.broker.publish(Happening("queue", conversation, {"position": place}))
        self._store.close()

    def _counted(self) -> dict[str, int]:
        return {conversation: place for place, conversation in enumerate(self._store.cases.queue(), 1)}
