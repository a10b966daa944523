"""What the chat page answers where the browser's questions cross each other on the way."""

from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.session import Session
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_events import SAME, ChatEvents
from tests.chatbot.conftest import last


@pytest.fixture
def access(chat: Session) -> Access:
    return Access(chat.store, chat.settings.home / "key")


@pytest.fixture
def events(chat: Session, access: Access) -> ChatEvents:
    return ChatEvents(chat, access)


def test_a_late_tick_does_not_bring_back_the_chat_that_was_left(
    chat: Session, access: Access, events: ChatEvents
) -> None:
    visitor = chat.store.people.add_visitor()
    request = SimpleNamespace(session_hash="tab", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    first, second = (last(chat.say(visitor, text)).conversation for text in ("Hello", "Do you sell lamps?"))
    events.load(first, request)
    view, on_view, *_ = events.open(gr.EventData(None, {"conversation": second}), request)
    assert (view["conversation"], on_view) == (second, second)
    assert events.tick(first, request)[1:] == (SAME,) * 3
    assert events.tick(second, request)[1:] == (SAME,) * 3
    last(chat.say(visitor, "And shades?", second))
    assert events.tick(second, request)[2] == second
    events.fresh(request)
    assert events.tick(second, request)[1:] == (SAME,) * 3


def test_a_page_older_than_the_server_is_brought_up_to_date(chat: Session, access: Access, events: ChatEvents) -> None:
    visitor = chat.store.people.add_visitor()
    request = SimpleNamespace(session_hash="old", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    conversation = last(chat.say(visitor, "Hello")).conversation
    assert events.tick(conversation, request)[2] == conversation
