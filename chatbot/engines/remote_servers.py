"""Which of several servers writes the next reply: the least busy of those whose circuit breaker lets it through.

A breaker opens after some failures in a row; after a pause one reply at a time may try the server ("half-open"). A
good reply closes it. Failures to reach the server are also undone by a health check that gets through; bad replies
are not. Everything here runs in the engine's event loop; `state` and `summary` may be read from any thread.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from chatbot.errors import EngineError

State = Literal["closed", "open", "half-open"]
Blame = Literal["unreachable", "bad reply", "none"]


@dataclass(frozen=True)
class Limits:
    """How long a remote engine waits and how often it tries; seconds.

    `read_seconds` is the longest silence, before the first token and between two. `attempts` counts the first try.
    A wait doubles from `first_wait` to `longest_wait`; a server that asks for more than that is not waited for.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    failures: int = 3
    pause_seconds: float = 15.0
    health_seconds: float = 10.0


class ServerError(EngineError):
    """One server failed; `retry` says whether another try may help, `wait` how many seconds it asked for."""

    def __init__(self, text: str, blame: Blame = "bad reply", retry: bool = False, wait: float = 0.0) -> None:
        super().__init__(text)
        self.blame = blame
        self.retry = retry
        self.wait = wait


class NoServerError(EngineError):
    """Every server's breaker is open."""


class Breaker:
    """Keeps replies from a server that fails, and finds out when it is well again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._opened_at = 0.0
        self._trial = False
        self._replied_badly = False
        self.failures = 0
        self.is_open = False
        self.reason = ""

    @property
    def pause_left(self) -> float:
        """Seconds until a reply may try the server; 0 where one may now."""
        since = time.monotonic() - self._opened_at
        return max(0.0, self._limits.pause_seconds - since) if self.is_open else 0.0

    @property
    def state(self) -> State:
        """closed: replies go through; open: none does; half-open: one at a time may try."""
        if not self.is_open:
            return "closed"
        return "open" if self.pause_left else "half-open"

    @property
    def admits(self) -> bool:
        """Whether a reply may go to the server now."""
        return self.state == "closed" or (self.state == "half-open" and not self._trial)

    def start(self) -> bool:
        """A reply goes to the server; returns whether it is the trial of a half-open breaker."""
        self._trial = self.is_open
        return self._trial

    def end_trial(self) -> None:
        """The trial is over, perhaps without a verdict."""
        self._trial = False

    def first_token(self) -> None:
        """The server writes: others may follow, but the next failure opens the breaker again."""
        if self.is_open:
            self.is_open = self._trial = False
            self.failures = self._limits.failures - 1

    def succeeded(self) -> None:
        """A reply was written to its end."""
        self.failures = 0
        self.is_open = self._trial = self._replied_badly = False
        self.reason = ""

    def failed(self, reason: str, blame: Blame) -> None:
        """A reply or a health check failed; `reason` is shown as long as the breaker is open."""
        if blame == "none":
            return
        self._replied_badly |= blame == "bad reply"
        self.failures += 1
        self.reason = reason
        self._trial = False
        if self.failures >= self._limits.failures:
            self.is_open = True
            self._opened_at = time.monotonic()

    def reached(self) -> None:
        """A health check got through."""
        if not self._replied_badly:
            self.succeeded()


class Server:
    """One server, with the number of replies that it is writing for this engine."""

    def __init__(self, url: str, limits: Limits) -> None:
        self.url = url
        self.breaker = Breaker(limits)
        self.busy = 0

    @property
    def summary(self) -> str:
        """One line for the pages."""
        breaker = self.breaker
        if breaker.state == "closed":
            return f"{self.url}: closed (it answers), replies under way: {self.busy}"
        when = f"tried again in {breaker.pause_left:.0f} s" if breaker.pause_left else "the next reply tries it"
        return f"{self.url}: {breaker.state} after {breaker.failures} failures ({breaker.reason}), {when}"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Count a reply while it is written, and tell the breaker how it went."""
        self.busy += 1
        trial = self.breaker.start()
        try:
            yield
            self.breaker.succeeded()
        except ServerError as error:
            self.breaker.failed(str(error), error.blame)
            raise
        finally:
            self.busy -= 1
            if trial:
                self.breaker.end_trial()


class Servers:
    """The servers of one engine; equally busy ones take turns."""

    def __init__(self, urls: Sequence[str], limits: Limits) -> None:
        self.all = [Server(url, limits) for url in dict.fromkeys(urls)]
        self._turn = 0

    @property
    def state(self) -> str:
        """One line a server."""
        return "\n".join(server.summary for server in self.all)

    @property
    def admits(self) -> bool:
        """Whether any server lets a reply through."""
        return any(server.breaker.admits for server in self.all)

    def untried(self, tried: set[Server]) -> bool:
        """Whether a server that was not tried yet lets a reply through."""
        return any(server.breaker.admits and server not in tried for server in self.all)

    def choose(self, tried: set[Server]) -> Server:
        """The least busy server that lets a reply through, one not yet tried before the others.

        Raises `NoServerError`, naming all servers, where every breaker is open.
        """
        admitting = [server for server in self.all if server.breaker.admits]
        if not admitting:
            raise NoServerError(
                "no server can write a reply now; start them or correct their addresses, they are tried again by "
                f"themselves: {self.state}"
            )
        self._turn += 1
        turned = [admitting[(self._turn + step) % len(admitting)] for step in range(len(admitting))]
        return min(turned, key=lambda server: (server in tried, server.busy))
