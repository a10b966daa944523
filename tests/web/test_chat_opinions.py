"""What visitors say of replies is stored for their own ones, and told back as it is stored."""

from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.session import Session
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_opinions import OpinionEvents
from chatbot.web.chat_screen import Screen
from chatbot.web.chat_view import conversation_view


def test_whether_a_talk_helped_is_stored_once_and_by_its_visitor_alone(session: Session, access: Access) -> None:
    opinions = OpinionEvents(Screen(session, access))
    person, stranger = session.store.people.add_visitor(), session.store.people.add_visitor()
    *_, whole = session.say(person, "what does sending back cost")

    def say(who: str, value: str) -> None:
        cookies = {VISITOR_COOKIE: access.visitor_token(who)}
        request = SimpleNamespace(session_hash=who, cookies=cookies, headers={}, client=None)
        opinions.helped(gr.EventData(None, {"message": whole.message, "value": value}), request)

    assert conversation_view(session.store, person, whole.conversation)["helped"] is None
    for value, stored in (("no", False), ("yes", True)):
        say(person.id, value)
        assert conversation_view(session.store, person, whole.conversation)["helped"] is stored
    with pytest.warns(UserWarning, match="does not exist"):
        say(stranger.id, "no")
    (kept,) = session.store.feedback.on(whole.message)
    assert (kept.kind, kept.value, kept.person) == ("helped", "helped", person.id)
