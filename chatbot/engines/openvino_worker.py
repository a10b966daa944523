"""The process in which OpenVINO computes: a program that knows lines of JSON and nothing of the rest.

    python -P openvino_worker.py FILE.gguf [alone|together]

In:  {"add": 1, "prompt": [ids], "config": {...}, "schema": "..."}   {"cancel": 1}
Out: {"ready": true}, then after each step {"tokens": {"1": [ids]}, "ended": ["1"]}; for what cannot join
     {"refused": "1", "why": "..."}; at a failure {"failed": "why"}.

Requests join and leave between steps. It ends when its input does, so it never outlives whoever started it. With
`alone` or `together` it guesses what comes next from where the last three tokens stood before, and computes all guesses
at once; `alone` is for requests that come one at a time.
"""

import ctypes
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TextIO, TypedDict, final

CACHE_GIGABYTES = 1
# A processor that multiplies in bfloat16 would do so by itself: no faster reply by reply (docs/serving.md), and other
# words than elsewhere.
PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}
MOST_SEQUENCES = 64
GUESSED = {"num_assistant_tokens": 4, "max_ngram_size": 3}
# Prompts are read in parts while others are written to: shorter parts read slower, longer ones make replies falter.
# Alone they are the shortest, because a reply that another joins goes on elsewhere, and what is begun is in vain.
STEP_TOKENS, ALONE_STEP_TOKENS = 768, 256

READ_AGAIN = 2**40  # above the numbers of requests

Config = dict[str, int | float | bool]
"""Fields of OpenVINO GenAI's GenerationConfig."""


@final
class Add(TypedDict):
    """The order to let a request join."""

    add: int
    prompt: list[int]
    config: Config
    schema: str


@final
class Cancel(TypedDict):
    """The order to let one leave."""

    cancel: int


Order = Add | Cancel


class Told(TypedDict, total=False):
    """What comes back."""

    ready: bool
    tokens: dict[str, list[int]]
    ended: list[str]
    refused: str
    why: str
    failed: str


class Output(Protocol):
    """What OpenVINO GenAI wrote of a request since it was read last."""

    generated_ids: Sequence[int]


class Handle(Protocol):
    """OpenVINO GenAI's handle of a request."""

    def cancel(self) -> None:
        """Let it leave at the next step."""
        ...

    def can_read(self) -> bool:
        """Whether anything was written."""
        ...

    def read(self) -> Mapping[int, Output]:
        """What was written, by sequence."""
        ...

    def get_status(self) -> object:
        """A value of GenerationStatus."""
        ...


@dataclass
class Request:
    """A request in the pipeline, with the order that it came by, whose prompt grows by what is written."""

    handle: Handle
    order: Add


class Batch:
    """The pipeline with the requests that are in it."""

    def __init__(self, gguf: str, guesses: str) -> None:
        import openvino_genai

        self._genai = openvino_genai
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = CACHE_GIGABYTES
        scheduler.max_num_seqs = MOST_SEQUENCES
        scheduler.max_num_batched_tokens = ALONE_STEP_TOKENS if guesses == "alone" else STEP_TOKENS
        self._guesses = GUESSED if guesses else {}
        self._reads_on = guesses == "alone"
        options = PRECISION | ({"prompt_lookup": True} if guesses else {})
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(gguf, scheduler, "CPU", options)
        self._joined: dict[str, Request] = {}
        self._read_again: list[Handle] = []

    @property
    def busy(self) -> bool:
        """Whether a step would do anything."""
        return bool(self._joined or self._read_again)

    def take(self, order: Order) -> None:
        """Let a request join, or cancel one; one that has ended is passed over."""
        if "cancel" in order:
            request = self._joined.get(str(order["cancel"]))
            if request is not None:
                request.handle.cancel()
            return
        self._joined[str(order["add"])] = Request(self._add(order), order)

    def step(self) -> Told:
        """Compute one token for every request, or a part of a prompt; what was written, and who ended."""
        if self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        tokens = {}
        for number, request in self._joined.items():
            if request.handle.can_read():
                outputs = request.handle.read().values()
                tokens[number] = [token for output in outputs for token in output.generated_ids]
                request.order["prompt"] += tokens[number]
        running, finished = self._genai.GenerationStatus.RUNNING, self._genai.GenerationStatus.FINISHED
        self._read_again = [handle for handle in self._read_again if handle.get_status() == running]
        ended = [number for number, request in self._joined.items() if request.handle.get_status() != running]
        for number in ended:
            request = self._joined.pop(number)
            if self._reads_on and request.handle.get_status() == finished:
                self._read_on(request.order)
        return {"tokens": tokens, "ended": ended}

    def _read_on(self, order: Add) -> None:
        """Read a talk so far as a prompt, for its next turn: what was written by guesses is not in the cache."""
        shortest = order["config"] | {"max_new_tokens": 1}
        self._read_again.append(self._add({**order, "add": READ_AGAIN + order["add"], "config": shortest}))

    def _add(self, order: Add) -> Handle:
        import numpy as np
        import openvino

        ids = openvino.Tensor(np.array([order["prompt"]], dtype=np.int64))
        handle: Handle = self._pipeline.add_request(order["add"], ids, self._config(order))
        return handle

    def _config(self, order: Add) -> object:
        config = self._genai.GenerationConfig()
        config.apply_chat_template = False
        for name, value in (order["config"] | self._guesses).items():
            setattr(config, name, value)
        config.stop_token_ids = {config.eos_token_id}
        if order["schema"]:
            config.structured_output_config = self._genai.StructuredOutputConfig(json_schema=order["schema"])
        return config


def serve(gguf: str, guesses: str, said: TextIO, out: TextIO) -> None:
    """Take orders and step until `said` ends."""

    def tell(message: Told) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()

    def listen() -> None:
        try:
            for line in said:
                orders.put(json.loads(line))
        finally:
            os._exit(0)

    try:
        batch = Batch(gguf, guesses)
        _give_back()
        threading.Thread(target=listen, daemon=True).start()
        tell({"ready": True})
        while True:
            while not (batch.busy and orders.empty()):
                order = orders.get()
                try:
                    batch.take(order)
                except RuntimeError as error:
                    if "cancel" in order:
                        raise
                    tell({"refused": str(order["add"]), "why": _reason(error)})
            told = batch.step()
            if told["tokens"] or told["ended"]:
                tell(told)
    except Exception as error:
        tell({"failed": _reason(error)})
        os._exit(1)


def _give_back() -> None:
    """Return to the system what loading has freed, which glibc would keep: 0.7 GB with a model of 1.5 B."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


def main() -> None:
    """Speak over the standard streams; whatever libraries print goes to the error stream."""
    for word in (signal.SIGINT, signal.SIGTERM):  # whoever started it decides when its replies end
        signal.signal(word, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.argv[1], "".join(sys.argv[2:]), sys.stdin, out)


if __name__ == "__main__":
    main()
