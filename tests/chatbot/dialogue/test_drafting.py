"""A draft answers the visitor's last message as the bot would, and nothing of it is stored."""

import pytest

from chatbot.dialogue.drafting import draft_reply
from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.store import Store
from tests.chatbot.conftest import last


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
