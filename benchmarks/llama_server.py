"""llama.cpp's own HTTP server, from the package xllamacpp, in a process of its own on a free loopback port.

    with llama_server(gguf, Layout(slots=16)) as server: server.complete(ids, 100)

`python -m benchmarks.llama_server '{...}'` is that process: it prints its address and ends when its input does, so
that it never outlives whoever started it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from chatbot.records import Sampling

SLOT_TOKENS = 2048
LONGEST_REPLY_SECONDS = 600
MOST_CONNECTIONS = 64
GUESSED_AFTER, GUESSED_TOKENS = 3, 8
STOP_SECONDS = 10


@dataclass(frozen=True)
class Layout:
    """How the server is set up: places for replies, threads (0: its own choice), tokens a computed batch.

    `shared` puts all places into one cache; `guess` takes words from the context and has the model check them
    (n-gram speculation).
    """

    slots: int = 1
    threads: int = 0
    batch: int = 512
    shared: bool = False
    guess: bool = False


@dataclass(frozen=True)
class Completion:
    """A reply's tokens, and the seconds until its first token and until its last."""

    tokens: int
    first_tokens: int
    first: float
    whole: float


class LlamaServer:
    """A client of a running server; safe to use from many threads."""

    def __init__(self, url: str, sampling: Sampling) -> None:
        self._url = f"{url}/completion"
        self._penalty = sampling.repetition_penalty
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=0)
        self._client = httpx.Client(timeout=LONGEST_REPLY_SECONDS, limits=limits)

    def complete(self, prompt: Sequence[int], tokens: int, endless: bool = False) -> Completion:
        """Greedily write up to `tokens` tokens; `endless` goes on past the end of the reply."""
        body = {
            "prompt": list(prompt),
            "n_predict": tokens,
            "ignore_eos": endless,
            "temperature": 0,
            "top_k": 1,
            "samplers": ["penalties", "top_k"],
            "repeat_penalty": self._penalty,
            "repeat_last_n": SLOT_TOKENS,
            "cache_prompt": True,
            "return_tokens": True,
            "stream": True,
        }
        began = time.perf_counter()
        first, first_tokens, last = 0.0, 0, ""
        with self._client.stream("POST", self._url, json=body) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if not first and line.startswith("data: "):
                    first = time.perf_counter()
                    first_tokens = max(1, len(json.loads(line[6:]).get("tokens", [])))
                if line.startswith("data: "):
                    last = line
        written = json.loads(last[6:])["tokens_predicted"] if last else 0
        return Completion(written, first_tokens, first - began, time.perf_counter() - began)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@contextmanager
def llama_server(gguf: Path, layout: Layout, sampling: Sampling) -> Iterator[LlamaServer]:
    """A server while it is needed; raises `ClickException` when it does not start."""
    given = json.dumps({"model": str(gguf)} | asdict(layout))
    line = [sys.executable, "-m", "benchmarks.llama_server", given]
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        line, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url.startswith("http"):
            raise click.ClickException("llama.cpp's server does not start: pip install xllamacpp")
        server = LlamaServer(url, sampling)
        try:
            yield server
        finally:
            server.close()
    finally:
        process.kill()
        process.wait(STOP_SECONDS)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def serve(given: dict[str, Any]) -> None:
    """Serve until the input ends."""
    import xllamacpp

    layout = Layout(**{name: value for name, value in given.items() if name != "model"})
    params = xllamacpp.CommonParams()
    params.model.path = given["model"]
    params.verbosity = 0
    params.n_parallel = layout.slots
    params.n_ctx = layout.slots * SLOT_TOKENS
    params.n_batch = max(layout.batch, params.n_batch)
    params.n_ubatch = layout.batch
    params.kv_unified = layout.shared
    if layout.threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = layout.threads
    if layout.guess:
        params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
        params.speculative.ngram_simple.size_n = GUESSED_AFTER
        params.speculative.ngram_simple.size_m = GUESSED_TOKENS
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
