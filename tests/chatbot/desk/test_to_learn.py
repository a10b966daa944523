"""What waits to be learned is what may be learned since the last training that made a version."""

from chatbot.desk.to_learn import find_to_learn
from chatbot.dialogue.session import Session
from chatbot.lineage import SnapshotCounts
from chatbot.records import Person
from tests.chatbot.conftest import last


def test_only_what_visitors_agreed_to_is_counted(chat: Session, visitor: Person) -> None:
    store, anna = chat.store, chat.store.people.add_staff("Anna", "agent", "correct horse battery")
    reply = str(last(chat.say(visitor, "How long may I return a lamp?")).message)
    store.feedback.rate(reply, visitor, "like")
    store.feedback.correct(reply, anna, "30 days.")
    store.feedback.approve("How long?", "30 days.", anna, reply)
    store.feedback.approve("Do you sell oil?", "No.", anna)
    found = find_to_learn(store, "lamps")
    assert found.given == {"like": 0, "dislike": 0, "correction": 0, "answer": 1} and found.left_out == 3
    store.people.set_consent(visitor, True)
    found = find_to_learn(store, "lamps")
    assert found.given == {"like": 1, "dislike": 0, "correction": 1, "answer": 2} and found.left_out == 0


def test_a_training_that_made_nothing_is_no_last_training(chat: Session, visitor: Person) -> None:
    store = chat.store
    store.people.set_consent(visitor, True)
    store.feedback.rate(str(last(chat.say(visitor, "How long may I return a lamp?")).message), visitor, "dislike")
    store.versions.add_snapshot("lamps", chat.settings.home, SnapshotCounts(), "system", 1)
    found = find_to_learn(store, "lamps")
    assert (found.snapshot, found.since, found.given["dislike"]) == (None, "", 1)
    store.versions.add_version("lamps", "base", "ab12cd34", None, 1)
    found = find_to_learn(store, "lamps")
    assert found.snapshot == 1 and found.since and not any(found.given.values())
