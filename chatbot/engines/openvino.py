"""The default engine on CPUs: a GGUF file under OpenVINO GenAI's continuous batching, in a process of its own.

A step of the pipeline holds Python's lock for as long as it computes, so in this process every other thread would wait
for it at every turn. Prompts go over and replies come back as token ids of the base model's own tokenizer, so that
serving reads exactly what training wrote. Prefix caching is on.

Where questions are answered by the model, next words are looked up in the prompt (Saxena, "Prompt Lookup Decoding",
2023, github.com/apoorvumang/prompt-lookup-decoding). With a large model that is faster for one and hardly slower for
many. With a small one it is twice as fast for one and much slower for many: there a second process takes the replies in
free text that are written alone.
"""

import itertools
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.openvino_process import Guesses, Reply, Worker
from chatbot.engines.openvino_worker import Config
from chatbot.engines.token_generation import TokenGeneration
from chatbot.engines.wanted import Wanted
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Sampling

logger = logging.getLogger(__name__)

LARGEST_TWICE = 500_000_000  # bytes of a file that is held in memory twice
LEAST_TOP_P = 1e-3  # what lies below is refused as 0


def load(wanted: Wanted) -> "OpenVinoEngine":
    """The base's GGUF file, or that of a version with its adapter merged in; raises `EngineError` without one."""
    gguf = wanted.folder.merged if wanted.folder else wanted.base.gguf
    if gguf is None or not gguf.is_file():
        raise EngineError(f"{wanted.version} has no GGUF file for the openvino engine: set `engine` to 'transformers'")
    return OpenVinoEngine(gguf, wanted.base, wanted.version, writes=not wanted.settings.quotes)


class OpenVinoEngine:
    """A GGUF file served on the CPU to many people at once."""

    state, available, structured = "", True, True

    def __init__(self, gguf: Path, base: BaseModel, version: str, writes: bool = False) -> None:
        """With `writes` next words are looked up; a small file is loaded a second time for it.

        Raises `EngineError` where the file cannot be loaded.
        """
        self.version = version
        self._gguf = gguf
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._closing = False
        small = gguf.stat().st_size <= LARGEST_TWICE
        self._guesses: Guesses = "together" if writes and not small else ""
        self._many = Worker(gguf, self._guesses)
        self._alone = Worker(gguf, "alone") if writes and small else None
        try:
            import_libraries()  # on the other core, while the workers read their file
            self._tokenizer = base.tokenizer
            self._many.wait()
        except BaseException:
            self.close()
            raise
        try:
            if self._alone:
                self._alone.wait()
        except EngineError as error:
            logger.warning("replies written alone are no faster than others: %s", error)
            self._alone = None

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> TokenGeneration:
        """Queue a reply; it joins the batch at the next step."""
        prompt = encode_chat(self._tokenizer, messages)
        generation = TokenGeneration(prompt, sampling, self._tokenizer, self._leave)
        with self._lock:
            if self._closing:
                raise EngineError(f"{self.version} is being unloaded: try again")
            self._restart()
            generation.handle = str(next(self._numbers))
            self._place(Reply(generation, self._config(sampling)))
        return generation

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        return len(encode_chat(self._tokenizer, messages))

    def close(self) -> None:
        """End every reply and free the model."""
        with self._lock:
            self._closing = True
        for worker in self._workers:
            worker.stop()

    @property
    def _workers(self) -> list[Worker]:
        return [self._many, *([self._alone] if self._alone else [])]

    def _place(self, reply: Reply) -> None:
        """Let a reply join the batch, together with one that was written alone until now."""
        if self._alone and not reply.schema and not any(worker.busy for worker in self._workers):
            self._alone.add(reply)
            return
        for moved in [*(self._alone.give_up() if self._alone else []), reply]:
            self._many.add(moved)

    def _restart(self) -> None:
        """Start what failed since the last reply; what can be done without stays away."""
        if self._alone and not self._alone.alive:
            self._alone = None
        if not self._many.alive:
            self._many = Worker(self._gguf, self._guesses)
            self._many.wait()

    def _leave(self, generation: TokenGeneration) -> None:
        with self._lock:
            for worker in self._workers:
                worker.cancel(generation.handle)

    def _config(self, sampling: Sampling) -> Config:
        """Fields of OpenVINO GenAI's GenerationConfig."""
        drawn: Config = {
            "temperature": sampling.temperature,
            "top_p": max(sampling.top_p, LEAST_TOP_P),
            "rng_seed": sampling.seed,
        }
        return {
            "max_new_tokens": sampling.max_new_tokens,
            "repetition_penalty": sampling.repetition_penalty,
            "eos_token_id": self._tokenizer.eos_token_id,
            "do_sample": not sampling.greedy,
            **({} if sampling.greedy else drawn),
        }
