"""Tells a webhook what happens to cases, in a thread of its own, so that an address that never answers delays nobody.

What is not received is tried again after ever longer pauses, for two days; the pauses survive a restart. Deliveries may
come twice or in another order: each has an id, and says how the case stands when it is sent.
"""

import json
import logging
import threading
import time
from datetime import datetime, timedelta

import httpx2

from chatbot.desk.sent_files import told_file
from chatbot.desk.signing import signed_headers
from chatbot.errors import NotFoundError, UserError
from chatbot.records import now
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.webhooks import Delivery

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0, 6 * 3600.0, 14 * 3600.0, 24 * 3600.0)
TIMEOUT_SECONDS = 10.0
LONGEST_WAIT = 60.0
AT_ONCE = 50


class Deliverer:
    """Empties the outbox."""

    def __init__(self, settings: Settings, store: Store, pauses: tuple[float, ...] = PAUSES) -> None:
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        self._store = store
        self._pauses = pauses
        self._wake, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Tell the webhook of the settings from now on; nobody where there is none."""
        self._store.webhooks.tell(self._url)
        if self._url:
            self._stop_listening = self._store.broker.listen(lambda happening: self._wake.set())
            self._thread.start()

    def close(self) -> None:
        """Send nothing more; what is left is sent after the next start."""
        self._closed.set()
        self._wake.set()
        if self._thread.is_alive():
            self._stop_listening()
            self._thread.join(TIMEOUT_SECONDS)

    def _run(self) -> None:
        with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            while not self._closed.is_set():
                self._wake.clear()
                try:
                    for delivery in self._store.webhooks.due(AT_ONCE):
                        if self._closed.is_set():
                            break
                        self._deliver(client, delivery)
                    self._wake.wait(self._pause())
                except UserError:
                    logger.exception("webhooks wait for the database")
                    self._closed.wait(self._pauses[0])
        self._store.close()

    def _pause(self) -> float:
        """Seconds until something is due."""
        next_at = self._store.webhooks.next_at()
        if next_at is None:
            return LONGEST_WAIT
        left = (datetime.fromisoformat(next_at) - datetime.fromisoformat(now())).total_seconds()
        return min(max(left, 0.0), LONGEST_WAIT)

    def _deliver(self, client: httpx2.Client, delivery: Delivery) -> None:
        body = self._body(delivery)
        if body is None:
            self._store.webhooks.delivered(delivery)
            return
        headers = signed_headers(self._secret, delivery.id, int(time.time()), body)
        try:
            received = client.post(delivery.url, content=body, headers=headers).is_success
        except httpx2.HTTPError as error:
            logger.warning("webhook %s: %s", delivery.url, type(error).__name__)
            received = False
        if received:
            self._store.webhooks.delivered(delivery)
        elif delivery.tries >= len(self._pauses):
            self._store.webhooks.give_up(delivery)
        else:
            due = datetime.fromisoformat(now()) + timedelta(seconds=self._pauses[delivery.tries])
            self._store.webhooks.postpone(delivery, due.isoformat(timespec="microseconds"))

    def _body(self, delivery: Delivery) -> bytes | None:
        """What is told, as things stand now; None of what was deleted meanwhile."""
        try:
            case = self._store.cases.get(delivery.conversation)
            message = self._store.conversations.message(delivery.message) if delivery.message else None
        except NotFoundError:
            return None
        told: dict[str, object] = {
            "conversation": case.conversation,
            "title": case.title,
            "status": case.status,
            "reason": case.reason,
            "holder": case.holder_name or None,
            "position": self._store.cases.queue_position(case.conversation) or None,
            "since": case.waiting_since,
            "contact": case.contact or None,
        }
        if message:
            told["message"] = {
                "id": message.id,
                "role": message.role,
                "name": self._store.people.name_of(message.author) or None,
                "content": message.content,
                "created_at": message.created_at,
                "files": [told_file(upload) for upload in self._store.uploads.sent_with(message.id)],
            }
        return json.dumps({"type": delivery.kind, "timestamp": delivery.at, "data": told}).encode()
