"""A session is put together from the settings: with an engine that needs no weights, without any."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.dialogue.opening import open_embedder, open_session, version_knowledge
from chatbot.errors import NotFoundError, WeightsError
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import Settings, load_settings
from chatbot.store.sqlite.store import SqliteStore

Set = Callable[..., Settings]


@pytest.fixture
def given(pack_folder: Path) -> Set:
    """Settings of the lamp shop with weights that are nowhere."""

    def load(**chosen: object) -> Settings:
        return load_settings(pack=str(pack_folder), base_model="missing.gguf", embedder="missing", **chosen)

    return load


@pytest.fixture
def version(store: SqliteStore) -> str:
    """A version of another base with folders for its embedders that hold none."""
    version = store.versions.add_version("lamps", "other-base", "0" * 64, None, None)
    for folder in (version.folder.retriever, version.folder.router):
        folder.mkdir(parents=True)
    return version.name


def test_without_weights_a_session_answers_at_once(given: Set, store: SqliteStore, version: str) -> None:
    session = open_session(given(engine="scripted", min_score=0.1), store, version)
    try:
        assert session.live.ready and session.live.version == version
        *_, last = session.say(store.people.add_visitor(), "How long can a lamp be returned?")
        assert "30 days" in last.text
    finally:
        session.live.close()


def test_without_weights_a_version_is_looked_up_with_hashed_words(
    given: Set, pack_folder: Path, store: SqliteStore, version: str
) -> None:
    settings = given(engine="scripted")
    assert isinstance(open_embedder(settings), HashedEmbedder)
    assert version_knowledge(settings, load_pack(pack_folder), store, version).index


def test_without_weights_no_copy_of_a_base_is_removed(given: Set, home: Path, store: SqliteStore) -> None:
    copy = home / "models" / "mine-0123abcd"
    copy.mkdir(parents=True)
    open_session(given(engine="scripted"), store, serving=True).live.close()
    assert copy.is_dir()


@pytest.mark.parametrize("engine", ["scripted", "auto"])
def test_a_version_that_is_not_there_is_told_at_once(engine: str, given: Set, store: SqliteStore) -> None:
    with pytest.raises(NotFoundError, match="unheard-of"):
        open_session(given(engine=engine), store, "unheard-of")


def test_a_base_that_is_not_there_is_told_at_once(given: Set, store: SqliteStore) -> None:
    with pytest.raises(WeightsError, match=r"missing\.gguf"):
        open_session(given(), store)
