"""The product's engine alone, as the serving benchmark's rivals and the whole product are held against.

Times are wall-clock seconds from the call to the text that a reader of the stream gets; tokens are those written.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from benchmarks.serving_prompts import AT_ONCE, Draft, Served
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.records import ChatMessage, Sampling

FIRST = "You are kind."
Asked = TypeVar("Asked")


class UnendingEngine(OpenVinoEngine):
    """The engine with replies that end at their longest only, so that both sides write the same number of tokens."""

    unending = False

    def _config(self, sampling: Sampling) -> dict[str, Any]:
        return super()._config(sampling) | ({"ignore_eos": True} if self.unending else {})


@contextmanager
def measured_engine(served: Served) -> Iterator[UnendingEngine]:
    """A fresh engine, warmed by one reply and closed at the end."""
    engine = UnendingEngine(served.gguf, served.base, served.version, writes=True)
    try:
        first_token(engine, [{"role": "user", "content": FIRST}], served.sampling(8))
        yield engine
    finally:
        engine.close()


def throughput(ask: Callable[[Asked], int], asked: Sequence[Asked], at_once: int = AT_ONCE) -> float:
    """Tokens a second of all replies together while `at_once` are written, until the last is done.

    `ask` writes one reply and returns its tokens.
    """
    with ThreadPoolExecutor(at_once) as pool:
        began = time.perf_counter()
        tokens = sum(pool.map(ask, asked))
        return tokens / (time.perf_counter() - began)


def write(engine: OpenVinoEngine, prompt: Sequence[ChatMessage], sampling: Sampling) -> int:
    """Read one reply to its end; returns its tokens."""
    generation = engine.generate(prompt, sampling)
    for _ in generation:
        pass
    return generation.usage.completion_tokens


def drafted(engine: OpenVinoEngine, served: Served) -> Callable[[Draft], int]:
    """Writes the reply to a draft's prompt, as long as the product's settings allow."""
    return lambda one: write(engine, one.prompt, served.sampling())


def first_token(engine: OpenVinoEngine, prompt: Sequence[ChatMessage], sampling: Sampling) -> float:
    """Seconds to the first token's text."""
    began = time.perf_counter()
    generation = engine.generate(prompt, replace(sampling, max_new_tokens=1))
    for _ in generation:
        break
    return time.perf_counter() - began


def writing_speed(engine: OpenVinoEngine, prompt: Sequence[ChatMessage], sampling: Sampling) -> float:
    """Tokens a second of one reply once its first text is there."""
    generation = engine.generate(prompt, sampling)
    began, before = 0.0, 0
    for _ in generation:
        if not began:
            began, before = time.perf_counter(), generation.usage.completion_tokens
    return (generation.usage.completion_tokens - before) / max(time.perf_counter() - began, 1e-6)
