"""Best of several: a reply is written a few times at once, and the one that its sources carry best goes out.

The first is drawn as asked, the others more freely. The fewest unsupported figures win, then the largest share of words
that stand in the sources, then the first. Nothing can be shown before the last is whole: for people who rather wait.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatbot.dialogue.check import Source
from chatbot.engines.base import Engine, Generation, Usage
from chatbot.records import ChatMessage, Sampling

FREE_TEMPERATURE = 0.7
WORD = re.compile(r"\w{4,}")


class BestOf:
    """An engine that answers with the best of `count` replies to the same messages."""

    def __init__(self, engine: Engine, count: int, sources: Sequence[str]) -> None:
        self._engine = engine
        self._count = count
        self._sources = sources

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> "Candidates":
        """Begin them all."""
        freely = replace(sampling, temperature=max(sampling.temperature, FREE_TEMPERATURE))
        drawn = [sampling, *(replace(freely, seed=sampling.seed + number) for number in range(1, self._count))]
        return Candidates([self._engine.generate(messages, one) for one in drawn], self._sources)


class Candidates:
    """Several generations that read like one, whose text comes in a single piece."""

    def __init__(self, generations: Sequence[Generation], sources: Sequence[str]) -> None:
        self._generations = generations
        self._sources = sources
        self.usage = Usage()

    def __iter__(self) -> Iterator[str]:
        texts = ["".join(generation) for generation in self._generations]
        ranks = [grounding(text, self._sources) for text in texts]
        best = ranks.index(max(ranks))
        self.usage = self._spent(best)
        yield texts[best]

    def _spent(self, best: int) -> Usage:
        """The prompt once, the tokens of all replies, and how the chosen one ended."""
        chosen = self._generations[best].usage
        written = sum(generation.usage.completion_tokens for generation in self._generations)
        return Usage(chosen.prompt_tokens, written, chosen.finish)

    def cancel(self) -> None:
        """Stop them all."""
        for generation in self._generations:
            generation.cancel()


def grounding(text: str, sources: Sequence[str]) -> tuple[int, float]:
    """How well sources carry a text: minus its unsupported figures, and the share of its words that they hold."""
    words = WORD.findall(text.lower())
    known = set(WORD.findall(" ".join(sources).lower()))
    share = sum(word in known for word in words) / len(words) if words else -1.0
    return -len(Source.of(sources).lacks(text)), share
