"""Quotations, and the word of regret that may stand before one."""

import pytest

from chatbot.dialogue.quoting import fresh_quotation, opening, quotation, unopened
from chatbot.dialogue.session import Session
from chatbot.knowledge.knowledge import open_knowledge
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import ChatMessage, Passage, PassageKind

SORRY = Rule(name="upset", action="acknowledge", message="I am so sorry.", examples=["a", "b", "c", "d", "e"])


@pytest.fixture
def index(chat: Session) -> KnowledgeIndex:
    return open_knowledge(chat.pack, HashedEmbedder(), HashedEmbedder()).index


def passage(text: str, score: float, kind: PassageKind = "article") -> Passage:
    return Passage(text, kind, "Title", text, "articles/x.md:1", score=score)


def said(text: str) -> list[ChatMessage]:
    return [ChatMessage(role="user", content="Hm?"), ChatMessage(role="assistant", content=text)]


def test_the_second_passage_is_quoted_where_it_is_nearly_as_good() -> None:
    assert quotation([passage("One.", 0.8), passage("Two.", 0.78), passage("Three.", 0.77)]) == "One.\n\nTwo."
    assert quotation([passage("One.", 0.8), passage("Two.", 0.7)]) == "One."
    assert quotation([]) == ""


def test_an_approved_answer_stands_alone() -> None:
    assert quotation([passage("One.", 0.8, "answer"), passage("Two.", 0.79)]) == "One."


def test_what_was_just_quoted_is_said_again_in_its_nearest_sentence(index: KnowledgeIndex) -> None:
    text = "A lamp can be returned within 30 days. A return costs £3.50."
    passages = [passage(text, 0.8)]
    question = "what does a return cost"
    assert fresh_quotation(index, passages, [], question) == text
    assert fresh_quotation(index, passages, said(text), question) == "A return costs £3.50."


def test_a_tone_speaks_once_in_a_conversation() -> None:
    assert opening(SORRY, []) == "I am so sorry.\n\n"
    assert opening(SORRY, said("I am so sorry.\n\nA return costs £3.50.")) == ""
    assert opening(None, []) == ""


def test_what_a_tone_said_is_taken_off_an_earlier_message(chat: Session) -> None:
    pack = Pack(**{**vars(chat.pack), "rules": [SORRY]})
    assert unopened("I am so sorry.\n\nA return costs £3.50.", pack) == "A return costs £3.50."
    assert unopened("A return costs £3.50.", pack) == "A return costs £3.50."
