"""What agents do goes to the store; who types is told at most every two seconds, and not of who may not write."""

from chatbot.broker import Happening
from chatbot.desk.desk import Desk
from chatbot.desk.presence import Presence
from chatbot.records import Person
from chatbot.store.sqlite.store import SqliteStore


def test_an_agent_claims_writes_and_hands_back(store: SqliteStore, visitor: Person, agent: Person) -> None:
    desk = Desk(store, Presence(store, 1))
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "Hello")
    assert desk.claim(conversation.id, agent).holder == agent.id
    assert desk.write(conversation.id, agent, "Hello").author == agent.id
    assert desk.release(conversation.id, agent, "all is said").status == "open"
    assert [note.text for note in store.cases.notes(conversation.id)] == ["all is said"]


def test_typing_is_told_once_in_a_while(store: SqliteStore, visitor: Person, agent: Person) -> None:
    desk, heard = Desk(store, Presence(store, 1)), list[Happening]()
    other = store.people.add_staff("Ben", "agent", "a long enough password")
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "Hello")
    store.cases.claim(conversation.id, agent)
    store.broker.listen(heard.append)
    desk.agent_types(conversation.id, other)
    for _ in range(2):
        desk.agent_types(conversation.id, agent)
        desk.visitor_types(conversation.id)
    assert heard == [
        Happening("typing", conversation.id, {"who": "agent", "person": agent.id, "name": "ada"}),
        Happening("typing", conversation.id, {"who": "visitor"}),
    ]
