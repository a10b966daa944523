"""What stands behind the pages and the API of the lamp shop: its database, and the engine that answers."""

from chatbot.dialogue.session import Session
from chatbot.engines.base import Engine
from chatbot.store.sqlite.database import Database
from chatbot.store.sqlite.store import SqliteStore


def database_of(session: Session) -> Database:
    assert isinstance(session.store, SqliteStore)
    return session.store.database


def answer_with(session: Session, engine: Engine) -> None:
    """Let this engine answer from now on."""
    assert session.live._seat
    session.live._seat.engine = engine
