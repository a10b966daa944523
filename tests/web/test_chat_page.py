"""What the chat page answers where the browser's questions cross each other on the way."""

from collections.abc import Iterable
from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.session import Session, Update
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_events import SAME, ChatEvents


@pytest.fixture
def events(session: Session, access: Access) -> ChatEvents:
    return ChatEvents(session, access)


def ended(updates: Iterable[Update]) -> Update:
    *_, update = updates
    return update


def test_a_late_tick_does_not_bring_back_the_chat_that_was_left(
    session: Session, access: Access, events: ChatEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="tab", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    first, second = (ended(session.say(visitor, text)).conversation for text in ("Hello", "Do you sell lamps?"))
    events.load(first, request)
    view, on_view, *_ = events.open(gr.EventData(None, {"conversation": second}), request)
    assert (view["conversation"], on_view) == (second, second)
    assert events.tick(first, request)[1:] == (SAME,) * 3
    assert events.tick(second, request)[1:] == (SAME,) * 3
    ended(session.say(visitor, "And shades?", second))
    assert events.tick(second, request)[2] == second
    events.fresh(request)
    assert events.tick(second, request)[1:] == (SAME,) * 3


def test_a_page_older_than_the_server_is_brought_up_to_date(
    session: Session, access: Access, events: ChatEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="old", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    conversation = ended(session.say(visitor, "Hello")).conversation
    assert events.tick(conversation, request)[2] == conversation


def test_what_overtook_the_end_of_a_reply_is_put_right_by_the_next_tick(
    session: Session, access: Access, events: ChatEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="slow", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    *_, (view, conversation, *_) = events.ask("Hello", None, request)
    again = events.tick(conversation, request)
    assert again[1:3] == (view, conversation)
    assert events.tick(conversation, request)[1:] == (SAME,) * 3
