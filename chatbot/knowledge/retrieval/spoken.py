"""A language written as it is spoken, put into the words of the dictionary: "gettin' owt wi'oot payin'".

Dialects and missing letters are no misspellings: no dictionary's nearest word is what was meant. What stands for what
is data, a file for each language: `spoken.en.toml`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TOKEN = re.compile(r"(?<![\w'’])['’]?[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")


@dataclass(frozen=True)
class Spoken:
    """What stands for what in one language; all of it in lower case, apostrophes straight."""

    words: Mapping[str, str]
    beginnings: Mapping[str, str]
    endings: Mapping[str, str]
    sounds: Sequence[tuple[str, str]]

    def spelt_out(self, text: str, known: Callable[[str], bool]) -> str:
        """The text with what is spelt as it sounds spelt as `known` words; all else stays."""

        def standard(found: re.Match[str]) -> str:
            word = found.group().lower().replace("’", "'")
            if word in self.words:
                return self.words[word]
            return next((meant for meant in self._meant(word, known) if known(meant.split()[-1])), found.group())

        return TOKEN.sub(standard, text)

    def _meant(self, word: str, known: Callable[[str], bool]) -> Iterator[str]:
        """What a word may stand for, by its beginning, its end, and its sounds if it is none."""
        for written, meant in self.beginnings.items():
            if word.startswith(written) and word != written:
                yield meant + word.removeprefix(written).strip("'")
        for written, meant in self.endings.items():
            if word.endswith(written):
                yield word.removesuffix(written) + meant
        if word.isalpha() and not known(word):
            for written, meant in self.sounds:
                if written in word:
                    yield word.replace(written, meant, 1)


@cache
def spoken(language: str) -> Spoken | None:
    """How a language is written as it is spoken; None where no file says so."""
    file = HERE / f"spoken.{language}.toml"
    return Spoken(**tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
