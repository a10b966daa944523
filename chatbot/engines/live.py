"""Which version answers now, and how the next one takes over without a reply being broken.

A reply leases the engine for its whole length. A newly promoted version is loaded and probed in the background, then
takes the place in one assignment; the old engine is freed when its last reply ends. A version that cannot be loaded
or does not answer the probe is refused: the old one stays and `fault` says why, until the champion changes again.
Where nothing can be loaded at the start, `failure` says why, and it is tried again until it can.

Beside the champion a canary may answer a share of the conversations, the same ones for as long as it is tried (Sato,
"CanaryRelease", martinfowler.com, 2014). At most two versions are loaded, and a third while it takes over; whoever
loaded another one is told by `make_room` to free it before.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Generic

from chatbot.engines.seat import Companion, Loaded, Seat, draw, probed
from chatbot.errors import EngineError, UserError

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
DRAIN_SECONDS = 60.0
RETRY_SECONDS = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Between attempts to load the first engine; the last is repeated."""


class LiveEngine(Generic[Companion]):
    """The engine that serves with what belongs to its version, replaced whole when the champion changes."""

    def __init__(
        self,
        load: Callable[[str], Loaded[Companion]],
        champion: Callable[[], str],
        fallback: str | None = None,
        background: bool = False,
        canary: Callable[[], str | None] = lambda: None,
        share: float = 0.0,
    ) -> None:
        """`load` makes the engine of a version and its companion; `champion` names the version that should answer.

        `fallback` names the version that answers where the champion cannot be loaded at the start. With `background`
        the first engine is loaded in a thread, over and over where that fails, and replies wait for the first attempt.
        `canary` names the version that should answer the `share` of conversations, if any.
        """
        self.load = load
        self._champion = champion
        self._canary = canary
        self._share = share
        self._lock = threading.Lock()
        self._swap_lock = threading.Lock()
        self._stopping = threading.Event()
        self._refused: str | None = None
        self._refused_canary: str | None = None
        self._watcher: threading.Thread | None = None
        self._fault: str | None = None
        self._canary_fault: str | None = None
        self.swaps = 0
        self.make_room: Callable[[], None] = lambda: None
        self._opened = threading.Event()
        self._seat: Seat[Companion] | None = None
        self._trial: Seat[Companion] | None = None
        self._draining: list[Seat[Companion]] = []
        self._failure: UserError | None = None
        waits = itertools.chain(RETRY_SECONDS, itertools.repeat(RETRY_SECONDS[-1])) if background else [0.0]
        self._opener = threading.Thread(target=self._open, args=(fallback, waits), name="first-engine", daemon=True)
        self._opener.start()
        if not background:
            self._ready_seat()

    def _open(self, fallback: str | None, waits: Iterable[float]) -> None:
        logged = None
        for wait in waits:
            try:
                self._seat = Seat(self._first(fallback))
                self._failure = None
            except UserError as error:
                self._failure = error
            except Exception as error:
                self._failure = EngineError(f"the engine cannot start: {error}")
            self._opened.set()
            if self._seat or self._stopping.wait(wait):
                return
            if self.failure != logged:
                logged = self.failure
                logger.error("nobody answers, trying again: %s", logged)

    def _ready_seat(self) -> Seat[Companion]:
        """The seat, once the first engine is loaded; raises what kept it from loading."""
        self._opened.wait()
        if self._seat is None:
            raise self._failure or EngineError("the engine cannot start")
        return self._seat

    def _first(self, fallback: str | None) -> Loaded[Companion]:
        wanted = self._champion()
        try:
            return self.load(wanted)
        except UserError as error:
            if fallback in (None, wanted):
                raise
            self._refused = wanted
            self._fault = f"{wanted} was refused and {fallback} answers: {error}"
            logger.error(self.fault)
            return self.load(str(fallback))

    @property
    def version(self) -> str:
        """The version that answers now."""
        return self._seat.version if self._seat else self._champion()

    @property
    def fault(self) -> str | None:
        """Why a version that should answer does not, or None."""
        return self._fault or self._canary_fault

    @property
    def failure(self) -> str | None:
        """Why no version could be loaded yet; None before the first attempt has ended, and once one could."""
        return str(self._failure) if self._failure else None

    @property
    def state(self) -> str:
        """How the engine's servers are, one line each; empty where it has none."""
        return self._seat.engine.state if self._seat else ""

    @property
    def available(self) -> bool:
        """Whether the engine can write now; False while every server of a remote one is down."""
        return self._seat is None or self._seat.engine.available

    @property
    def canary(self) -> str | None:
        """The version that answers the canary's share now."""
        trial = self._trial
        return trial.version if trial else None

    @property
    def loaded(self) -> list[str]:
        """The versions that are in memory, those that only finish their last replies included."""
        return [seat.version for seat in (self._seat, self._trial, *self._draining) if seat]

    @property
    def ready(self) -> bool:
        """Whether an engine is loaded; False while the first is on its way, and after it failed."""
        return self._seat is not None

    @contextmanager
    def lease(self, conversation: str = "") -> Iterator[Loaded[Companion]]:
        """The engine and its companion for one reply; they are not freed before the reply is done.

        Whether the canary answers is told by the conversation, so that all of it has one author.
        """
        self._ready_seat()
        with self._lock:
            tried = self._trial if draw(conversation) < self._share else None
            seat = tried or self._ready_seat()
            seat.leases += 1
        with self._held(seat) as loaded:
            yield loaded

    @contextmanager
    def lease_of(self, version: str) -> Iterator[Loaded[Companion] | None]:
        """The same of one version, whomever it answers; None where it answers nobody."""
        self._ready_seat()
        with self._lock:
            seat = next((one for one in (self._seat, self._trial) if one and one.version == version), None)
            if seat:
                seat.leases += 1
        with self._held(seat) if seat else nullcontext() as loaded:
            yield loaded

    @contextmanager
    def _held(self, seat: Seat[Companion]) -> Iterator[Loaded[Companion]]:
        try:
            yield seat.engine, seat.companion
        finally:
            with self._lock:
                seat.leases -= 1
                free = seat.retired and seat.leases == 0
            if free:
                self._free(seat)

    def refresh(self) -> bool:
        """Swap to the champion if it is not the one that answers, and take or leave the canary.

        Returns whether the champion was swapped. A version that still writes its last replies is waited for, a minute
        at most, before another is loaded.
        """
        with self._swap_lock:
            if not self.ready:
                return False
            swapped = self._follow_champion()
            self._follow_canary()
            return swapped

    def renew(self, make: Callable[[Companion], Companion]) -> None:
        """Give every version that is loaded another companion; replies under way end with the one that they have."""
        self._opened.wait()
        self.make_room()
        for seat in filter(None, (self._seat, self._trial)):
            seat.renew(make)

    def _follow_champion(self) -> bool:
        wanted = self._champion()
        if wanted == self._refused:
            return False
        self._refused = self._fault = None
        if wanted == self.version:
            return False
        try:
            seat = self._taken_over(wanted) or Seat(self._probed(wanted))
        except UserError as error:
            self._refused = wanted
            self._fault = f"{wanted} was refused and {self.version} keeps answering: {error}"
            logger.error(self.fault)
            return False
        with self._lock:
            old, self._seat = self._ready_seat(), seat
        self.swaps += 1
        logger.info("%s answers from now on", wanted)
        self._retire(old)
        return True

    def _follow_canary(self) -> None:
        wanted = self._canary() if self._share > 0 else None
        wanted = None if wanted == self.version else wanted
        if wanted in (self.canary, self._refused_canary) and wanted is not None:
            return
        self._refused_canary = self._canary_fault = None
        seat = None
        if wanted:
            try:
                seat = Seat(self._probed(wanted))
            except UserError as error:
                self._refused_canary = wanted
                self._canary_fault = f"{wanted} was refused as canary: {error}"
                logger.error(self.fault)
        with self._lock:
            old, self._trial = self._trial, seat
        if old:
            self._retire(old)

    def _taken_over(self, version: str) -> Seat[Companion] | None:
        """The canary's seat, if it is the canary that was promoted."""
        with self._lock:
            trial = self._trial
            if trial is None or trial.version != version:
                return None
            self._trial = None
            return trial

    def _retire(self, seat: "Seat[Companion]") -> None:
        with self._lock:
            seat.retired = True
            self._draining.append(seat)
            free = seat.leases == 0
        if free:
            self._free(seat)

    def _free(self, seat: "Seat[Companion]") -> None:
        seat.engine.close()
        with self._lock:
            self._draining = [one for one in self._draining if one is not seat]

    def _probed(self, version: str) -> Loaded[Companion]:
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._draining and time.monotonic() < deadline and not self._stopping.wait(0.05):
            pass
        self.make_room()
        return probed(self.load, version)

    def watch(self) -> None:
        """Follow the champion in a background thread until `close`."""
        self._watcher = threading.Thread(target=self._watch, name="champion-watch", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self.refresh()
            except Exception:
                logger.exception("following the champion failed; trying again")

    def close(self) -> None:
        """Stop following and free the engine."""
        self._stopping.set()
        self.make_room()
        if self._watcher:
            self._watcher.join()
        self._opener.join()
        for seat in (self._seat, self._trial):
            if seat:
                seat.engine.close()
