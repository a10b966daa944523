"""Where a finished reply ends for a client that set stop strings or a longest length, whoever wrote its words.

The engine ends what the model writes by itself; quotations, fixed replies and what a check puts in place end here.
"""

from dataclasses import dataclass
from typing import Literal

from chatbot.engines.base import Engine
from chatbot.engines.stopping import until_stop
from chatbot.records import ChatMessage, SamplingOverrides

Reason = Literal["stop", "length"]


@dataclass(frozen=True)
class Truncation:
    """At most `max_tokens` tokens, where there is a limit, and nothing from the first of the `stop` strings on."""

    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    @classmethod
    def of(cls, overrides: SamplingOverrides) -> "Truncation":
        """What a client's fields of `Sampling` say of it."""
        return cls(overrides.get("max_new_tokens"), tuple(overrides.get("stop", ())))

    def apply(self, engine: Engine, text: str, settled: int = 0) -> tuple[str, Reason | None]:
        """The text that goes out, with why it ends before its end, if it does; its first `settled` characters stay."""
        kept = text
        reason: Reason | None = None
        if self.stop and len(before := "".join(until_stop([text], self.stop, lambda: None))) < len(text):
            kept, reason = before.rstrip(), "stop"
        if self.max_tokens is not None and (fits := _fitting(engine, kept, self.max_tokens)) < len(kept):
            kept, reason = kept[:fits].rstrip(), "length"
        return (kept if len(kept) >= settled else text[:settled]), reason


def token_count(engine: Engine, text: str) -> int:
    """The tokens of a text without the marks of a chat template around it."""
    alone, empty = ([ChatMessage(role="user", content=content)] for content in (text, ""))
    return max(0, engine.count_tokens(alone) - engine.count_tokens(empty)) if text else 0


def _fitting(engine: Engine, text: str, most: int) -> int:
    """The length of a beginning of the text that has at most so many tokens, by bisection."""
    if len(text.encode()) <= most or token_count(engine, text) <= most:
        return len(text)
    fits, over = 0, len(text)
    while over - fits > 1:
        middle = (fits + over) // 2
        fits, over = (middle, over) if token_count(engine, text[:middle]) <= most else (fits, middle)
    return fits
