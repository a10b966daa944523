"""Reads a stream of server-sent events in the background, so that a test may wait for one."""

import json
import threading
from collections.abc import Callable
from typing import Any, Self

import httpx

Event = dict[str, Any]


class EventReader:
    """The events of one address, as long as it is entered."""

    def __init__(self, client: httpx.Client, path: str, **parameters: str) -> None:
        self._stream = client.stream("GET", path, params=parameters, timeout=30)
        self._told = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.events: list[Event] = []

    def __enter__(self) -> Self:
        self._answer = self._stream.__enter__()
        assert self._answer.status_code == 200, self._answer.read()
        self._lines = self._answer.iter_lines()
        assert next(self._lines).startswith("retry:")
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Hang up, as a browser does that leaves."""
        self._answer.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        self._thread.join(5)
        self._stream.__exit__(None, None, None)

    def wait(self, wanted: Callable[[Event], bool], seconds: float = 10) -> Event:
        """The first event that is wanted, as soon as it is there."""
        with self._told:
            assert self._told.wait_for(lambda: any(map(wanted, self.events)), seconds), self.events
            return next(filter(wanted, self.events))

    def kinds(self) -> list[str]:
        """The kinds of what was read so far."""
        with self._told:
            return [event["kind"] for event in self.events]

    def _read(self) -> None:
        try:
            for line in self._lines:
                if line.startswith("data:"):
                    with self._told:
                        self.events.append(json.loads(line[len("data:") :]))
                        self._told.notify_all()
        except httpx.HTTPError:
            return
