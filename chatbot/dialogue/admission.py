"""How many are answered at once, how many may wait, and who is next: a bounded queue, fair between people.

Whoever holds the fewest places is next, then whoever was not served for longest (round robin), so that one person's
ten questions do not keep another from asking one. Past the bound a request is refused at once, with the seconds after
which to try again: a queue that only grows helps nobody (Nygard, "Release It!", 2018: shed load).
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.errors import BusyError

SHARE_OF_QUEUE = 4  # one person may hold a quarter of it
FIRST_GUESS = 2.0  # seconds a reply takes, before any was written
MEMORY = 0.1  # how fast the usual time of a reply follows new ones


class Admission:
    """Places for replies, and the queue before them."""

    def __init__(self, places: int, waiting: int) -> None:
        self._places = places
        self._bound = waiting
        self._lock = threading.Lock()
        self._queue: list[tuple[str, threading.Event]] = []
        self._held: Counter[str] = Counter()
        self._served: dict[str, float] = {}
        self._usual = FIRST_GUESS

    @property
    def running(self) -> int:
        """How many places are taken."""
        return self._held.total()

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._queue)

    def check(self, who: str) -> None:
        """Raise `BusyError` if a request of this person would find neither a place nor room in the queue."""
        with self._lock:
            self._check(who)

    @contextmanager
    def place(self, who: str) -> Iterator[float]:
        """A place for one reply, given back at the end; yields the seconds waited. Raises `BusyError`."""
        began = time.monotonic()
        with self._lock:
            self._check(who)
            ticket = (who, threading.Event())
            self._queue.append(ticket)
            self._grant()
        ticket[1].wait()
        admitted = time.monotonic()
        try:
            yield admitted - began
        finally:
            with self._lock:
                self._held[who] -= 1
                self._held += Counter()
                self._usual += MEMORY * (time.monotonic() - admitted - self._usual)
                self._grant()

    def _check(self, who: str) -> None:
        if self.running < self._places:
            return
        own = sum(waiting == who for waiting, _ in self._queue)
        if len(self._queue) >= self._bound or own >= max(1, self._bound // SHARE_OF_QUEUE):
            seconds = max(1, math.ceil(self._usual * (len(self._queue) + 1) / self._places))
            raise BusyError(
                "too many people are being answered at this moment: please try again in "
                f"{seconds} second{'s' if seconds > 1 else ''}",
                retry_after=seconds,
            )

    def _grant(self) -> None:
        while self._queue and self.running < self._places:
            ticket = min(self._queue, key=lambda waiting: (self._held[waiting[0]], self._served.get(waiting[0], 0.0)))
            self._queue.remove(ticket)
            self._held[ticket[0]] += 1
            self._served[ticket[0]] = time.monotonic()
            ticket[1].set()
        present = {who for who, _ in self._queue} | set(self._held)
        self._served = {who: when for who, when in self._served.items() if who in present}
