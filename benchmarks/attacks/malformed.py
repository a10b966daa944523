"""Broken requests by the thousand: nothing may fail the server, keep it waiting or make it grow.

An answer is late where it is not whole after five seconds, twice: once may be the machine's. A stream of events is left
once it has begun.
"""

import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.attacks.bodies import Broken, broken
from benchmarks.attacks.matrix import STREAMS, Cast, Routes, allowed

LATE_SECONDS = 5.0
PATIENCE = 60.0
AT_ONCE = 2
MOST_GROWTH = 1.10
SETTLED_AFTER = 1 / 3
SAMPLES = 60
FORMS = ("/login", "/account/password", "/account/end", "/account/codes-on")
EVENTS = ("queue/join", "run/predict", "cancel", "reset")
READERS: Routes = [
    ("POST", path)
    for path in (
        *("/v1/chat/completions", "/v1/feedback", *FORMS),
        *("/operate/api/training/runs", "/operate/api/playground/ask"),
        *(f"/gradio_api/{event}" for event in EVENTS),
    )
]
"""The routes that read bodies."""


@dataclass
class Storm:
    """What became of the requests; a status of 0 is a connection that was closed without an answer."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    slowest: float = 0.0
    memory_mib: list[float] = field(default_factory=list)

    def note(self, one: Broken, status: int, seconds: float) -> None:
        """Count one request."""
        told = f"{one.kind}: {one.method} {one.path} gives {status} after {seconds:.1f} s"
        self.asked += 1
        self.statuses[status] += 1
        self.slowest = max(self.slowest, seconds)
        self.failed += [told] if status >= 500 else []
        self.late += [told] if seconds > LATE_SECONDS else []

    @property
    def growth(self) -> float:
        """The largest memory over the largest of the first third."""
        settled = max(1, int(len(self.memory_mib) * SETTLED_AFTER))
        return round(max(self.memory_mib) / max(self.memory_mib[:settled]), 3) if self.memory_mib else 1.0


def storm(url: str, routes: Routes, cast: Cast, requests: int, memory: Callable[[], float]) -> Storm:
    """Send so many broken requests by everybody to every route; `memory` tells the server's, in MiB."""
    found, parts = Storm(), urlsplit(url)
    address = (str(parts.hostname), int(parts.port or 80))
    batch = max(1, requests // SAMPLES)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for begin in range(0, requests, batch):
            numbers = range(begin, min(begin + batch, requests))
            headers = {role: make() for role, make in cast.items()}  # anew: some of what is sent signs people out
            made = [_made(random.Random(number), routes, headers) for number in numbers]
            for one, (status, seconds) in zip(made, pool.map(lambda one: _patiently(address, one), made), strict=True):
                found.note(one, status, seconds)
            found.memory_mib.append(round(memory(), 1))
    return found


def _made(chance: random.Random, routes: Routes, headers: Mapping[str, dict[str, str]]) -> Broken:
    """A broken request to any route or to one that reads bodies, mostly by somebody who is let in."""
    method, path = chance.choice(chance.choice([routes, READERS]))
    everybody = list(headers)
    welcome = [role for role in everybody if allowed(path, role)] or everybody
    return broken(chance, method, path, headers[chance.choice(chance.choice([everybody, welcome, welcome]))])


def _patiently(address: tuple[str, int], one: Broken) -> tuple[int, float]:
    """What became of a request; one that is answered late is sent a second time."""
    status, seconds = send(address, one)
    if seconds <= LATE_SECONDS:
        return status, seconds
    again, quicker = send(address, one)
    return max(status, again), min(seconds, quicker)


def send(address: tuple[str, int], one: Broken) -> tuple[int, float]:
    """Send one; the status of the answer, and after how many seconds it was whole."""
    began, said = time.monotonic(), b""
    try:
        with socket.create_connection(address, timeout=PATIENCE) as connection:
            connection.sendall(one.sent)
            if one.ends:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                said += piece
                head, whole, _ = said.partition(b"\r\n\r\n")
                if whole and STREAMS.encode() in head.lower():
                    break
    except (ConnectionError, TimeoutError):
        pass  # closed while it was sent, which is an answer too; or late, which its time tells
    return _status(said), time.monotonic() - began


def _status(said: bytes) -> int:
    words = said.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
