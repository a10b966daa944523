"""Everything that one turn needs, put together from the settings."""

from concurrent.futures import ThreadPoolExecutor

from chatbot.dialogue.session import Session
from chatbot.engines.base_model import find_base_model
from chatbot.engines.live import LiveEngine
from chatbot.engines.loading import load_engine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.embeddings import Embedder, HashedEmbedder, SentenceEmbedder
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import load_pack
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; the scripted engine goes with one that needs no weights."""
    return HashedEmbedder() if settings.engine == "scripted" else SentenceEmbedder(settings.embedder)


def open_session(settings: Settings, store: Store, version: str | None = None) -> Session:
    """A ready session on the champion, or on a fixed version; the index and the engine load side by side."""
    pack = load_pack(settings.pack_folder)

    def champion() -> str:
        return store.versions.resolve(version or "champion")

    def open_engine() -> LiveEngine:
        if settings.engine == "scripted":
            return LiveEngine(ScriptedEngine, champion)
        base = find_base_model(settings.base_model, settings.home)
        return LiveEngine(lambda name: load_engine(settings, base, store, name), champion, None if version else BASE)

    with ThreadPoolExecutor(1) as pool:
        live = pool.submit(open_engine)
        index = KnowledgeIndex(open_embedder(settings), pack.sentences, settings.home / "index")
        index.set_answers(store.feedback.answers())
        return Session(settings, store, pack, index, live.result())
