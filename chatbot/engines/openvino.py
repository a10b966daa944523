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
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Sampling

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("openvino_worker.py")
LARGEST_TWICE = 500_000_000  # bytes of a file that is held in memory twice
Guesses = Literal["", "alone", "together"]
STOP_SECONDS = 10
LEAST_TOP_P = 1e-3  # what lies below is refused as 0


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
        self._many = _Worker(gguf, self._guesses)
        self._alone = _Worker(gguf, "alone") if writes and small else None
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
            self._place(_Reply(generation, self._config(sampling)))
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
    def _workers(self) -> list["_Worker"]:
        return [self._many, *([self._alone] if self._alone else [])]

    def _place(self, reply: "_Reply") -> None:
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
            self._many = _Worker(self._gguf, self._guesses)
            self._many.wait()

    def _leave(self, generation: TokenGeneration) -> None:
        with self._lock:
            for worker in self._workers:
                worker.cancel(generation.handle)

    def _config(self, sampling: Sampling) -> dict[str, Any]:
        """Fields of OpenVINO GenAI's GenerationConfig."""
        drawn = {
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


@dataclass
class _Reply:
    """A reply with what was written of it."""

    generation: TokenGeneration
    config: dict[str, Any]
    written: list[int] = field(default_factory=list)

    @property
    def schema(self) -> str:
        return self.generation.sampling.schema

    @property
    def order(self) -> dict[str, Any]:
        """What a worker is told, to go on where another stopped."""
        left = self.config["max_new_tokens"] - len(self.written)
        return {
            "add": int(self.generation.handle),
            "prompt": self.generation.prompt + self.written,
            "config": self.config | {"max_new_tokens": left},
            "schema": self.schema,
        }


class _Worker:
    """A process that runs `openvino_worker`, with the replies that it writes; `alive` until it ends."""

    def __init__(self, gguf: Path, guesses: Guesses = "") -> None:
        """Begin to load the file; `wait` for it before anything is asked."""
        command = [sys.executable, "-P", str(WORKER), str(gguf), guesses]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.alive = True
        self._name = gguf.name
        self._joined: dict[str, _Reply] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._listen, name=f"openvino-{self._process.pid}", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether it writes anything."""
        return bool(self._joined)

    def wait(self) -> None:
        """Wait until the file is loaded; raises `EngineError` where it cannot be."""
        first = self._read()
        if "ready" not in first:
            self._end()
            raise EngineError(f"{self._name} cannot be loaded by OpenVINO: {first['failed']}")
        self._thread.start()

    def add(self, reply: _Reply) -> None:
        """Let a reply join the batch."""
        with self._lock:
            if self._send(reply.order):
                self._joined[reply.generation.handle] = reply
            else:
                reply.generation.arrived.put(EngineError("the engine failed: ask again"))

    def cancel(self, handle: str) -> None:
        """Let a reply leave the batch, if it is there."""
        with self._lock:
            if handle in self._joined:
                self._send({"cancel": int(handle)})

    def give_up(self) -> list[_Reply]:
        """Stop all replies here, for another to go on with."""
        with self._lock:
            given, self._joined = self._joined, {}
            for handle in given:
                self._send({"cancel": int(handle)})
        left = [reply for reply in given.values() if reply.generation.cancelled]
        for reply in left:
            reply.generation.arrived.put(None)
        return [reply for reply in given.values() if reply not in left]

    def stop(self) -> None:
        """End the process, whatever it does, and every reply with it."""
        self._stopped = True
        self._process.kill()
        if self._thread.ident:
            self._thread.join(STOP_SECONDS)
        else:
            self._end()

    def _send(self, order: dict[str, Any]) -> bool:
        try:
            if self.alive:
                print(json.dumps(order), file=self._process.stdin, flush=True)
        except (OSError, ValueError):
            self.alive = False
        return self.alive

    def _read(self) -> dict[str, Any]:
        """What it says next; a line that is not whole was its last."""
        try:
            told: dict[str, Any] = json.loads(self._process.stdout.readline() if self._process.stdout else "")
        except ValueError:
            told = {"failed": f"exit status {self._process.wait()}"}
        return told

    def _listen(self) -> None:
        while "failed" not in (told := self._read()):
            with self._lock:
                self._deliver(told)
        if not self._stopped:
            logger.error("the engine's process ended: %s", told["failed"])
        with self._lock:
            self._end()
            lost, self._joined = self._joined, {}
        for reply in lost.values():
            reply.generation.cancelled = self._stopped
            failure = EngineError(f"the engine failed: {told['failed']}")
            reply.generation.arrived.put(None if self._stopped else failure)

    def _deliver(self, told: dict[str, Any]) -> None:
        """Hand on what was written; what was given up is passed over."""
        if told.get("refused") in self._joined:
            refused = self._joined.pop(told["refused"])
            refused.generation.arrived.put(EngineError(f"the engine refused the request: {told['why']}"))
        for handle, ids in told.get("tokens", {}).items():
            if handle in self._joined:
                self._joined[handle].written += ids
                self._joined[handle].generation.arrived.put(ids)
        for handle in told.get("ended", []):
            if handle in self._joined:
                self._joined.pop(handle).generation.arrived.put(None)

    def _end(self) -> None:
        self.alive = False
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
