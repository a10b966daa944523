"""Curated small talk: what a pack's rows reply where a rule talks, found by what was asked in them."""

from collections.abc import Callable
from pathlib import Path

from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors
from chatbot.knowledge.retrieval.vector_cache import cached_vectors


class Talk:
    """The replies of the rows whose intent is a rule without a message of its own."""

    def __init__(
        self, embedder: Embedder, pack: Pack, cache: Path | None = None, correct: Callable[[str], str] = str
    ) -> None:
        """`cache` is a folder that keeps vectors between starts; `correct` spells messages right."""
        self._embedder = embedder
        self._correct = correct
        self._replies: dict[str, list[str]] = {}
        self._vectors: dict[str, Vectors] = {}
        for rule in pack.rules:
            rows = [pair for pair in pack.pairs if pair.intent == rule.name]
            if rule.does.talks and not rule.message and rows:
                self._replies[rule.name] = [row.response for row in rows]
                self._vectors[rule.name] = cached_vectors(embedder, [row.query for row in rows], cache)

    def reply(self, rule: Rule, message: str) -> str:
        """What the row replies whose question is nearest to a message; nothing where no row falls under the rule."""
        if rule.name not in self._replies:
            return ""
        near = self._vectors[rule.name] @ self._embedder.encode([self._correct(message)])[0]
        return self._replies[rule.name][int(near.argmax())]
