"""What the model is told about its task stays with it: no reply repeats a stretch of the system text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"\w+")
TELLING = 7  # words in a row that nobody says by chance
BEGINNING = 3  # of them, from which on the rest is awaited before any is shown


@dataclass(frozen=True)
class Secret:
    """Stretches of words that a reply must not hold, and how they may begin."""

    stretches: frozenset[tuple[str, ...]] = frozenset()
    beginnings: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, text: str, told: Sequence[str]) -> "Secret":
        """The stretches of a text that stand in nothing that may be `told`."""
        known = {stretch for one in told for stretch in _stretches(one)}
        stretches = frozenset(set(_stretches(text)) - known)
        return cls(stretches, frozenset(s[:n] for s in stretches for n in range(BEGINNING, TELLING)))

    def told(self, text: str) -> int | None:
        """Where the first of the stretches begins in a text."""
        words = _placed(text) if self.stretches else []
        for at in range(len(words) - TELLING + 1):
            if tuple(word for word, _ in words[at : at + TELLING]) in self.stretches:
                return words[at][1]
        return None

    def begun(self, text: str, whole: bool = False) -> int | None:
        """From where on a text may not be shown: a stretch, or what may become one as the text goes on."""
        if (told := self.told(text)) is not None or whole or not self.beginnings:
            return told
        words = _placed(text)
        ends = range(len(words) - 1, len(words) + 1)  # the last word may be half written
        held = [words[at][1] for end in ends for at in range(max(0, end - TELLING), end) if self._begins(words[at:end])]
        return min(held, default=None)

    def _begins(self, words: Sequence[tuple[str, int]]) -> bool:
        return tuple(word for word, _ in words) in self.beginnings


NOTHING_SECRET = Secret()


def _stretches(text: str) -> list[tuple[str, ...]]:
    words = [word for word, _ in _placed(text)]
    return [tuple(words[at : at + TELLING]) for at in range(len(words) - TELLING + 1)]


def _placed(text: str) -> list[tuple[str, int]]:
    """The words of a text without capitals, each with where it begins."""
    return [(found.group().lower(), found.start()) for found in WORD.finditer(text)]
