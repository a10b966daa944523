"""The process in which OpenVINO computes, as the engine sees it: orders go in, tokens of each reply come out."""

import json
import logging
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chatbot.engines.openvino_worker import Add, Config, Order, Told
from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("openvino_worker.py")
Guesses = Literal["", "alone", "together"]
STOP_SECONDS = 10


@dataclass
class Reply:
    """A reply with what was written of it."""

    generation: TokenGeneration
    config: Config
    written: list[int] = field(default_factory=list)

    @property
    def schema(self) -> str:
        """What it must satisfy; empty for free text."""
        return self.generation.sampling.schema

    @property
    def order(self) -> Add:
        """What a worker is told, to go on where another stopped."""
        left: Config = {"max_new_tokens": self.generation.sampling.max_new_tokens - len(self.written)}
        return {
            "add": int(self.generation.handle),
            "prompt": self.generation.prompt + self.written,
            "config": self.config | left,
            "schema": self.schema,
        }


class Worker:
    """A process that runs `openvino_worker`, with the replies that it writes; `alive` until it ends."""

    def __init__(self, gguf: Path, guesses: Guesses = "") -> None:
        """Begin to load the file; `wait` for it before anything is asked."""
        command = [sys.executable, "-P", str(WORKER), str(gguf), guesses]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.alive = True
        self._name = gguf.name
        self._joined: dict[str, Reply] = {}
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

    def add(self, reply: Reply) -> None:
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

    def give_up(self) -> list[Reply]:
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

    def _send(self, order: Order) -> bool:
        try:
            if self.alive:
                print(json.dumps(order), file=self._process.stdin, flush=True)
        except (OSError, ValueError):
            self.alive = False
        return self.alive

    def _read(self) -> Told:
        """What it says next; a line that is not whole was its last."""
        try:
            told: Told = json.loads(self._process.stdout.readline() if self._process.stdout else "")
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

    def _deliver(self, told: Told) -> None:
        """Hand on what was written; what was given up is passed over."""
        if refused := self._joined.pop(told.get("refused", ""), None):
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
