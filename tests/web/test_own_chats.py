"""What a visitor takes with them: all of theirs, nothing of anybody else's."""

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.store.uploads import Content
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.own_chats import own_chats_routes, readable, zone_of
from tests.conftest import Serve


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(own_chats_routes(session, access))
    return serve(app)


def test_all_of_mine_and_nothing_of_others(session: Session, access: Access, url: str) -> None:
    person, other = session.store.people.add_visitor(), session.store.people.add_visitor()
    *_, first = session.say(person, "what does sending back cost")
    list(session.regenerate(person, first.message))
    session.store.feedback.rate(first.message, person, "dislike", ["Wrong"], "It is £4")
    list(session.say(other, "a secret of somebody else"))
    cookies = {VISITOR_COOKIE: access.visitor_token(person.id)}
    answer = httpx.get(f"{url}/chats.json", cookies=cookies)
    assert answer.headers["content-disposition"] == 'attachment; filename="chats.json"'
    assert "no-store" in answer.headers["cache-control"] and "secret" not in answer.text
    (chat,) = json.loads(answer.text)["conversations"]
    question, *replies = chat["messages"]
    assert question["text"] == "what does sending back cost" and question["author"] == "You"
    assert [reply["parent"] for reply in replies] == [question["id"]] * 2
    assert replies[0]["opinions"] == [{"value": "dislike", "reasons": ["Wrong"], "comment": "It is £4"}]
    assert replies[0]["sources"] == ["Returns › Price"]
    photo = session.store.uploads.add(person, "lamp.jpg", "image/jpeg", Content(b"picture"), 4, 3)
    list(session.say(person, "Look", first.conversation, uploads=[photo.id]))
    (told,) = (one for one in json.loads(httpx.get(f"{url}/chats.json", cookies=cookies).text)["conversations"])
    assert [file["id"] for message in told["messages"] for file in message["files"]] == [photo.id]
    agent = session.store.people.add_staff("Anna", "agent", "correct horse battery")
    session.store.cases.write(first.conversation, agent, "Hello, I am Anna.")
    text = httpx.get(f"{url}/chats.txt", cookies=cookies).text
    assert "File: lamp.jpg" in text
    assert text.startswith("Your chats, saved on ") and "times those of the zone UTC." in text
    assert re.search(r"\nAnna, \d+ \w+ 20\d\d, \d\d:\d\d\nHello, I am Anna\.", text)
    assert "\nYou, " in text and "A return costs £3.50." in text and "Source: Returns › Price" in text
    assert "secret" not in text and "What is remembered" not in text


def test_what_is_remembered_is_taken_along(session: Session, access: Access, url: str) -> None:
    person = session.store.people.add_visitor()
    session.store.memories.consent(person, True)
    session.store.memories.remember(person, {"name": "Ada"})
    cookies = {VISITOR_COOKIE: access.visitor_token(person.id)}
    told = json.loads(httpx.get(f"{url}/chats.json", cookies=cookies).text)
    assert (told["remembers"], told["remembered"]) == (True, {"name": "Ada"})
    assert "What is remembered of you" in httpx.get(f"{url}/chats.txt", cookies=cookies).text


def test_times_are_those_of_the_readers_zone_which_is_named(session: Session) -> None:
    person = session.store.people.add_visitor()
    list(session.say(person, "Hello"))
    text = readable(session.store, person, "Lamps", zone_of("Asia/Kolkata"))
    asked = session.store.conversations.messages(session.store.conversations.of(person)[0].id)[0]
    there = datetime.fromisoformat(asked.created_at).astimezone(ZoneInfo("Asia/Kolkata"))
    assert "zone Asia/Kolkata" in text and f"{there:%H:%M}\nHello" in text
    assert [zone_of(name) for name in ("", "Nowhere/Land", "../etc/passwd")] == [UTC] * 3


@pytest.mark.parametrize("cookie", [None, "forged"])
def test_without_a_cookie_there_is_nothing(url: str, cookie: str | None) -> None:
    cookies = {VISITOR_COOKIE: cookie} if cookie else {}
    assert json.loads(httpx.get(f"{url}/chats.json", cookies=cookies).text)["conversations"] == []
    assert "There are none." in httpx.get(f"{url}/chats.txt", cookies=cookies).text
