"""A person steps in between a question and its reply: their words, and the visitor's, stay in the branch on view."""

from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.store import Store
from tests.chatbot.conftest import last

QUESTION = "How long may I return a lamp?"


def talk(store: Store, conversation: str) -> list[tuple[str, str]]:
    return [(one.role, one.content) for one in store.conversations.path(store.conversations.get(conversation).head)]


def test_what_a_person_wrote_and_handed_back_before_the_bot_began_is_not_hidden(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    taken = chat.say(visitor, QUESTION)
    conversation = store.conversations.of(visitor)[0].id
    store.cases.write(conversation, agent, "30 days.")
    store.cases.release(conversation, agent)
    assert last(taken).trace.act == "held"
    assert talk(store, conversation) == [("user", QUESTION), ("agent", "30 days.")]
    answered = last(chat.say(visitor, QUESTION, conversation))
    assert answered.text and [role for role, _ in talk(store, conversation)] == ["user", "agent", "user", "assistant"]


def test_nor_is_it_by_a_reply_that_is_written_anew(chat: Session, store: Store, visitor: Person, agent: Person) -> None:
    reply = last(chat.say(visitor, QUESTION))
    again = chat.regenerate(visitor, reply.message)
    store.cases.write(reply.conversation, agent, "30 days.")
    store.cases.release(reply.conversation, agent)
    assert last(again).trace.act == "held" and talk(store, reply.conversation)[-1] == ("agent", "30 days.")
    assert last(chat.regenerate(visitor, reply.message)).text


def test_what_is_handed_back_before_a_person_answered_it_is_the_bots_again(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    conversation = last(chat.say(visitor, QUESTION)).conversation
    store.cases.claim(conversation, agent)
    said = chat.say(visitor, "What does delivery cost?", conversation)
    store.cases.release(conversation, agent)
    assert last(said).text
    *_, question, reply = store.conversations.path(store.conversations.get(conversation).head)
    assert (question.role, question.held, reply.role) == ("user", False, "assistant")


def test_of_two_messages_at_once_a_person_sees_both(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    first = chat.say(visitor, QUESTION)
    conversation = store.conversations.of(visitor)[0].id
    store.cases.claim(conversation, agent)
    second = chat.say(visitor, "Hello?", conversation)
    assert [last(one).trace.act for one in (first, second)] == ["held", "held"]
    assert talk(store, conversation) == [("user", QUESTION), ("user", "Hello?")]


def test_a_late_reply_does_not_hide_what_was_said_to_a_person_meanwhile(
    chat: Session, store: Store, visitor: Person, agent: Person
) -> None:
    first = chat.say(visitor, QUESTION)
    conversation = store.conversations.of(visitor)[0].id
    store.cases.claim(conversation, agent)
    last(chat.say(visitor, "Hello?", conversation))
    store.cases.release(conversation, agent)
    assert last(first).trace.act == "held"
    assert talk(store, conversation) == [("user", QUESTION), ("user", "Hello?")]
