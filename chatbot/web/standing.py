"""Whether the assistant and people can answer: looked at in the server, so that open pages need not ask."""

import threading

from chatbot.broker import Happening
from chatbot.dialogue.session import Session
from chatbot.web.chat_view import status_view

LOOK_SECONDS = 1.0


class Standing:
    """Looks every second, and tells what is new to all who listen."""

    def __init__(self, session: Session, seconds: float = LOOK_SECONDS) -> None:
        self._session = session
        self._seconds = seconds
        self._told = self._now()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standing", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self._seconds):
            before, self._told = self._told, self._now()
            if self._told != before:
                self._session.store.broker.publish(Happening("status", "", self._told))

    def _now(self) -> dict[str, str]:
        view = status_view(self._session)
        return {"notice": view["notice"], "opens": view["opens"]}
