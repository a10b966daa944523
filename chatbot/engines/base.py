"""What an engine is: something that writes replies to lists of messages, many at once, each of them stoppable.

An engine serves one version for its whole life; `live` changes versions by changing engines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.records import ChatMessage, Finish, Sampling


@dataclass
class Usage:
    """Tokens read and written so far, and why the reply ended."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish: Finish = "running"


class Generation(Protocol):
    """A reply being written: iterate it once for its text, in pieces of whole characters."""

    usage: Usage

    def __iter__(self) -> Iterator[str]:
        """Yield pieces as they come; ends early after `cancel`. Raises `EngineError`."""
        ...

    def cancel(self) -> None:
        """Stop writing and free the place; safe to call from any thread, at any time, more than once."""
        ...


class Engine(Protocol):
    """A loaded model; `generate` may be called from many threads.

    `structured` tells whether it can hold a reply to the schema of its sampling.
    """

    version: str
    structured: bool

    @property
    def state(self) -> str:
        """How its servers are, for operators, one line each; empty where it has none."""
        ...

    @property
    def available(self) -> bool:
        """Whether it can write now; False while every server of a remote engine is down."""
        ...

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        """Begin a reply to `messages`, the last of which is the user's."""
        ...

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        ...

    def close(self) -> None:
        """Free the model; generations under way are cancelled."""
        ...
