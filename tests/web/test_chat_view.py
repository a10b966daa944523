"""What the chat page shows, made from the store."""

import pytest

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.errors import NotFoundError
from chatbot.records import Person
from chatbot.web.chat_view import (
    WITH_BOT,
    conversation_view,
    empty_view,
    fingerprint,
    history_view,
    opening_view,
    status_view,
    with_update,
)


@pytest.fixture
def visitor(session: Session) -> Person:
    return session.store.people.add_visitor()


@pytest.fixture
def reply(session: Session, visitor: Person) -> Update:
    *_, whole = session.say(visitor, "what does sending back cost")
    return whole


def test_a_conversation_with_its_sources_and_ratings(session: Session, visitor: Person, reply: Update) -> None:
    session.store.feedback.rate(reply.message, visitor, "like", [], None)
    view = conversation_view(session.store, visitor, reply.conversation)
    asked, answered = view["items"]
    assert (asked["role"], asked["text"]) == ("user", "what does sending back cost")
    assert (answered["id"], answered["rating"], answered["status"]) == (reply.message, "like", "complete")
    assert "A return costs £3.50." in [source["text"] for source in answered["sources"]]
    assert answered["siblings"] == [reply.message] and answered["act"] == "answer" and asked["at"] < answered["at"]
    with pytest.raises(NotFoundError):
        conversation_view(session.store, session.store.people.add_visitor(), reply.conversation)


def test_a_question_stands_below_the_branch_until_its_reply_begins(
    session: Session, visitor: Person, reply: Update
) -> None:
    view = opening_view(session.store, visitor, reply.conversation, reply.message, "And lamps?")
    assert [item["text"] for item in view["items"]][2:] == ["And lamps?", ""]
    assert view["busy"] and view["items"][-1]["status"] == "streaming"
    newest = with_update(view, Update(reply.conversation, "m", "Yes", False, reply.trace))
    assert newest["items"][-1]["text"] == "Yes" and view["items"][-1]["text"] == ""


def test_a_branch_that_changed_has_another_fingerprint(session: Session, visitor: Person, reply: Update) -> None:
    conversations = session.store.conversations
    before = fingerprint(session.store, conversations.get(reply.conversation))
    list(session.regenerate(visitor, reply.message))
    assert fingerprint(session.store, conversations.get(reply.conversation)) != before


def test_the_list_of_conversations_is_the_visitors_own(session: Session, visitor: Person, reply: Update) -> None:
    view = history_view(session.store, visitor, reply.conversation)
    assert [item["id"] for item in view["items"]] == [view["current"]] == [reply.conversation]
    assert history_view(session.store, None, None) == {"current": None, "items": []}
    assert empty_view() == {"conversation": None, "items": [], "busy": False, "case": WITH_BOT, "helped": None}


def test_the_status_names_no_version_and_no_learning(session: Session) -> None:
    session.store.versions.start_run("operator:ada", None)
    assert {name for name, shown in status_view(session).items() if shown} == {"at"}


def test_an_agents_words_bear_their_name_and_the_bot_shows_no_reply(
    session: Session, visitor: Person, reply: Update
) -> None:
    store, agent = session.store, session.store.people.add_staff("Anna", "agent", "correct horse battery")
    before = fingerprint(store, store.conversations.get(reply.conversation))
    store.cases.hand_off(reply.conversation, visitor.actor, "asked for a person")
    assert [item["waits"] for item in history_view(store, visitor, None)["items"]] == [True]
    waiting = conversation_view(store, visitor, reply.conversation)["case"]
    assert waiting == {"status": "waiting", "name": "", "position": 1, "contact": ""}
    store.cases.claim(reply.conversation, agent)
    assert fingerprint(store, store.conversations.get(reply.conversation)) != before
    store.cases.write(reply.conversation, agent, "Hello, I am Anna.")
    list(session.say(visitor, "Hello Anna", reply.conversation))
    view = conversation_view(store, visitor, reply.conversation)
    assert view["case"] == {"status": "held", "name": "Anna", "position": 0, "contact": ""}
    assert [(item["role"], item["author"], item["held"]) for item in view["items"][2:]] == [
        ("agent", "Anna", False),
        ("user", "", True),
    ]
    opening = opening_view(store, visitor, reply.conversation, view["items"][-1]["id"], "Are you there?")
    assert [item["role"] for item in opening["items"]][-2:] == ["user", "user"]
