"""Chats of the past: only the visitor's own are found, renamed and deleted."""

from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_history import HistoryEvents
from chatbot.web.chat_screen import Screen
from chatbot.web.chat_view import TitleView
from tests.web.conftest import database_of


@pytest.fixture
def history(session: Session, access: Access) -> HistoryEvents:
    return HistoryEvents(Screen(session, access))


def asker(access: Access, person: Person) -> SimpleNamespace:
    cookies = {VISITOR_COOKIE: access.visitor_token(person.id)}
    return SimpleNamespace(session_hash=person.id, cookies=cookies, headers={}, client=None)


def said(session: Session, person: Person, text: str) -> str:
    *_, whole = session.say(person, text)
    return whole.conversation


def event(**data: str) -> gr.EventData:
    return gr.EventData(None, data)


def found(history: HistoryEvents, words: str, request: SimpleNamespace) -> list[TitleView]:
    shown = history.search(event(words=words), request)["found"]
    assert isinstance(shown, dict)
    items: list[TitleView] = shown["items"]
    return items


def titles(frame: tuple[object, ...]) -> list[str]:
    view = frame[2]
    assert isinstance(view, dict)
    return [item["title"] for item in view["items"]]


def test_all_words_are_found_in_ones_own_chats(session: Session, access: Access, history: HistoryEvents) -> None:
    person, other = session.store.people.add_visitor(), session.store.people.add_visitor()
    for who in (person, other):
        said(session, who, "what does sending back cost")
        said(session, who, "price of delivery?")
    request = asker(access, person)
    assert [item["title"] for item in found(history, "costs 3.50", request)] == ["what does sending back cost"]
    own = {one.id for one in session.store.conversations.of(person)}
    assert {item["id"] for item in found(history, "cost", request)} == own
    for words in ("%", "_", "\\", "nothing like it", " "):
        assert found(history, words, request) == []
    assert found(history, "cost", SimpleNamespace(cookies={})) == []


def test_a_chat_keeps_the_name_that_its_visitor_gave(session: Session, access: Access, history: HistoryEvents) -> None:
    person = session.store.people.add_visitor()
    conversation = said(session, person, "Hello")
    request = asker(access, person)
    assert titles(history.rename(conversation, event(conversation=conversation, title=" My  lamp "), request)) == [
        "My lamp"
    ]
    *_, whole = session.say(person, "what does sending back cost", conversation)
    question = session.store.conversations.path(whole.message)[0]
    list(session.edit(person, question.id, "Hello again"))
    assert session.store.conversations.get(conversation).title == "My lamp"
    stranger = asker(access, session.store.people.add_visitor())
    for who, title in ((stranger, "Mine now"), (request, "  ")):
        with pytest.warns(UserWarning):
            history.rename(conversation, event(conversation=conversation, title=title), who)
    assert session.store.conversations.get(conversation).title == "My lamp"


def test_all_chats_of_a_visitor_go_and_no_others(session: Session, access: Access, history: HistoryEvents) -> None:
    person, other = session.store.people.add_visitor(), session.store.people.add_visitor()
    kept = said(session, other, "Hello")
    first, *_ = [said(session, person, "Hello") for _ in range(3)]
    frame = history.remove_all(first, asker(access, person))
    assert titles(frame) == [] and frame.conversation is None
    assert [row["id"] for row in database_of(session).rows("select id from conversations")] == [kept]
    with pytest.warns(UserWarning, match="does not exist"):
        history.remove(None, event(conversation=kept), asker(access, person))
    with pytest.warns(UserWarning, match="does not exist"):
        history.remove_all(None, SimpleNamespace(session_hash="x", cookies={}))
    assert session.store.conversations.get(kept)
