"""Sentences as unit vectors: MiniLM through sentence-transformers, or a hashed stand-in for tests."""

import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import WeightsError
from chatbot.weights import MINILM

Vectors = NDArray[np.float32]
DEFAULT = "all-minilm-l6-v2"
WINDOW = 40  # words
FEW = 8  # texts, as a question has them; more than there are cores of these at once only slow one another down

MOST_REMEMBERED = 20_000  # texts, 31 MB of MiniLM's vectors

_cores = threading.BoundedSemaphore(os.cpu_count() or 1)


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model (Reimers and Gurevych, 2019) on the CPU."""

    def __init__(self, name: str, shown: str = "") -> None:
        """`name` is the packaged model, a folder or a hub id; `shown` names what is in a folder that may be moved."""
        self.name = shown or name
        folder = embedder_folder(name)
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(str(folder), device="cpu")
        except Exception as error:
            why = str(error).partition("\n")[0] or type(error).__name__
            raise WeightsError(
                f"embedder {name!r} cannot be loaded ({why}): use {DEFAULT!r}, a folder in sentence-transformers "
                "format, or a hub id that this machine can reach"
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        with _cores if len(texts) <= FEW else nullcontext():
            vectors: Vectors = self._model.encode(
                list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return vectors.astype(np.float32, copy=False)


class CachedEmbedder:
    """An embedder that reads no text twice; of so many texts it forgets the oldest.

    A question is in the index, in what rules are learned from and among the rows that are curated; read together with
    others it takes a third of its time alone.
    """

    def __init__(self, embedder: Embedder, most: int = MOST_REMEMBERED) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing or not found:
            vectors = self._embedder.encode(missing)
            found |= dict(zip(missing, vectors, strict=True))
            self.remember(missing, vectors)
            if len(missing) == len(texts):
                return vectors
        return np.stack([found[text] for text in texts])

    def remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Take over vectors that are known already."""
        with self._lock:
            self._known |= zip(texts, vectors, strict=True)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


class HashedEmbedder:
    """Bags of hashed words, for tests that need no model: texts that share words are near."""

    name = "hashed"

    def __init__(self, dimensions: int = 512) -> None:
        self._dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions)."""
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
                vectors[row, zlib.crc32(word.encode()) % self._dimensions] += 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(norms, 1e-9)
        return unit


def windows(text: str) -> list[str]:
    """Overlapping parts of a long text, each short enough for an embedder to read whole; none of a short one."""
    words = text.split()
    if len(words) <= WINDOW:
        return []
    return [" ".join(words[start : start + WINDOW]) for start in range(0, len(words) - WINDOW // 2, WINDOW // 2)]


def embedder_folder(name: str) -> Path | str:
    """Where the named embedder's files are; a name that is not packaged is a folder or a hub id."""
    return MINILM.locate().parent if name == DEFAULT else name
