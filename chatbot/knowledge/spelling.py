"""Misspelt words put right before a message is looked up, so that "postige" finds what "postage" does.

A word that neither the language's dictionary (pyspellchecker, a dozen languages) nor the pack knows becomes the known
word one edit away, those that the pack uses first (Norvig, "How to Write a Spelling Corrector", 2007). Only what is
looked up is corrected: the prompt, the check and the store keep the visitor's own words.
"""

import re
from collections import Counter
from functools import cache
from typing import Any

from spellchecker import SpellChecker

from chatbot.knowledge.packs import Pack

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST, LONGEST = 4, 30


class Speller:
    """Corrects messages in the language of a pack; one without a dictionary leaves them as they are."""

    def __init__(self, pack: Pack) -> None:
        self._dictionary = _dictionary(pack.persona.language)
        texts = [piece.headed for piece in pack.pieces] + [pair.response for pair in pack.pairs]
        self._used = Counter(word.lower() for text in texts for word in WORD.findall(text))

    def correct(self, text: str) -> str:
        """The text with each misspelt word replaced; short words and names (capitals inside a sentence) stay."""
        return WORD.sub(self._corrected, text) if self._dictionary else text

    def _corrected(self, found: re.Match[str]) -> str:
        written = found.group()
        word = written.lower()
        named = written[0].isupper() and not written.isupper() and found.start() > 0
        if named or not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or self._knows(word):
            return written
        near = filter(self._knows, self._dictionary.edit_distance_1(word))
        usual = self._dictionary.word_usage_frequency
        return max(near, key=lambda known: (self._used[known], usual(known)), default=written)

    def _knows(self, word: str) -> bool:
        return word in self._used or word in self._dictionary


@cache
def _dictionary(language: str) -> Any:
    """The words of a language with their frequencies, None where there are none."""
    return SpellChecker(language=language, distance=1) if language in SpellChecker.languages() else None
