"""The default engine on CPUs: a GGUF file under OpenVINO GenAI's continuous batching, in a process of its own.

A step of the pipeline holds Python's lock for as long as it computes, so in this process every other thread would wait
for it at every turn. Prompts go over and replies come back as token ids of the base model's own tokenizer, so that
serving reads exactly what training wrote. Prefix caching is on.
"""

import itertools
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Sampling

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("openvino_worker.py")
STOP_SECONDS = 10


class OpenVinoEngine:
    """A GGUF file served on the CPU to many people at once."""

    state, available, structured = "", True, True

    def __init__(self, gguf: Path, base: BaseModel, version: str) -> None:
        self.version = version
        self._gguf = gguf
        self._tokenizer = base.tokenizer
        self._numbers = itertools.count()
        self._joined: dict[str, TokenGeneration] = {}
        self._lock = threading.Lock()
        self._closing = False
        self._worker = _Worker(gguf, self._deliver, self._lost)

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> TokenGeneration:
        """Queue a reply; it joins the batch at the next step."""
        generation = TokenGeneration(encode_chat(self._tokenizer, messages), sampling, self._tokenizer, self._leave)
        with self._lock:
            if self._closing:
                raise EngineError(f"{self.version} is being unloaded: try again")
            if not self._worker.alive:
                self._worker = _Worker(self._gguf, self._deliver, self._lost)
            generation.handle = str(next(self._numbers))
            self._joined[generation.handle] = generation
            self._worker.send(
                {
                    "add": int(generation.handle),
                    "prompt": generation.prompt,
                    "config": self._config(sampling),
                    "schema": sampling.schema,
                }
            )
        return generation

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        return len(encode_chat(self._tokenizer, messages))

    def close(self) -> None:
        """End every reply and free the model."""
        with self._lock:
            self._closing = True
        self._worker.stop()

    def _leave(self, generation: TokenGeneration) -> None:
        self._worker.send({"cancel": int(generation.handle)})

    def _deliver(self, tokens: dict[str, list[int]], ended: Sequence[str]) -> None:
        for number, ids in tokens.items():
            self._joined[number].arrived.put(ids)
        for number in ended:
            self._joined.pop(number).arrived.put(None)

    def _lost(self, why: str) -> None:
        """The worker ended; one that was not closed is started again by the next reply."""
        with self._lock:
            lost, self._joined = self._joined, {}
        if not self._closing:
            logger.error("the engine's process ended: %s", why)
        for generation in lost.values():
            generation.cancelled = self._closing
            generation.arrived.put(None if self._closing else EngineError(f"the engine failed: {why}"))

    def _config(self, sampling: Sampling) -> dict[str, Any]:
        """Fields of OpenVINO GenAI's GenerationConfig."""
        drawn = {"temperature": sampling.temperature, "top_p": sampling.top_p, "rng_seed": sampling.seed}
        return {
            "max_new_tokens": sampling.max_new_tokens,
            "repetition_penalty": sampling.repetition_penalty,
            "eos_token_id": self._tokenizer.eos_token_id,
            "do_sample": sampling.temperature > 0,
            **(drawn if sampling.temperature > 0 else {}),
        }


class _Worker:
    """A running `openvino_worker`; `deliver` gets what each step wrote and who ended, `lost` why it ended itself."""

    def __init__(
        self, gguf: Path, deliver: Callable[[dict[str, list[int]], list[str]], None], lost: Callable[[str], None]
    ) -> None:
        """Raises `EngineError` where the file cannot be loaded."""
        command = [sys.executable, "-P", str(WORKER), str(gguf)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        import_libraries()  # on the other core, while the worker reads its file
        first = self._read()
        if "ready" not in first:
            self._process.wait()
            raise EngineError(f"{gguf.name} cannot be loaded by OpenVINO: {first['failed']}")
        self.alive = True
        self._deliver, self._lost = deliver, lost
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name=f"openvino-{self._process.pid}", daemon=True)
        self._thread.start()

    def send(self, order: dict[str, Any]) -> None:
        """Hand over an order; one that has ended hears none."""
        try:
            with self._sending:
                print(json.dumps(order), file=self._process.stdin, flush=True)
        except (OSError, ValueError):
            self.alive = False

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._thread.join(STOP_SECONDS)

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        told: dict[str, Any] = json.loads(line) if line else {"failed": f"exit status {self._process.wait()}"}
        return told

    def _listen(self) -> None:
        while "failed" not in (told := self._read()):
            self._deliver(told["tokens"], told["ended"])
        self.alive = False
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._lost(told["failed"])
