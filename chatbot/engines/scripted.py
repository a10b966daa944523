"""An engine without a model, for tests and for trying the pages: its replies come from a function.

By default it repeats the first fact that stands in the prompt. It streams word by word and can be slowed down.
"""

import threading
from collections.abc import Callable, Iterator, Sequence

from chatbot.engines.base import Generation, Usage
from chatbot.engines.stopping import until_stop
from chatbot.engines.wanted import Wanted
from chatbot.records import ChatMessage, Sampling

Script = Callable[[Sequence[ChatMessage]], str]


def load(wanted: Wanted) -> "ScriptedEngine":
    """An engine that repeats facts."""
    return ScriptedEngine(wanted.version)


def first_fact(messages: Sequence[ChatMessage]) -> str:
    """The text of the first `- ` line of the last message, or an honest blank."""
    facts = [line for line in messages[-1]["content"].splitlines() if line.startswith("- ")]
    return facts[0].removeprefix("- ") if facts else "I don't have that information."


class ScriptedGeneration:
    """Words of a ready text, one at a time."""

    def __init__(self, text: str, sampling: Sampling, seconds_per_word: float, prompt_tokens: int) -> None:
        self.usage = Usage(prompt_tokens)
        self._words = text.split(" ")[: sampling.max_new_tokens]
        self._seconds_per_word = seconds_per_word
        self._stop = sampling.stop
        self._cancelled = threading.Event()
        self._cut = len(text.split(" ")) > sampling.max_new_tokens

    def __iter__(self) -> Iterator[str]:
        """Yield the words with the blanks between them."""
        return until_stop(self._pieces(), self._stop, self._met_stop)

    def _pieces(self) -> Iterator[str]:
        for position, word in enumerate(self._words):
            if self._cancelled.wait(self._seconds_per_word) if self._seconds_per_word else self._cancelled.is_set():
                self.usage.finish = "cancelled"
                return
            self.usage.completion_tokens += 1
            yield word if position == 0 else " " + word
        self.usage.finish = "length" if self._cut else "stop"

    def _met_stop(self) -> None:
        self.usage.finish = "stop"

    def cancel(self) -> None:
        """Stop before the next word."""
        self._cancelled.set()


class ScriptedEngine:
    """Answers by a script; counts a word as a token."""

    state, available, structured = "", True, False

    def __init__(self, version: str = "scripted", script: Script = first_fact, seconds_per_word: float = 0.0) -> None:
        self.version = version
        self._script = script
        self._seconds_per_word = seconds_per_word

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        """Begin the scripted reply."""
        text = self._script(messages)
        return ScriptedGeneration(text, sampling, self._seconds_per_word, self.count_tokens(messages))

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Words, plus one a message."""
        return sum(len(message["content"].split()) + 1 for message in messages)

    def close(self) -> None:
        """Nothing to free."""
