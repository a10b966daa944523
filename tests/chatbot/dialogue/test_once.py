"""A version is asked once: the reply is checked and has its sources, and nothing of it is stored."""

import pytest

from chatbot.dialogue.once import try_version, write_once
from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.versions import BASE

QUESTION = "How many working days does delivery to Germany take?"


def test_a_version_answers_as_it_would_answer_a_visitor(chat: Session, store: Store, agent: Person) -> None:
    tried = try_version(chat._installation(), chat.guest, agent, QUESTION, BASE, chat.sampling())
    assert "6 working days" in tried.text
    assert tried.trace.version == tried.version == BASE
    assert any(passage["used"] for passage in tried.trace.passages)
    assert store.conversations.of(agent) == []
    assert chat.admission.running == 0


def test_an_empty_question_is_refused(chat: Session, agent: Person) -> None:
    with pytest.raises(InputError):
        chat.try_version(agent, "   ", BASE)


def test_what_was_said_before_counts(chat: Session) -> None:
    with chat.live.lease() as loaded:
        turn, draft = write_once(chat._installation(), loaded, [], QUESTION, chat.sampling())
    assert turn.passages and draft.text
