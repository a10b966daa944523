"""A version that answers no visitor, kept in memory for some minutes because an operator tries it.

    with guest.lease("larkspur-v0006-ab12cd34") as (engine, knowledge):
        …

There is one at most, it is loaded only where memory allows, and it leaves when the champion's successor is loaded.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic

from chatbot.engines.live import LiveEngine
from chatbot.engines.seat import Companion, Loaded, Seat, probed
from chatbot.errors import BusyError, EngineError, UserError

STAYS_SECONDS = 300.0


class Guest(Generic[Companion]):
    """The one version in memory beside those that answer visitors."""

    def __init__(
        self, live: LiveEngine[Companion], check: Callable[[], None], stays_seconds: float = STAYS_SECONDS
    ) -> None:
        """`check` raises where there is no memory for one more."""
        self._live = live
        self._check = check
        self._stays = stays_seconds
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._seat: Seat[Companion] | None = None
        self._timer: threading.Timer | None = None
        live.make_room = self.leave

    @property
    def version(self) -> str | None:
        """The version that is in memory for this."""
        seat = self._seat
        return seat.version if seat else None

    @contextmanager
    def lease(self, version: str) -> Iterator[Loaded[Companion]]:
        """The engine of a version for one reply: one that answers visitors, else the guest, loaded if need be.

        Raises `BusyError` while another version is tried, `EngineError` where it does not fit or does not load.
        """
        with self._live.lease_of(version) as serving:
            if serving:
                yield serving
                return
        seat = self._taken(version)
        try:
            yield seat.engine, seat.companion
        finally:
            self._give_back(seat)

    def leave(self) -> None:
        """Free the memory as soon as no reply needs it."""
        with self._lock:
            seat, self._seat = self._seat, None
            if self._timer:
                self._timer.cancel()
            if seat is None:
                return
            seat.retired = True
            free = seat.leases == 0
        if free:
            seat.engine.close()

    def _taken(self, version: str) -> Seat[Companion]:
        with self._loading:
            with self._lock:
                seat = self._seat
                if seat and seat.version != version and seat.leases:
                    raise BusyError(f"{seat.version} is being asked at this moment: try again when it has answered")
                if seat and seat.version == version:
                    return self._counted(seat)
            self.leave()
            self._check()
            try:
                seat = Seat(probed(self._live.load, version))
            except UserError as error:
                raise EngineError(f"{version} cannot be tried: {error}") from error
            with self._lock:
                self._seat = seat
                return self._counted(seat)

    def _counted(self, seat: Seat[Companion]) -> Seat[Companion]:
        seat.leases += 1
        if self._timer:
            self._timer.cancel()
        return seat

    def _give_back(self, seat: Seat[Companion]) -> None:
        with self._lock:
            seat.leases -= 1
            free = seat.retired and seat.leases == 0
            if self._seat is seat and seat.leases == 0:
                self._timer = threading.Timer(self._stays, self.leave)
                self._timer.daemon = True
                self._timer.start()
        if free:
            seat.engine.close()
