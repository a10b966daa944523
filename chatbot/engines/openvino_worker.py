"""The process in which OpenVINO computes: a program that knows lines of JSON and nothing of the rest.

    python -P openvino_worker.py FILE.gguf [lookup]

In:  {"add": 1, "prompt": [ids], "config": {...}, "schema": "..."}   {"cancel": 1}
Out: {"ready": true}, then after each step {"tokens": {"1": [ids]}, "ended": ["1"]}; at a failure {"failed": "why"}.

Requests join and leave between steps. It ends when its input does, so it never outlives whoever started it. With
`lookup` it guesses what comes next from where the last three tokens stood before, and computes all guesses at once.
"""

import json
import os
import queue
import signal
import sys
import threading
from typing import Any, TextIO

CACHE_GIGABYTES = 1
# A processor that multiplies in bfloat16 would do so by itself: no faster reply by reply (docs/serving.md), and other
# words than elsewhere.
PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}
MOST_SEQUENCES = 64
GUESSED = {"num_assistant_tokens": 4, "max_ngram_size": 3}
MOST_STEP_TOKENS = (
    512  # of prompts that are read while others are written to; 256 read slower, 1,024 make replies falter
)

Order = dict[str, Any]


class Batch:
    """The pipeline with the requests that are in it."""

    def __init__(self, gguf: str, lookup: bool) -> None:
        import openvino_genai

        self._genai = openvino_genai
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = CACHE_GIGABYTES
        scheduler.max_num_seqs = MOST_SEQUENCES
        scheduler.max_num_batched_tokens = MOST_STEP_TOKENS
        self._guesses = GUESSED if lookup else {}
        options = PRECISION | ({"prompt_lookup": True} if lookup else {})
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(gguf, scheduler, "CPU", options)
        self._joined: dict[str, Any] = {}

    @property
    def busy(self) -> bool:
        """Whether a step would do anything."""
        return bool(self._joined)

    def take(self, order: Order) -> None:
        """Let a request join, or cancel one; one that has ended is passed over."""
        if "cancel" in order:
            handle = self._joined.get(str(order["cancel"]))
            if handle is not None:
                handle.cancel()
            return
        import numpy as np
        import openvino

        ids = openvino.Tensor(np.array([order["prompt"]], dtype=np.int64))
        self._joined[str(order["add"])] = self._pipeline.add_request(order["add"], ids, self._config(order))

    def step(self) -> dict[str, Any]:
        """Compute one token for every request, or a part of a prompt; what was written, and who ended."""
        if self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        tokens = {}
        for number, handle in self._joined.items():
            if handle.can_read():
                tokens[number] = [token for output in handle.read().values() for token in output.generated_ids]
        running = self._genai.GenerationStatus.RUNNING
        ended = [number for number, handle in self._joined.items() if handle.get_status() != running]
        for number in ended:
            del self._joined[number]
        return {"tokens": tokens, "ended": ended}

    def _config(self, order: Order) -> Any:
        config = self._genai.GenerationConfig()
        config.apply_chat_template = False
        for name, value in (order["config"] | self._guesses).items():
            setattr(config, name, value)
        config.stop_token_ids = {config.eos_token_id}
        if order["schema"]:
            config.structured_output_config = self._genai.StructuredOutputConfig(json_schema=order["schema"])
        return config


def serve(gguf: str, lookup: bool, said: TextIO, out: TextIO) -> None:
    """Take orders and step until `said` ends."""

    def tell(message: dict[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()

    def listen() -> None:
        for line in said:
            orders.put(json.loads(line))
        os._exit(0)

    try:
        batch = Batch(gguf, lookup)
        threading.Thread(target=listen, daemon=True).start()
        tell({"ready": True})
        while True:
            while not (batch.busy and orders.empty()):
                batch.take(orders.get())
            tell(batch.step())
    except Exception as error:
        tell({"failed": (str(error).strip().splitlines() or [type(error).__name__])[-1]})


def main() -> None:
    """Speak over the standard streams; whatever libraries print goes to the error stream."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.argv[1], "lookup" in sys.argv[2:], sys.stdin, out)


if __name__ == "__main__":
    main()
