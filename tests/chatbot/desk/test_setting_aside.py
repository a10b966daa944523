"""Gaps without those that somebody set aside: what means the same stays aside however it is asked, until taken back."""

import pytest

from chatbot.desk.setting_aside import gap_of, look, set_aside
from chatbot.errors import NotFoundError
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.records import Person, Trace
from chatbot.store import Store


def miss(store: Store, *questions: str) -> None:
    for question in questions:
        conversation = store.conversations.start(store.people.add_visitor(), "lamps")
        asked = store.conversations.add_user_message(conversation, None, question)
        reply = store.conversations.begin_reply(conversation, asked.id, Trace("v1"))
        store.conversations.update_reply(reply.id, "I do not know.", "complete", Trace("v1", act="abstain"))


def gaps(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """How often was asked what is a gap, and what was set aside."""
    found = look(store, "lamps", 7, HashedEmbedder)
    return (
        {gap.question: gap.conversations for gap in found.gaps},
        {one.question: one.conversations for one in found.ignored},
    )


def test_what_is_set_aside_stays_so_however_it_is_asked(store: Store, agent: Person) -> None:
    miss(store, "Do you sell red curtains?", "Is there parking near the shop?", "do you sell red CURTAINS")
    found = look(store, "lamps", 7, HashedEmbedder)
    assert found.questions == 3
    aside = set_aside(store, "lamps", gap_of(found.gaps, "do you sell red curtains"), agent)
    parking, curtains = {"Is there parking near the shop?": 1}, "do you sell red CURTAINS"
    (left, ignored) = gaps(store)
    assert (
        left == parking and list(ignored.values()) == [2] and next(iter(ignored)).lower().startswith(curtains.lower())
    )
    miss(store, "Do you sell blue curtains?", "Where can one park?")
    (left, ignored) = gaps(store)
    assert left.keys() == {*parking, "Where can one park?"} and list(ignored.values()) == [3]
    store.gaps.take_back(aside, agent)
    assert sum(gaps(store)[0].values()) == 5 and not gaps(store)[1]


def test_a_gap_is_found_by_a_question_or_by_a_reply(store: Store) -> None:
    miss(store, "Zebras?")
    found = look(store, "lamps", 7, HashedEmbedder).gaps
    assert gap_of(found, " zebras ") == gap_of(found, found[0].missed[0].reply) == found[0]
    with pytest.raises(NotFoundError, match="no gap of these days holds"):
        gap_of(found, "Lions?")


def test_nothing_is_embedded_where_nothing_was_missed(store: Store) -> None:
    def never() -> HashedEmbedder:
        raise AssertionError

    assert look(store, "lamps", 7, never).questions == 0
