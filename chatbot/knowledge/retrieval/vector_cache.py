"""Vectors kept on disk between starts, in files named by what they were computed from.

They lie by pack, and within that by embedder and by what it is used for. A file's time says when it was used last: what
was not used when all of its folder was is of an earlier state of the pack, and goes.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from chatbot.knowledge.retrieval.embeddings import CachedEmbedder, Embedder, Vectors

HALF_WRITTEN_SECONDS = 3600
"""After so long nobody goes on with a file that was not written to its end."""


def folder_name(purpose: str, embedder: str) -> str:
    """What the folder of an embedder is called within that of a pack."""
    return f"{purpose}-{hashlib.sha256(embedder.encode()).hexdigest()[:12]}"


@contextmanager
def used_whole(cache: Path | None, pack: str, purpose: str, embedder: Embedder) -> Iterator[Path | None]:
    """The folder of an embedder's vectors for a pack; whoever ends well has used all of it that is still needed."""
    if cache is None:
        yield None
        return
    folder, began = cache / pack / folder_name(purpose, embedder.name), time.time()
    yield folder
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):  # another process was faster
            age = began - file.stat().st_mtime
            if age > (HALF_WRITTEN_SECONDS if file.suffix == ".tmp" else 0):
                file.unlink()


def used(file: Path) -> None:
    """Note that a file was used."""
    moment = time.time()
    with suppress(OSError):
        os.utime(file, (moment, moment))


def cached_vectors(embedder: Embedder, texts: Sequence[str], cache: Path | None) -> Vectors:
    """The vectors of the texts, shape (texts, dimensions), read from the folder `cache` where they are known."""
    key = hashlib.sha256(json.dumps([embedder.name, list(texts)]).encode()).hexdigest()[:24]
    file = cache / f"{key}.npy" if cache else None
    if file and file.is_file():
        try:
            with file.open("rb") as held:
                kept: Vectors = np.lib.format.read_array(held, allow_pickle=False)
            if len(kept) == len(texts):
                used(file)
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
    used(partial)
    partial.replace(file)
