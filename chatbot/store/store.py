"""The store: everything that is remembered, behind one object."""

from dataclasses import dataclass
from pathlib import Path

from chatbot.store.conversations import Conversations
from chatbot.store.database import Database
from chatbot.store.feedback import FeedbackStore
from chatbot.store.keys import Keys
from chatbot.store.people import People
from chatbot.store.versions import Versions


@dataclass(frozen=True)
class Store:
    """The tables by room; any thread may use it."""

    database: Database
    people: People
    conversations: Conversations
    feedback: FeedbackStore
    versions: Versions
    keys: Keys


def open_store(path: Path) -> Store:
    """Open the database file, making or migrating it where needed."""
    database = Database(path)
    people = People(database)
    return Store(
        database,
        people,
        Conversations(database),
        FeedbackStore(database),
        Versions(database),
        Keys(database, people),
    )
