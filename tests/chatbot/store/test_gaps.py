"""Questions that are not ours to answer: kept by their messages, so that a deletion takes their words along."""

import pytest

from chatbot.errors import NotFoundError
from chatbot.records import Person, Trace
from chatbot.store import Store
from chatbot.store.gaps import GapsAside
from chatbot.store.sqlite.gaps import SqliteGapsAside
from tests.events import latest


def asked(store: Store, person: Person, question: str) -> tuple[str, str]:
    """The ids of a conversation and of its reply."""
    conversation = store.conversations.start(person, "lamps")
    message = store.conversations.add_user_message(conversation, None, question)
    return conversation.id, store.conversations.begin_reply(conversation, message.id, Trace("v1")).id


def test_questions_are_set_aside_together_and_taken_back(store: Store, visitor: Person, agent: Person) -> None:
    (_, first), (_, second) = (asked(store, visitor, text) for text in ("Zebras?", "zebras"))
    gaps: GapsAside = store.gaps
    aside = gaps.put("lamps", [first, second, first], agent)
    assert isinstance(gaps, SqliteGapsAside)
    (found,) = store.gaps.all("lamps")
    assert (found.id, found.by, set(found.questions)) == (aside, agent.name, {"Zebras?", "zebras"})
    assert store.gaps.all("rugs") == []
    store.gaps.take_back(aside, agent)
    assert store.gaps.all("lamps") == []
    events = latest(store, ["gap_set_aside", "gap_taken_back"], 5)
    assert [(event.kind, event.actor) for event in events] == [
        ("gap_taken_back", agent.actor),
        ("gap_set_aside", agent.actor),
    ]
    with pytest.raises(NotFoundError, match="set aside no more"):
        store.gaps.take_back(aside, agent)


def test_a_deletion_takes_the_words_along(store: Store, visitor: Person, agent: Person) -> None:
    (gone, first), (_, second) = (asked(store, visitor, text) for text in ("Zebras?", "zebras"))
    store.gaps.put("lamps", [first, second], agent)
    store.gaps.put("lamps", [first], agent)
    store.erasures.erase(store.erasures.traces([gone]), "system")
    assert [one.questions for one in store.gaps.all("lamps")] == [("zebras",)]
    with pytest.raises(NotFoundError, match="deleted meanwhile"):
        store.gaps.put("lamps", [first], agent)
    assert len(store.gaps.all("lamps")) == 1
