"""A draft answers the visitor's last message as the bot would, and nothing of it is stored."""

import pytest

from chatbot.dialogue.drafting import _without_promises, draft_reply
from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.store import Store
from tests.chatbot.conftest import OpenChat, last


def test_a_draft_answers_the_last_message_of_the_visitor(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    first = last(chat.say(visitor, "How many working days does delivery to Germany take?"))
    conversation = first.conversation
    store.cases.write(conversation, agent, "Hello, I am Ada.")
    head = store.conversations.get(conversation).head
    assert chat.draft(agent, conversation) == first.text
    assert store.conversations.get(conversation).head == head
    assert chat.admission.running == 0


def test_where_nothing_was_asked_there_is_no_draft(chat: Session, store: Store, visitor: Person, agent: Person) -> None:
    empty = store.conversations.start(visitor, "lamps")
    with pytest.raises(InputError, match="nothing to draft"):
        draft_reply(chat._installation(), agent, empty.id, chat.sampling())


def test_a_draft_answers_what_was_asked_before_a_person_was_asked_for(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    first = last(chat.say(visitor, "How long may I return a lamp?"))
    called = last(chat.say(visitor, "Talk to a human please", first.conversation))
    assert called.trace.handoff and chat.draft(agent, first.conversation) == first.text


def test_a_draft_answers_a_question_beside_the_wish_for_a_person(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    wish = "I want to talk to a human, how long may I return a lamp?"
    called = last(chat.say(visitor, wish))
    drafted = chat.draft(agent, called.conversation)
    assert "30 days" in drafted and "colleague" not in drafted


def test_where_no_article_answers_it_is_said_instead_of_drafted(
    open_chat: OpenChat, visitor: Person, agent: Person
) -> None:
    chat = open_chat(min_score=0.99)
    unknown = last(chat.say(visitor, "zzz qqq"))
    with pytest.raises(InputError, match="no article answers “zzz qqq”"):
        chat.draft(agent, unknown.conversation)
    wish = last(chat.say(visitor, "Talk to a human"))
    with pytest.raises(InputError, match="asked for a person and for nothing else"):
        chat.draft(agent, wish.conversation)


def test_no_words_of_a_draft_promise_a_colleague(chat: Session) -> None:
    promise = chat.pack.persona.handoff.message
    assert _without_promises(chat.pack, "It is 30 days.") == "It is 30 days."
    assert _without_promises(chat.pack, f"It is 30 days. {promise}") == "It is 30 days."
    assert _without_promises(chat.pack, f"It is 30 days. {chat.pack.persona.unknown}") == "It is 30 days."
