"""A clock that the pictures set: weeks pass in seconds, and all pictures show the same day, whenever they are taken."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

PRESENT = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
"""A Wednesday afternoon, when people of the shipped pack answer."""


class Clock:
    """What the product takes for the present: where it was set, and what has passed since."""

    def __init__(self) -> None:
        self.set(PRESENT)

    def set(self, moment: datetime) -> None:
        """Let it be this moment now."""
        self._moment, self._began = moment, time.monotonic()

    def now(self) -> datetime:
        """The present."""
        return self._moment + timedelta(seconds=time.monotonic() - self._began)


@contextmanager
def clock_of_the_product() -> Iterator[Clock]:
    """A clock for every module of the product that was imported before."""
    clock = Clock()

    class Moment(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromisoformat(clock.now().astimezone(tz).isoformat())

    names = [name for name in sys.modules if name.partition(".")[0] in ("chatbot", "training")]
    modules = [sys.modules[name] for name in names if vars(sys.modules[name]).get("datetime") is datetime]
    for module in modules:
        vars(module)["datetime"] = Moment
    try:
        yield clock
    finally:
        for module in modules:
            vars(module)["datetime"] = datetime
