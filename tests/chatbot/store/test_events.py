"""Events are read by their kinds, the newest first."""

from chatbot.acting import acting
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.events import Event
from tests.events import latest


def test_the_latest_events_of_some_kinds(store: Store, visitor: Person) -> None:
    conversation = store.conversations.start(visitor, "lamps")
    agent = store.people.add_staff("ada", "agent", "a long enough password")
    store.conversations.add_user_message(conversation, None, "Hello")
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    store.people.set_consent(visitor, True)
    store.cases.release(conversation.id, agent)
    with acting("operator:olga", "192.0.2.1"):
        store.events.add("system", "backup", "elsewhere", encrypted=True)
    back, off = latest(store, ("handoff", "handback"), 9)
    assert off == Event(off.at, visitor.actor, "handoff", conversation.id, {"reason": "asked for a person"})
    assert (back.kind, back.actor, back.detail) == ("handback", "agent:ada", {})
    assert latest(store, ("handoff", "handback"), 1) == [back]
    (copied,) = latest(store, ("backup",), 9)
    assert (copied.actor, copied.address, copied.detail) == ("operator:olga", "192.0.2.1", {"encrypted": True})


def test_the_mark_grows_with_events_of_the_kinds_only(store: Store, visitor: Person) -> None:
    assert store.events.mark(("consent",)) == 0
    store.people.set_consent(visitor, True)
    mark = store.events.mark(("consent",))
    store.versions.start_run("operator:otto")
    assert store.events.mark(("consent",)) == mark > 0
    store.people.set_consent(visitor, False)
    assert store.events.mark(("consent", "run_started")) > mark
