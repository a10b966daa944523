"""How often something may be done: so many times in so long, written like `20/minute`."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer
from pydantic_settings import NoDecode

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 24 * 3600}
LONGEST_SECONDS = UNITS["day"]
WRITTEN = re.compile(rf"(\d{{1,9}})\s*(?:/|per)\s*(\d{{1,5}})?\s*({'|'.join(UNITS)})s?")
HOW = "write it like 10/second, 20/minute, 100/hour or 500/day"


@dataclass(frozen=True)
class Rate:
    """At most `count` times within any so many seconds."""

    count: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.count}/{self._span('')}"

    def of(self, things: str) -> str:
        """The rate in words: `20 messages in a minute`."""
        return f"{self.count} {things} in {self._span('an ' if self.seconds == UNITS['hour'] else 'a ')}"

    def times(self, people: int) -> "Rate":
        """What so many may do together."""
        return Rate(self.count * people, self.seconds)

    def _span(self, article: str) -> str:
        unit = next(unit for unit, seconds in reversed(UNITS.items()) if self.seconds % seconds == 0)
        many = self.seconds // UNITS[unit]
        return f"{article}{unit}" if many == 1 else f"{many} {unit}s"


def read_rate(text: object) -> Rate:
    """The rate that was written; raises `ValueError` for what is none, or would let nobody in."""
    if isinstance(text, Rate):
        return text
    written = WRITTEN.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if written is None:
        raise ValueError(f"it is no rate: {HOW}")
    rate = Rate(int(written[1]), int(written[2] or 1) * UNITS[written[3]])
    if rate.count == 0 or rate.seconds == 0:
        raise ValueError(f"it would let nobody in: {HOW}")
    if rate.seconds > LONGEST_SECONDS:
        raise ValueError(f"it counts over more than a day: {HOW}")
    return rate


def spoken(seconds: int) -> str:
    """A wait in words."""
    if seconds < 2 * UNITS["minute"]:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{-(-seconds // UNITS['minute'])} minutes"


RateSetting = Annotated[Rate, NoDecode, BeforeValidator(read_rate), PlainSerializer(str)]
