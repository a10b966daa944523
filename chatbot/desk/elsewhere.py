"""What command lines do to cases beside the server, told to its pages: the audit log says what others wrote."""

import logging
import threading

from chatbot.broker import Happening
from chatbot.errors import NotFoundError, UserError
from chatbot.store import Store
from chatbot.store.events import Event

logger = logging.getLogger(__name__)

SECONDS = 2.0
CHANGES = (
    *("handoff", "handback", "case_claimed", "case_transferred", "case_requeued", "case_returned"),
    *("case_closed", "case_reopened"),
)
MARKS = ("case_noted", "case_labelled", "case_unlabelled", "contact_kept")


class Elsewhere:
    """Looks every other second."""

    def __init__(self, store: Store, seconds: float = SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="elsewhere", daemon=True)
        self._seen = store.events.written()

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(self._seconds)

    def _run(self) -> None:
        while not self._closed.wait(self._seconds):
            try:
                found, self._seen = self._store.events.written_elsewhere(self._seen)
                for event in found:
                    self._tell(event)
            except UserError:
                logger.exception("what others wrote is looked for again")
        self._store.close()

    def _tell(self, event: Event) -> None:
        happening = self._happening(event)
        if happening:
            self._store.broker.publish(happening)
        for person in _called(event):
            self._store.broker.publish(Happening("call", event.subject, {"person": person}))

    def _happening(self, event: Event) -> Happening | None:
        if event.kind == "conversation_deleted":
            return Happening("case", event.subject, {"status": "deleted"})
        if event.kind == "agent_message":
            return self._message(event)
        if event.kind == "pack_changed":
            return Happening("pack", "", {"file": event.subject, "change": int(str(event.detail["change"]))})
        if event.kind == "setting_changed":
            return Happening("setting", "", {"name": event.subject})
        if event.kind in MARKS:
            return Happening("note", event.subject)
        return self._case(event) if event.kind in CHANGES else None

    def _message(self, event: Event) -> Happening | None:
        try:
            message = self._store.conversations.message(str(event.detail["message"]))
        except NotFoundError:
            return None
        told = {"message": message.id, "role": message.role, "author": message.author}
        return Happening("message", event.subject, told)

    def _case(self, event: Event) -> Happening | None:
        try:
            case = self._store.cases.get(event.subject)
        except NotFoundError:
            return None
        told = {"status": case.status, "was": None, "holder": case.holder, "name": case.holder_name}
        return Happening("case", event.subject, told)


def _called(event: Event) -> list[str]:
    """The ids of the staff who are called to a case."""
    if event.kind == "case_transferred":
        return [str(event.detail["holder"])]
    mentions = event.detail["mentions"] if event.kind == "case_noted" else []
    return [str(one) for one in mentions] if isinstance(mentions, list) else []
