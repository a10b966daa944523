"""Vectors go with the versions and packs that they were made for; what is needed stays."""

from pathlib import Path

import pytest

from chatbot.dialogue.old_vectors import remove_unneeded, unneeded_vectors
from chatbot.knowledge.knowledge import FINDS, ROUTES
from chatbot.knowledge.retrieval.vector_cache import folder_name
from chatbot.settings import Settings, load_settings
from chatbot.store import Store


def write(settings: Settings, *parts: str) -> Path:
    file = settings.home.joinpath("index", *parts, "vectors.npy")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"12345")
    return file


def test_what_a_version_a_copy_or_the_settings_name_stays(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    settings = load_settings()
    version = store.versions.add_version("rugs", "base", "ab12cd34", None, None).name
    (settings.home / "packs" / "clinic").mkdir(parents=True)
    plain, taught = folder_name(FINDS, settings.embedder), folder_name(ROUTES, f"router of {version}")
    kept = [write(settings, pack, plain) for pack in ("lamps", "rugs", "clinic")] + [write(settings, "rugs", taught)]
    gone = [
        write(settings, "lamps", folder_name(FINDS, "retriever of lamps-v0001-ffffffff")),
        write(settings, "shoes", plain),
        write(settings),
    ]
    found = unneeded_vectors(settings, store, "lamps")
    assert [one.bytes for one in found] == [5, 5, 5] and all(file.is_file() for file in gone)
    assert remove_unneeded(settings, store, "lamps") == found
    assert "no version, copy or setting" in caplog.text
    assert not any(file.exists() for file in gone) and all(file.is_file() for file in kept)
    assert remove_unneeded(settings, store, "lamps") == []
