"""Vectors kept on disk between starts, in files named by what they were computed from."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from chatbot.knowledge.retrieval.embeddings import CachedEmbedder, Embedder, Vectors


def cached_vectors(embedder: Embedder, texts: Sequence[str], cache: Path | None) -> Vectors:
    """The vectors of the texts, shape (texts, dimensions), read from the folder `cache` where they are known."""
    key = hashlib.sha256(json.dumps([embedder.name, list(texts)]).encode()).hexdigest()[:24]
    file = cache / f"{key}.npy" if cache else None
    if file and file.is_file():
        try:
            with file.open("rb") as held:
                kept: Vectors = np.lib.format.read_array(held, allow_pickle=False)
            if len(kept) == len(texts):
                if isinstance(embedder, CachedEmbedder):
                    embedder.remember(texts, kept)
                return kept
        except (ValueError, OSError):
            file.unlink(missing_ok=True)
    vectors = embedder.encode(texts) if texts else embedder.encode(["-"])[:0]
    if file:
        write_whole(file, lambda out: np.save(out, vectors))
    return vectors


def write_whole(file: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file of the cache so that a reader, or another writer, never meets half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
    with partial.open("wb") as out:
        write(out)
    partial.replace(file)
