"""Who of the staff is called to a case stays called until they open it."""

from chatbot.broker import Happening
from chatbot.records import Person
from chatbot.store.sqlite.case_calls import CaseCalls
from chatbot.store.sqlite.store import SqliteStore


def called(store: SqliteStore, person: Person) -> list[tuple[str, str]]:
    return [(call.kind, call.caller) for call in store.cases.calls(person)]


def test_a_call_stays_until_the_chat_is_opened(store: SqliteStore, visitor: Person, agent: Person) -> None:
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "Do you sell lamps?")
    ben, told = store.people.add_staff("ben", "agent", "correct horse battery"), list[Happening]()
    store.broker.listen(told.append)
    store.cases.add_note(conversation.id, agent, "@ben and @ada: who knows?")
    assert (called(store, ben), called(store, agent)) == ([("mention", "ada")], [])
    assert [one.detail for one in told if one.kind == "call"] == [{"person": ben.id}]
    store.cases.seen(conversation.id, agent)
    store.cases.transfer(conversation.id, agent, ben)
    (call,) = store.cases.calls(ben)
    assert (call.conversation, call.title, call.kind) == (conversation.id, "Do you sell lamps?", "transfer")
    store.cases.seen(conversation.id, ben)
    assert called(store, ben) == []
    told.clear()
    store.cases.seen(conversation.id, ben)
    assert told == []


def test_a_transfer_that_is_taken_back_calls_nobody(store: SqliteStore, visitor: Person, agent: Person) -> None:
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "Hello")
    ben = store.people.add_staff("ben", "agent", "correct horse battery")
    store.cases.transfer(conversation.id, agent, ben)
    assert CaseCalls(store.database).of(ben) == store.cases.calls(ben) != []
    store.cases.claim(conversation.id, agent, over=True)
    assert called(store, ben) == []
