"""Everything that one turn needs, put together from the settings."""

from concurrent.futures import ThreadPoolExecutor

from chatbot.dialogue.session import Session
from chatbot.engines.base import Engine
from chatbot.engines.base_model import find_base_model
from chatbot.engines.live import LiveEngine
from chatbot.engines.loading import load_engine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.embeddings import Embedder, HashedEmbedder, SentenceEmbedder
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import load_pack
from chatbot.libraries import import_libraries
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; the scripted engine goes with one that needs no weights."""
    return HashedEmbedder() if settings.engine == "scripted" else SentenceEmbedder(settings.embedder)


def open_session(settings: Settings, store: Store, version: str | None = None) -> Session:
    """A session on the champion, or on a fixed version.

    What is missing or broken on disk is told at once. The index and the engine load side by side in the background,
    and the first question waits for them.
    """
    pack = load_pack(settings.pack_folder)

    def champion() -> str:
        return store.versions.resolve(version or "champion")

    def open_index() -> KnowledgeIndex:
        if settings.engine != "scripted":
            import_libraries()
        index = KnowledgeIndex(open_embedder(settings), pack.sentences, settings.home / "index")
        index.set_answers(store.feedback.answers())
        return index

    champion()
    if settings.engine == "scripted":
        return Session(settings, store, pack, open_index(), LiveEngine(ScriptedEngine, champion))
    base = find_base_model(settings.base_model, settings.home)

    def load(name: str) -> Engine:
        return load_engine(settings, base, store, name)

    pool = ThreadPoolExecutor(1, thread_name_prefix="index")
    index = pool.submit(open_index)
    pool.shutdown(wait=False)
    fallback = None if version else BASE
    live = LiveEngine(load, champion, fallback, background=True)
    return Session(settings, store, pack, index, live)
