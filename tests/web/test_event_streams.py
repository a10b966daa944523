"""What happens is pushed to the visitor of a conversation and to the staff, and to nobody else; who left is told."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from chatbot.broker import Happening
from chatbot.desk.presence import MOST_STREAMS
from chatbot.web.event_streams import shown_to_visitor
from tests.conftest import Serve
from tests.event_reader import EventReader
from tests.product import PASSWORD, build_product

BODY = {"model": "champion", "messages": [{"role": "user", "content": "How long may I return a lamp?"}]}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return build_product(tmp_path_factory.mktemp("events"), agent_grace_seconds=1, typing_rate="3/minute")


@pytest.fixture(scope="module")
def url(product: FastAPI, serve_module: Serve) -> str:
    return serve_module(product)


@pytest.fixture
def visitor(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        client.get("/")
        yield client


@pytest.fixture
def anna(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        client.post("/login", data={"name": "Anna", "password": PASSWORD})
        yield client


def asked(visitor: httpx.Client, anna: httpx.Client) -> str:
    """The conversation of a question."""
    assert visitor.post("/v1/chat/completions", json=BODY).status_code == 200
    return str(anna.get("/review/api/cases", params={"order": "latest"}).json()["items"][0]["conversation"])


def called(visitor: httpx.Client) -> str:
    """A conversation that waits for a person."""
    asked_for = BODY | {"messages": [{"role": "user", "content": "let me speak to a human"}]}
    return str(visitor.post("/v1/chat/completions", json=asked_for).json()["conversation"])


def test_both_sides_are_told_at_once_and_each_what_they_may_know(visitor: httpx.Client, anna: httpx.Client) -> None:
    conversation = asked(visitor, anna)
    case = f"/review/api/cases/{conversation}"
    with (
        EventReader(anna, "/review/events") as staff,
        EventReader(visitor, "/events", conversation=conversation) as own,
    ):
        there = staff.wait(lambda event: event["kind"] == "presence" and event["conversation"] == conversation)
        assert there["detail"] == {"who": "visitor", "there": True}
        assert anna.get(case).json()["case"]["there"] is True
        assert anna.post(f"{case}/claim", json={}).status_code == 200
        held = own.wait(lambda event: event["kind"] == "case")
        assert held["detail"] == {"status": "held", "was": "open", "name": "Anna"}
        assert staff.wait(lambda event: event["kind"] == "case")["detail"]["holder"]
        assert anna.post(f"{case}/typing").status_code == 204
        assert own.wait(lambda event: event["kind"] == "typing")["detail"] == {"who": "agent", "name": "Anna"}
        assert visitor.post("/typing", json={"conversation": conversation}).status_code == 204
        staff.wait(lambda event: event["kind"] == "typing" and event["detail"]["who"] == "visitor")
        anna.post(f"{case}/note", json={"text": "for colleagues only"})
        staff.wait(lambda event: event["kind"] == "note")
        written = anna.post(f"{case}/message", json={"text": "Hello, I am Anna."}).json()["messages"][-1]
        told = own.wait(lambda event: event["kind"] == "message")
        assert told["detail"] == {"message": written["id"], "role": "agent"}
        assert "note" not in own.kinds()
    with EventReader(anna, "/review/events") as staff:
        staff.wait(lambda event: event["detail"].get("there") is False and event["conversation"] == conversation)


def test_a_case_returns_to_the_queue_when_its_agent_closes_the_inbox(visitor: httpx.Client, anna: httpx.Client) -> None:
    conversation = asked(visitor, anna)
    with EventReader(visitor, "/events", conversation=conversation) as own:
        with EventReader(anna, "/review/events"):
            anna.post(f"/review/api/cases/{conversation}/claim", json={})
        back = own.wait(lambda event: event["kind"] == "case" and event["detail"]["status"] == "waiting")
        assert back["detail"]["was"] == "held"


def test_who_waits_hears_of_another_place_and_the_staff_do_not(visitor: httpx.Client, anna: httpx.Client) -> None:
    first, second = (called(visitor) for _ in range(2))
    with (
        EventReader(anna, "/review/events") as staff,
        EventReader(visitor, "/events", conversation=second) as own,
    ):
        before = visitor.get(f"/v1/conversations/{second}").json()["handoff"]["position"]
        anna.post(f"/review/api/cases/{first}/claim", json={})
        moved = {"kind": "queue", "conversation": second, "detail": {"position": before - 1}}
        own.wait(lambda event: event == moved)
        anna.post(f"/review/api/cases/{second}/close", json={})
        staff.wait(lambda event: event["kind"] == "case" and event["conversation"] == second)
        assert "queue" not in staff.kinds()


def test_nobody_hears_of_conversations_of_others(url: str, visitor: httpx.Client, anna: httpx.Client) -> None:
    conversation = asked(visitor, anna)
    with httpx.Client(base_url=url, timeout=60) as stranger:
        for cookies in (False, True):
            if cookies:
                stranger.get("/")
            assert stranger.get("/events", params={"conversation": conversation}).status_code == 404
            assert stranger.post("/typing", json={"conversation": conversation}).status_code == 404
        assert stranger.get("/review/events").status_code == 401
    assert visitor.get("/review/events").status_code == 401


def test_a_page_says_only_so_often_that_its_visitor_types(visitor: httpx.Client, anna: httpx.Client) -> None:
    told = {"conversation": asked(visitor, anna)}
    assert [visitor.post("/typing", json=told).status_code for _ in range(4)] == [204] * 3 + [429]
    refused = visitor.post("/typing", json=told)
    assert "3 signs of typing in a minute" in refused.json()["detail"] and int(refused.headers["retry-after"]) > 0


def test_a_visitor_opens_only_so_many_streams(visitor: httpx.Client, anna: httpx.Client) -> None:
    conversation = asked(visitor, anna)
    readers = [EventReader(visitor, "/events", conversation=conversation) for _ in range(MOST_STREAMS)]
    for reader in readers:
        reader.__enter__()
    refused = visitor.get("/events", params={"conversation": conversation})
    assert refused.status_code == 429 and "close one" in refused.json()["detail"]
    for reader in readers:
        reader.__exit__()


def test_what_a_visitor_is_told_has_no_ids_of_the_staff() -> None:
    told = shown_to_visitor(Happening("case", "c", {"status": "held", "holder": "4711", "name": "Anna"}))
    assert told.as_dict() == {"kind": "case", "conversation": "c", "detail": {"status": "held", "name": "Anna"}}
