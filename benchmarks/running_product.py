"""The whole product as a process of its own, on a copy of the home, spoken to over `/v1`.

    with running_product(settings, version, CHATBOT_REPLIES="write") as product: product.url, product.memory()

The copy keeps what is asked and promoted here out of the installation. `Listener` reads a streamed reply line by line.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx
import psutil

from chatbot.settings import Settings
from chatbot.store import Store, open_store
from chatbot.store.sqlite.backup import back_up

APP = Path(__file__).resolve().parent.parent / "app.py"
MANY_REQUESTS = "1000000/minute"  # everybody comes from one address here
SHARED = ("models", "index")
READY_SECONDS = 300
STOP_SECONDS = 60
ANSWER_SECONDS = 600


OPEN_RATES = {f"CHATBOT_{name}_RATE": MANY_REQUESTS for name in ("API", "MESSAGE", "FEEDBACK")}
"""What lets everybody do things as often as they like."""


class NoCookies(httpx.Cookies):
    """Every request of a client comes from a stranger."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing."""


@dataclass
class Listener:
    """One streamed reply as it comes; times are seconds since it was made."""

    began: float = field(default_factory=time.perf_counter)
    text: str = ""
    versions: set[str] = field(default_factory=set)
    tokens: int = 0
    first: float | None = None
    whole: float = 0.0
    ended: bool = False
    error: str = ""

    def hear(self, line: str) -> None:
        """Take in a line of the stream."""
        if line == "data: [DONE]":
            self.ended, self.whole = True, time.perf_counter() - self.began
        elif line.startswith("data: "):
            piece = json.loads(line[6:])
            self.error = str(piece["error"]) if "error" in piece else self.error
            self.versions |= {piece["model"]} if "model" in piece else set()
            said = piece["choices"][0]["delta"].get("content") if piece.get("choices") else None
            if said:
                self.first = self.first or time.perf_counter() - self.began
                self.text += said
            self.tokens = (piece.get("usage") or {}).get("completion_tokens") or self.tokens

    @property
    def sound(self) -> bool:
        """Whether the reply came to its end and says something, all of it by one version."""
        return self.ended and bool(self.text) and len(self.versions) == 1 and not self.error

    @property
    def state(self) -> str:
        """How the reply stands, in a line."""
        return f"by {sorted(self.versions)}, ended: {self.ended}, error: {self.error!r}, text: …{self.text[-80:]!r}"


@dataclass(frozen=True)
class Product:
    """A running product."""

    url: str
    process: psutil.Process
    store: Store

    @property
    def completions(self) -> str:
        """Where replies are asked for."""
        return f"{self.url}/v1/chat/completions"

    def memory(self) -> float:
        """Resident MiB of the server process and of those that it started."""
        total = 0
        for process in (self.process, *self.process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / 2**20

    def version(self) -> str:
        """The version that answers now."""
        return str(httpx.get(f"{self.url}/readyz", timeout=60).json().get("version"))


def request_body(question: str, max_tokens: int | None = None) -> dict[str, Any]:
    """A streamed request with its usage."""
    body = {
        "model": "champion",
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return body | ({"max_tokens": max_tokens} if max_tokens else {})


def ask(product: Product, client: httpx.Client, question: str, max_tokens: int | None = None) -> Listener:
    """One streamed reply, whole; a stranger asks. Raises httpx's errors."""
    client.cookies.clear()
    listener = Listener()
    with client.stream("POST", product.completions, json=request_body(question, max_tokens)) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            listener.hear(line)
    return listener


@contextmanager
def running_product(settings: Settings, version: str, **environment: str) -> Iterator[Product]:
    """The product with a version as its champion, ready; stopped with all its children at the end."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        back_up(settings.home, home)
        for name in SHARED:
            (settings.home / name).mkdir(exist_ok=True)
            (home / name).symlink_to((settings.home / name).resolve())
        store = open_store(home / "chatbot.db")
        store.versions.point("champion", version, "benchmark")
        given = {"CHATBOT_API_RATE": MANY_REQUESTS} | environment
        with serving(home, Path(folder) / "server.log", **given) as (url, process):
            yield Product(url, process, store)


@contextmanager
def serving(home: Path, log: Path, **environment: str) -> Iterator[tuple[str, psutil.Process]]:
    """The product on a home, ready: its address and its process. Stopped with all its children at the end."""
    given = os.environ | {"CHATBOT_HOME": str(home), "CHATBOT_PORT": "0", "CHATBOT_HOST": "127.0.0.1"} | environment
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(APP), "--no-train"],
            env=given,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield _wait_ready(process, log), psutil.Process(process.pid)
    finally:
        _stop(process)


def _wait_ready(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        if process.poll() is not None:
            raise click.ClickException(f"the server ended: {said[-500:]}")
        found = re.search(r"chat: (http://\S+)", said)
        with suppress(httpx.HTTPError):
            if found and httpx.get(f"{found.group(1)}/readyz", timeout=60).status_code == 200:
                return found.group(1)
        time.sleep(0.2)
    raise click.ClickException(f"the server is not ready after {READY_SECONDS} s: {log.read_text()[-500:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end, then end what is left of its process group."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, word)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
