"""The lamp shop's pack with a store, an index and a session that need no weights."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.engines.base import Engine
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.knowledge import open_knowledge
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.store import Store, open_store
from chatbot.store.sqlite.store import SqliteStore
from tests.packs import write_pack

OpenChat = Callable[..., Session]


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "lamps")


@pytest.fixture
def store(home: Path) -> Iterator[SqliteStore]:
    store = open_store(home / "chatbot.db")
    yield store
    store.database.close()


@pytest.fixture
def visitor(store: Store) -> Person:
    return store.people.add_visitor()


@pytest.fixture
def agent(store: Store) -> Person:
    return store.people.add_staff("ada", "agent", "a long enough password")


@pytest.fixture
def open_chat(store: Store, pack_folder: Path) -> Iterator[OpenChat]:
    """Makes a session on an engine of the test's choosing; keywords are settings."""
    opened = []

    def start(engine: Engine | None = None, **settings: object) -> Session:
        pack: Pack = load_pack(pack_folder)
        knowledge = open_knowledge(pack, HashedEmbedder(), HashedEmbedder())
        version = engine.version if engine else "base"
        live = LiveEngine(lambda name: (engine or ScriptedEngine(name), knowledge), lambda: version)
        opened.append(live)
        chosen = {"pack": str(pack_folder), "engine": "scripted", "min_score": -1} | settings
        return Session(load_settings(**chosen), store, pack, live)

    yield start
    for live in opened:
        live.close()


@pytest.fixture
def chat(open_chat: OpenChat) -> Session:
    return open_chat()


def last(updates: Iterable[Update]) -> Update:
    """The finished reply."""
    *_, update = updates
    return update
