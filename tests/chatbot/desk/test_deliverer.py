"""Webhooks over a real connection: signed, tried again under the same id, after a restart too, and delaying nobody."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from chatbot.desk.deliverer import Deliverer
from chatbot.desk.sent_files import told_file
from chatbot.desk.signing import key_of, signed_headers
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.store.sqlite.store import SqliteStore
from chatbot.store.uploads import Content
from tests.events import latest

SECRET = "a secret of some length"


class Receiver:
    """A server that notes what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.received: list[tuple[dict[str, str], bytes]] = []
        self._told = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver._told:
                    receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    receiver._told.notify_all()
                    status = receiver.statuses.pop(0) if receiver.statuses else 204
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait(self, count: int) -> list[dict[str, Any]]:
        """What was received, once it is so much."""
        with self._told:
            assert self._told.wait_for(lambda: len(self.received) >= count, 10), self.received
            return [json.loads(body) for _, body in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.thread.join()
    receiver.server.server_close()


Deliver = Callable[..., Deliverer]


@pytest.fixture
def deliver(store: SqliteStore) -> Iterator[Deliver]:
    started: list[Deliverer] = []

    def start(url: str, pauses: tuple[float, ...] = (0.01,)) -> Deliverer:
        settings = load_settings(webhook_url=url, webhook_secret=SECRET)
        started.append(Deliverer(settings, store, pauses))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def conversation(store: SqliteStore, visitor: Person) -> str:
    started = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(started, None, "Where is my lamp?")
    return started.id


def say(store: SqliteStore, conversation: str, text: str, *uploads: str) -> None:
    found = store.conversations.get(conversation)
    with store.transaction():
        message = store.conversations.add_user_message(found, found.head, text, held=True)
        store.uploads.attach(uploads, message, store.people.visitor(found.person))


def emptied(store: SqliteStore) -> bool:
    """Whether nothing is left to send, soon after the last answer."""
    deadline = time.monotonic() + 10
    while store.webhooks.next_at() and time.monotonic() < deadline:
        time.sleep(0.01)
    return store.webhooks.next_at() is None


def test_what_happens_to_a_case_is_told_in_signed_words(
    store: SqliteStore, agent: Person, visitor: Person, conversation: str, receiver: Receiver, deliver: Deliver
) -> None:
    deliver(receiver.url)
    say(store, conversation, "The bot answers this, and nobody is told")
    store.cases.hand_off(conversation, "visitor:v", "asked for a person")
    waiting = receiver.wait(1)[0]
    assert waiting["type"] == "case.waiting"
    assert (waiting["data"]["conversation"], waiting["data"]["position"]) == (conversation, 1)
    store.cases.write(conversation, agent, "Hello, I am Ada.")
    photo = store.uploads.add(visitor, "lamp.jpg", "image/jpeg", Content(b"whole", b"small"))
    say(store, conversation, "At last", photo.id)
    store.cases.close(conversation, agent)
    told = sorted(receiver.wait(5), key=lambda one: one["timestamp"])
    assert [one["type"] for one in told] == ["case.waiting", "case.held", "case.message", "case.message", "case.done"]
    words = [(one["data"]["message"]["name"], one["data"]["message"]["content"]) for one in told[2:4]]
    assert words == [("ada", "Hello, I am Ada."), (None, "At last")]
    assert [one["data"]["message"]["files"] for one in told[2:4]] == [[], [told_file(photo)]]
    for headers, body in receiver.received:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 5
    assert emptied(store)


def test_what_was_not_received_is_told_again_under_the_same_id_even_after_a_restart(
    store: SqliteStore, conversation: str, receiver: Receiver, deliver: Deliver
) -> None:
    receiver.statuses = [500, 302]
    first = deliver(receiver.url, (0.01, 0.3, 1.0))
    store.cases.hand_off(conversation, "visitor:v", "asked for a person")
    receiver.wait(2)
    first.close()
    deliver(receiver.url, (0.01, 0.3, 1.0))
    receiver.wait(3)
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1


def test_what_is_never_received_is_given_up_and_said_so(
    store: SqliteStore, conversation: str, receiver: Receiver, deliver: Deliver
) -> None:
    receiver.statuses = [500] * 9
    deliver(receiver.url, (0.01, 0.01))
    store.cases.hand_off(conversation, "visitor:v", "asked for a person")
    receiver.wait(3)
    assert emptied(store)
    assert len(receiver.received) == 3
    assert [event.detail for event in latest(store, ("webhook_given_up",), 9)] == [{"what": "case.waiting"}]


def test_an_address_that_never_answers_delays_nobody(
    store: SqliteStore, agent: Person, conversation: str, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.desk.deliverer.TIMEOUT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deliver(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        store.cases.hand_off(conversation, "visitor:v", "asked for a person")
        connection, _ = silent.accept()
        with connection:
            began = time.monotonic()
            store.cases.claim(conversation, agent)
            store.cases.write(conversation, agent, "Hello")
            assert time.monotonic() - began < 1


def test_without_a_webhook_nothing_is_kept_and_of_what_was_deleted_nothing_is_told(
    store: SqliteStore, conversation: str, receiver: Receiver, deliver: Deliver
) -> None:
    store.cases.hand_off(conversation, "visitor:v", "asked for a person")
    assert store.webhooks.next_at() is None
    store.webhooks.tell(receiver.url)
    say(store, conversation, "Hello?")
    assert [one.kind for one in store.webhooks.due(9)] == ["case.message"]
    store.erasures.erase(store.erasures.traces([conversation]), "visitor:v")
    assert store.webhooks.next_at() is None
    store.webhooks.tell("")
    assert receiver.received == []


def test_a_secret_may_be_written_as_the_standard_has_it() -> None:
    assert key_of("whsec_c2VjcmV0") == b"secret" and key_of("secret") == b"secret"
    headers = signed_headers("whsec_c2VjcmV0", "msg_1", 7, b"{}")
    assert headers == signed_headers("secret", "msg_1", 7, b"{}")
