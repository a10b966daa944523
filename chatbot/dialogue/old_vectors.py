"""Vectors that nothing needs any more: of versions that are gone, of packs that no version, copy or setting names.

What an earlier state of a pack left goes by itself when the pack is read (`knowledge/retrieval/vector_cache`).
"""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from chatbot.dialogue.opening import INDEX
from chatbot.knowledge.knowledge import FINDS, ROUTES
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.vector_cache import folder_name
from chatbot.pack_folders import COPIES
from chatbot.settings import Settings
from chatbot.store import Store

logger = logging.getLogger(__name__)

MB = 10**6


@dataclass(frozen=True)
class Unneeded:
    """A file or folder of the home's `index/`, and how many bytes it takes."""

    path: Path
    bytes: int


def unneeded_vectors(settings: Settings, store: Store, pack: str) -> list[Unneeded]:
    """What can go; `pack` is the name of the one that answers."""
    versions = [version.name for version in store.versions.all()]
    packs = {pack, *(name.rpartition("-v")[0] for name in versions)}
    packs |= {copy.name for copy in (settings.home / COPIES).glob("*")}
    embedders = [settings.embedder, HashedEmbedder.name]
    embedders += [f"{part} of {version}" for part in ("retriever", "router") for version in versions]
    needed = {folder_name(purpose, embedder) for purpose in (FINDS, ROUTES) for embedder in embedders}
    found = []
    for path in sorted((settings.home / INDEX).glob("*")):
        inside = sorted(path.glob("*")) if path.is_dir() and path.name in packs else None
        found += [path] if inside is None else [one for one in inside if one.name not in needed]
    return [Unneeded(path, _size(path)) for path in found]


def remove_unneeded(settings: Settings, store: Store, pack: str) -> list[Unneeded]:
    """Let it go; returns what went. A kill in between leaves the rest for the next time."""
    found = unneeded_vectors(settings, store, pack)
    for one in found:
        if one.path.is_dir():
            shutil.rmtree(one.path, ignore_errors=True)
        else:
            one.path.unlink(missing_ok=True)
    if found:
        told = f"{sum(one.bytes for one in found) / MB:.1f} MB"
        logger.warning("removed %s of vectors in %s: no version, copy or setting names them", told, INDEX)
    return found


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
