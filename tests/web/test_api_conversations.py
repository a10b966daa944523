"""`/v1` goes on in a conversation, tells who has it, and gives it to nobody else; a person's words come through it."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from chatbot.desk.sent_files import told_file
from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.store.uploads import Content
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from chatbot.web.api_conversations import handoff_of
from tests.conftest import Serve, desk_of
from tests.event_reader import EventReader

QUESTION = "How long may I return a lamp?"


@pytest.fixture
def http(session: Session, access: Access, serve: Serve) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    with httpx.Client(base_url=serve(app), timeout=60) as client:
        yield client


@pytest.fixture
def agent(session: Session) -> Person:
    return session.store.people.add_staff("Ada", "agent", "a long enough password")


def ask(http: httpx.Client, text: str, conversation: str = "", **more: object) -> httpx.Response:
    body = {"model": "champion", "messages": [{"role": "user", "content": text}], "conversation": conversation}
    return http.post("/v1/chat/completions", json=body | more)


def test_a_person_takes_over_and_is_heard_over_the_api(http: httpx.Client, session: Session, agent: Person) -> None:
    first = ask(http, QUESTION).json()
    talk = first["conversation"]
    assert "handoff" not in first
    called = ask(http, "let me speak to a human", talk).json()
    assert called["conversation"] == talk
    handoff = called["handoff"]
    assert (handoff["status"], handoff["holder"], handoff["position"]) == ("waiting", None, 1) and handoff["since"]
    assert called["choices"][0]["handoff"] == "asked for a person"
    with EventReader(http, f"/v1/conversations/{talk}/events") as events:
        session.store.cases.write(talk, agent, "Hello, I am Ada.")
        told = events.wait(lambda event: event["kind"] == "message")
        assert told["detail"]["role"] == "agent" and "author" not in told["detail"]
    silent = ask(http, "Are you there?", talk).json()
    assert silent["choices"][0]["message"]["content"] == "" and silent["choices"][0]["finish_reason"] == "stop"
    assert (silent["handoff"]["status"], silent["handoff"]["holder"], silent["handoff"]["position"]) == (
        "held",
        "Ada",
        None,
    )
    read = http.get(f"/v1/conversations/{talk}").json()
    assert [(one["role"], one["name"]) for one in read["messages"]][-2:] == [("agent", "Ada"), ("user", None)]
    assert all(one["files"] == [] for one in read["messages"])
    assert read["handoff"]["status"] == "held" and read["title"] == QUESTION
    session.store.cases.release(talk, agent)
    assert handoff_of(session, talk) is None
    assert ask(http, QUESTION, talk).json()["choices"][0]["message"]["content"]


def test_what_was_sent_is_told_with_where_the_staff_get_it(http: httpx.Client, session: Session) -> None:
    talk = ask(http, QUESTION).json()["conversation"]
    conversation = session.store.conversations.get(talk)
    visitor = session.store.people.visitor(conversation.person)
    bill = session.store.uploads.add(visitor, "bill.pdf", "application/pdf", Content(b"%PDF"))
    *_, _ = session.say(visitor, "Look at this", talk, uploads=[bill.id])
    messages = http.get(f"/v1/conversations/{talk}").json()["messages"]
    assert [one["files"] for one in messages if one["files"]] == [[told_file(bill)]]


def test_a_stream_tells_the_conversation_first_and_the_handoff_last(http: httpx.Client) -> None:
    lines = ask(http, "let me speak to a human", stream=True).text.split("\n\n")
    assert '"conversation":' in lines[0] and '"status": "waiting"' in lines[-3]
    assert "[DONE]" in lines[-2]


def test_a_conversation_is_its_callers_alone(http: httpx.Client, session: Session) -> None:
    token = {"authorization": f"Bearer {session.store.keys.add('shop', 'app')}"}
    http.headers.update(token)
    talk = ask(http, QUESTION, user="ann").json()["conversation"]
    assert http.get(f"/v1/conversations/{talk}", params={"user": "ann"}).status_code == 200
    for user in ("", "ben"):
        for path in (f"/v1/conversations/{talk}", f"/v1/conversations/{talk}/events"):
            assert http.get(path, params={"user": user}).status_code == 404
        assert ask(http, QUESTION, talk, user=user).status_code == 404
    assert http.get("/v1/conversations/nothing").json()["error"]["message"].startswith("conversation 'nothing'")
