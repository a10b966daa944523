"""The store: everything that is remembered, behind one object."""

from dataclasses import dataclass
from pathlib import Path

from chatbot.store.conversations import Conversations
from chatbot.store.database import Database
from chatbot.store.feedback import FeedbackStore
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


def open_store(path: Path) -> Store:
    """Open the database file, making or migrating it where needed."""
    database = Database(path)
    return Store(database, People(database), Conversations(database), FeedbackStore(database), Versions(database))
