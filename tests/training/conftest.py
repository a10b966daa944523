"""A tiny pack and a tiny model, so that the training side is tested in seconds."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.knowledge.knowledge import Knowledge, open_knowledge
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from tests.packs import write_pack
from training.curation import reading
from training.rows import Row


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(write_pack(tmp_path / "pack"))


@pytest.fixture
def settings(tmp_path: Path, pack: Pack) -> Settings:
    return load_settings(home=tmp_path / "home", pack=str(pack.folder), engine="scripted", min_score=-1)


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings.database)


@pytest.fixture
def knowledge(pack: Pack) -> Knowledge:
    return open_knowledge(pack, HashedEmbedder(), HashedEmbedder())


@pytest.fixture
def few_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of the rows that teach any pack's model to read."""
    few = reading._told()[::20]
    monkeypatch.setattr(reading, "_told", lambda: few)


@pytest.fixture
def tiny_settings(tiny_base: BaseModel, few_to_read: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation on the tiny model and the lamp shop's pack, named by the environment, with few rows to read."""
    monkeypatch.setenv("CHATBOT_BASE_MODEL", str(tiny_base.source))
    monkeypatch.setenv("CHATBOT_RECIPE", "sft")  # that of a base which reads is for few rows and gentle
    monkeypatch.setenv("CHATBOT_PACK", str(write_pack(tmp_path / "lamps")))
    return load_settings()


def rows(count: int) -> list[Row]:
    """Conversational rows of different lengths under one system text."""
    return [
        {
            "id": f"row-{n}",
            "messages": [
                {"role": "system", "content": "You are the assistant of a lamp shop. Answer briefly."},
                {"role": "user", "content": f"Question number {n}: how long may I {'really ' * (n % 5)}wait?"},
                {"role": "assistant", "content": f"You may wait {n} days{', no longer' * (n % 3)}."},
            ],
        }
        for n in range(count)
    ]
