"""The tab Playground: one question, two versions, nothing stored."""

from collections.abc import Callable

import pytest

from chatbot.store import Store
from chatbot.store.versions import BASE
from tests.training.console.made import add_version
from tests.training.console.tabs.conftest import Operators
from training.console.tabs import playground
from training.console.tabs.playground import Players, ReplyShape
from training.console.tabs.tab import Tab

API = "/operate/api/playground"
QUESTION = "How many working days does delivery to Germany take?"


@pytest.fixture
def operators(serving: Callable[[Tab], Operators]) -> Operators:
    return serving(Tab("playground", "Playground", playground.routes))


def test_two_versions_answer_the_same_question(operators: Operators, store: Store) -> None:
    version = add_version(store)
    client = operators.client()
    players = Players.model_validate(client.get(API).json())
    assert (players.first, players.second) == (BASE, version.name)
    assert [(one.title, one.loaded) for one in players.versions] == [("v1", False), ("Base model", True)]
    for name in (players.first, players.second):
        answer = client.post(f"{API}/ask", json={"question": QUESTION, "version": name})
        reply = ReplyShape.model_validate(answer.json())
        assert reply.version == name and "6 working days" in reply.text
        assert any(source.used for source in reply.sources)
    assert Players.model_validate(client.get(API).json()).versions[0].loaded
    assert store.conversations.of(next(iter(store.people.staff()))) == []


def test_what_cannot_be_asked_is_refused(operators: Operators) -> None:
    client = operators.client()
    assert client.post(f"{API}/ask", json={"question": " ", "version": BASE}).status_code == 400
    assert client.post(f"{API}/ask", json={"question": QUESTION, "version": "none"}).status_code == 404
    assert operators.client(None).post(f"{API}/ask", json={"question": QUESTION, "version": BASE}).status_code == 403
