"""People at a running server: they ask, rate, correct and approve over HTTP, and write down what they got an OK for."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.crashes.house import House
from benchmarks.crashes.ledger import Promise, row
from benchmarks.crashes.striking import Habit
from chatbot.records import new_id

PREFIX = "chatcmpl-"
QUESTION = "How long may I return a lamp? My order is {}"
PEOPLE = 3
PATIENCE = 60.0
KINDS = ("message", "rating", "approval")


class Traffic:
    """Some people, each of whom does one thing after the other until it is over."""

    def __init__(self, url: str, house: House, habits: dict[str, Habit], seed: int) -> None:
        self.faults: list[str] = []
        self._url, self._house, self._habits, self._chance = url, house, habits, random.Random(seed)
        self._over = threading.Event()
        self._begun = {kind: threading.Event() for kind in KINDS}
        self._people = [threading.Thread(target=self._person, args=(bool(n % 2),), daemon=True) for n in range(PEOPLE)]

    def __enter__(self) -> "Traffic":
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for person in self._people:
            person.join()

    def wait_for(self, kind: str) -> None:
        """Wait until the next work of a kind is under way, and a time within it that chance draws."""
        self._begun[kind].clear()
        self._begun[kind].wait(PATIENCE)
        time.sleep(self._habits[kind].moment(self._chance))

    def end(self) -> None:
        """From now on the server may be dead."""
        self._over.set()

    def _person(self, streams: bool) -> None:
        try:
            with httpx.Client(base_url=self._url, timeout=PATIENCE) as http:
                while not self._over.is_set():
                    self._round(http, streams)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            if not self._over.is_set():
                self.faults.append(f"a client was refused: {type(error).__name__}: {error}")

    def _round(self, http: httpx.Client, streams: bool) -> None:
        question = QUESTION.format(new_id())
        with self._doing("message"):
            reply, token, text = self._listen(http, question) if streams else self._ask(http, question)
            self._told(_stored(reply, question, text))
        with self._doing("rating"):
            self._post(http, "/v1/feedback", {"id": reply, "rating": "like", "token": token})
            self._told(row("feedback", message=reply, kind="rating", value="like"))
        key = {"Authorization": f"Bearer {self._house.key}"}
        correction = f"The answer to {question}"
        self._post(http, "/v1/feedback", {"id": reply, "correction": correction}, key)
        self._told(row("feedback", message=reply, kind="correction", correction=correction))
        with self._doing("approval"):
            self._approve(http, reply, question, f"Approved: {question}")
            self._told(row("answers", message=reply, query=question, response=f"Approved: {question}", active=1))

    def _ask(self, http: httpx.Client, question: str) -> tuple[str, str, str]:
        told = self._post(http, "/v1/chat/completions", _body(question)).json()
        return told["id"].removeprefix(PREFIX), told["feedback_token"], told["choices"][0]["message"]["content"]

    def _listen(self, http: httpx.Client, question: str) -> tuple[str, str, str]:
        reply = token = text = ""
        body = _body(question) | {"stream": True}
        with http.stream("POST", "/v1/chat/completions", json=body) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if not line.startswith("data: {"):
                    continue
                piece = json.loads(line[6:])
                if not reply:
                    reply, token = piece["id"].removeprefix(PREFIX), piece["feedback_token"]
                    self._told(row("messages", id=reply, role="assistant"))
                text += piece["choices"][0]["delta"].get("content") or "" if piece["choices"] else ""
        return reply, token, text

    def _approve(self, http: httpx.Client, reply: str, question: str, answer: str) -> None:
        body: dict[str, object] = {"question": question, "answer": answer}
        self._post(http, f"/review/api/messages/{reply}/approve", body, self._house.staff)

    def _post(
        self, http: httpx.Client, path: str, body: dict[str, object], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        http.cookies.clear()
        return http.post(path, json=body, headers=headers).raise_for_status()

    def _told(self, promise: Promise) -> None:
        self._house.ledger.add(promise)

    @contextmanager
    def _doing(self, kind: str) -> Iterator[None]:
        self._begun[kind].set()
        began = time.monotonic()
        yield
        self._habits[kind].learn(time.monotonic() - began, 0)


def _body(question: str) -> dict[str, object]:
    return {"model": "champion", "messages": [{"role": "user", "content": question}]}


def _stored(reply: str, question: str, text: str) -> Promise:
    query = (
        "select 1 from messages join messages as asked on asked.id = messages.parent "
        "where messages.id = ? and messages.content = ? and messages.status = 'complete' and asked.content = ?"
    )
    return Promise(f"the reply {reply} to {question!r}", query, (reply, text, question))
