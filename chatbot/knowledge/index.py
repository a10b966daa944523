"""The index: passages as vectors, searched by cosine similarity, kept on disk, extended when an answer is approved.

Article sentences carry their title and section. Exact search over a matrix: with a few thousand passages it takes
well under a millisecond, so there is no approximate index here.
"""

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from chatbot.knowledge.embeddings import Embedder, Vectors
from chatbot.knowledge.packs import Sentence
from chatbot.records import ApprovedAnswer, Passage

Searched = tuple[list[Passage], Vectors]


class KnowledgeIndex:
    """Passages of a pack's articles and the approved answers."""

    def __init__(self, embedder: Embedder, sentences: Sequence[Sentence], cache: Path | None = None) -> None:
        """`cache` is a folder that keeps the vectors of article sentences between starts."""
        self._embedder = embedder
        self._lock = threading.Lock()
        passages = [_article_passage(sentence) for sentence in sentences]
        vectors = _cached_vectors(embedder, [_embedded_text(passage) for passage in passages], cache)
        self._articles: Searched = (passages, vectors)
        self._answers: Searched = ([], np.zeros((0, vectors.shape[1]), np.float32))

    def set_answers(self, answers: Sequence[ApprovedAnswer]) -> None:
        """Hold exactly these approved answers; the vectors of those already held are kept."""
        with self._lock:
            held, vectors = self._answers
            known = {passage.id: vector for passage, vector in zip(held, vectors, strict=True)}
            passages = [_answer_passage(answer) for answer in answers]
            fresh = [passage for passage in passages if passage.id not in known]
            if fresh:
                encoded = self._embedder.encode([_embedded_text(passage) for passage in fresh])
                known |= {passage.id: vector for passage, vector in zip(fresh, encoded, strict=True)}
            rows = [known[passage.id] for passage in passages]
            self._answers = (passages, np.stack(rows) if rows else vectors[:0])

    def search(self, queries: Sequence[str], limit: int, min_score: float = -1.0) -> list[Passage]:
        """The passages nearest to any of the queries, best first, each with its highest cosine similarity."""
        if not queries or limit == 0:
            return []
        asked = self._embedder.encode(queries)
        found = []
        for passages, vectors in (self._answers, self._articles):
            if passages:
                scores = (vectors @ asked.T).max(axis=1)
                best = np.argsort(-scores, kind="stable")[:limit]
                found += [replace(passages[i], score=round(float(scores[i]), 4)) for i in best]
        found.sort(key=lambda passage: -passage.score)
        return [passage for passage in found if passage.score >= min_score][:limit]


def _article_passage(sentence: Sentence) -> Passage:
    digest = hashlib.sha256(f"{sentence.title}\n{sentence.section}\n{sentence.text}".encode()).hexdigest()
    title = f"{sentence.title} › {sentence.section}" if sentence.section else sentence.title
    return Passage(
        f"{sentence.article}-{digest[:8]}", "article", title, sentence.text, f"articles/{sentence.article}.md"
    )


def _answer_passage(answer: ApprovedAnswer) -> Passage:
    return Passage(answer.id, "answer", "Approved answer", answer.response, "review", query=answer.query)


def _embedded_text(passage: Passage) -> str:
    return passage.query if passage.kind == "answer" else f"{passage.title}: {passage.text}"


def _cached_vectors(embedder: Embedder, texts: list[str], cache: Path | None) -> Vectors:
    key = hashlib.sha256(json.dumps([embedder.name, texts]).encode()).hexdigest()[:24]
    file = cache / f"{key}.npy" if cache else None
    if file and file.is_file():
        try:
            with file.open("rb") as held:
                kept: Vectors = np.lib.format.read_array(held, allow_pickle=False)
            if len(kept) == len(texts):
                return kept
        except (ValueError, OSError):
            file.unlink(missing_ok=True)
    vectors = embedder.encode(texts)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.tmp")
        with partial.open("wb") as out:
            np.save(out, vectors)
        partial.replace(file)
    return vectors
