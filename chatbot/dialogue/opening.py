"""Everything that one turn needs, put together from the settings."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from chatbot.dialogue.session import CurrentPack, Session
from chatbot.engines.base import Engine
from chatbot.engines.base_model import forget_copies
from chatbot.engines.live import LiveEngine
from chatbot.engines.loading import engine_kind, load_engine, served_base
from chatbot.knowledge.knowledge import Knowledge, open_knowledge
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import CachedEmbedder, Embedder, HashedEmbedder, SentenceEmbedder
from chatbot.libraries import import_libraries, one_core_each
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE

INDEX = "index"


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; an engine without weights goes with one that needs none."""
    if settings.weightless:
        return HashedEmbedder()
    import_libraries()
    return _embedder(settings.embedder)


@cache
def _embedder(name: str) -> Embedder:
    return CachedEmbedder(SentenceEmbedder(name))


def version_knowledge(settings: Settings, pack: Pack, store: Store, version: str) -> Knowledge:
    """What a version looks things up with: its own fine-tuned retriever and router where it has them."""
    plain = open_embedder(settings)
    own = None if version == BASE or settings.weightless else store.versions.get(version).folder
    retriever = _taught(own.retriever, version) if own else None
    router = _taught(own.router, version) if own else None
    taught = router is not None
    knowledge = open_knowledge(pack, retriever or plain, router or plain, settings.home / INDEX, taught=taught)
    knowledge.set_answers(store.feedback.answers())
    return knowledge


def _taught(folder: Path, version: str) -> Embedder | None:
    """An embedder that was fine-tuned for a version, where there is one."""
    return CachedEmbedder(SentenceEmbedder(str(folder), f"{folder.name} of {version}")) if folder.is_dir() else None


def open_session(settings: Settings, store: Store, version: str | None = None, serving: bool = False) -> Session:
    """A session on the champion, or on a fixed version.

    What is missing or broken on disk is told at once. Knowledge and engine load side by side in the background, and
    the first question waits for them; where there are no weights, they are there at once. One that is `serving`
    removes the copies of bases that nothing names any more.
    """
    current = CurrentPack(load_pack(settings.pack_folder))

    def champion() -> str:
        return store.versions.resolve(version or "champion")

    def canary() -> str | None:
        return None if version else store.versions.alias("canary")

    champion()
    base = served_base(settings)
    if serving and not settings.weightless:
        forget_copies(base, {known.base for known in store.versions.all()})
    pool = ThreadPoolExecutor(1, thread_name_prefix="knowledge")
    begun: dict[str, tuple[Pack, Future[Knowledge]]] = {}  # where an engine fails, its version's stays for another try

    def load(name: str) -> tuple[Engine, Knowledge]:
        pack = current.pack
        if name not in begun or begun[name][0] is not pack:
            begun[name] = pack, pool.submit(version_knowledge, settings, pack, store, name)
        engine = load_engine(settings, base, store, name)
        try:
            knowledge = begun.pop(name)[1].result()
            if pack is not current.pack:  # it was changed meanwhile
                knowledge = version_knowledge(settings, current.pack, store, name)
        except BaseException:
            engine.close()
            raise
        if not engine_kind(settings, base).in_process:
            one_core_each()
        return engine, knowledge

    fallback = None if version else BASE
    live = LiveEngine(load, champion, fallback, not settings.weightless, canary, settings.canary)
    return Session(settings, store, current, live)
