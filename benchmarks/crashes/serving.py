"""The server of a house: started, ready or killed while it starts."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx

from benchmarks.crashes.house import House
from benchmarks.crashes.processes import LONGEST_SECONDS, Job, Running, serve, start

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Served:
    """A server that is ready."""

    url: str
    version: str
    running: Running


class NotReady(Exception):
    """A server ended, or did not become ready in time."""


def server(house: House) -> Job:
    """The server as a job."""
    return Job(serve, house.folder, house.environment)


@contextmanager
def served(house: House) -> Iterator[Served]:
    """A server that is ready, killed in the end; raises `NotReady`."""
    with start(server(house)) as running:
        yield until_ready(running)


def until_ready(running: Running) -> Served:
    """Wait for a server; raises `NotReady`."""
    while running.seconds < LONGEST_SECONDS:
        if not running.alive:
            break
        if found := re.search(r"^chat: (http://\S+)", running.warned, re.MULTILINE):
            with suppress(httpx.HTTPError):
                answer = httpx.get(f"{found.group(1)}/readyz", timeout=60)
                if answer.status_code == 200:
                    return Served(found.group(1), str(answer.json()["version"]), running)
        time.sleep(POLL_SECONDS)
    raise NotReady(f"the server did not become ready: {running.warned[-500:]!r}")
