"""What was said before a message, with and without traces."""

import pytest

from chatbot.dialogue.branch import as_exchanges, exchanges, failures_in_a_row, traces
from chatbot.records import ChatMessage, Conversation, Message, Person, Trace
from chatbot.store import Store

UNKNOWN = "I don't know."


@pytest.fixture
def talk(store: Store, visitor: Person) -> Conversation:
    return store.conversations.start(visitor, "lamps")


def answered(store: Store, talk: Conversation, parent: str | None, reply: str, trace: Trace) -> Message:
    asked = store.conversations.add_user_message(talk, parent, "And lamps?")
    written = store.conversations.begin_reply(talk, asked.id, trace)
    store.conversations.update_reply(written.id, reply, "complete", trace)
    return store.conversations.message(written.id)


def test_a_question_without_a_reply_is_no_exchange(store: Store, talk: Conversation) -> None:
    first = answered(store, talk, None, "Yes.", Trace())
    empty = answered(store, talk, first.id, "", Trace())
    question = store.conversations.add_user_message(talk, empty.id, "How long?")
    assert exchanges(store.conversations.path(question.parent)) == [
        {"role": "user", "content": "And lamps?"},
        {"role": "assistant", "content": "Yes."},
    ]


def test_what_people_said_is_told_to_the_model_in_exchanges(store: Store, talk: Conversation, agent: Person) -> None:
    answered(store, talk, None, "Yes.", Trace(act="answer"))
    store.cases.write(talk.id, agent, "I am Ada.")
    for text in ("My order", "is late"):
        store.conversations.add_user_message(talk, store.conversations.get(talk.id).head, text, held=True)
    path = store.conversations.path(store.conversations.get(talk.id).head)
    told = [("user", "And lamps?"), ("assistant", "Yes.\n\nI am Ada.")]
    assert [(one["role"], one["content"]) for one in exchanges(path)] == told
    assert traces(path) == [] and failures_in_a_row(path, UNKNOWN) == 1
    store.cases.write(talk.id, agent, "It comes.")
    path = store.conversations.path(store.conversations.get(talk.id).head)
    told += [("user", "My order\n\nis late"), ("assistant", "It comes.")]
    assert [(one["role"], one["content"]) for one in exchanges(path)] == told
    last = answered(store, talk, path[-1].id, "You are welcome.", Trace(act="chat"))
    assert [trace.act for trace in traces(store.conversations.path(last.id))] == ["answer", "chat"]
    assert as_exchanges([]) == []


def test_traces_are_told_where_all_replies_have_one(store: Store, talk: Conversation) -> None:
    first = answered(store, talk, None, "Yes.", Trace(act="answer"))
    second = answered(store, talk, first.id, UNKNOWN, Trace(act="abstain"))
    question = store.conversations.add_user_message(talk, second.id, "How long?")
    assert [trace.act for trace in traces(store.conversations.path(question.parent))] == ["answer", "abstain"]
    said: list[ChatMessage] = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    asked = store.conversations.add_user_message(talk, store.conversations.add_history(talk, said), "How long?")
    assert traces(store.conversations.path(asked.parent)) == []


def test_failures_are_counted_back_to_the_last_answer(store: Store, talk: Conversation) -> None:
    reply: Message | None = None
    for act in ("abstain", "answer", "abstain", "abstain"):
        reply = answered(store, talk, reply.id if reply else None, "Hm.", Trace(act=act))
    assert reply and failures_in_a_row(store.conversations.path(reply.parent), UNKNOWN) == 2


def test_a_clients_history_failed_where_it_has_the_packs_words(store: Store, talk: Conversation) -> None:
    said: list[ChatMessage] = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": UNKNOWN}]
    reply = answered(store, talk, store.conversations.add_history(talk, said), UNKNOWN, Trace(act="abstain"))
    assert failures_in_a_row(store.conversations.path(reply.parent), UNKNOWN) == 2
