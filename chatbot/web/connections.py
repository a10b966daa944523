"""Connections of the server, bounded in time, so that no client holds one by sending slowly.

    uvicorn.Config(app, http=BoundedConnection)

What comes after a request's head is bounded by `body_limits`; here, the head itself and what is sent on after the
answer.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0
LINGER_SECONDS = 5.0


class BoundedConnection(H11Protocol):
    """Closes where a head is not whole in time, or a body goes on after its request was answered."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head that has begun; a whole one is waited for no more."""
        super().data_received(data)
        if self.conn.our_state is h11.DONE:
            return
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._deadline is None:
            self._wait(HEAD_SECONDS)

    def on_response_complete(self) -> None:
        """Let a client that is still sending its body read the answer, then close."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(LINGER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
