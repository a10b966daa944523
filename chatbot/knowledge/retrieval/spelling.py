"""Misspelt words put right before a message is looked up, so that "postige" finds what "postage" does.

A word that neither the language's dictionary (pyspellchecker, a dozen languages) nor the pack knows becomes the known
word one edit away, those that the pack uses first (Norvig, "How to Write a Spelling Corrector", 2007), or else, in
English, a long word of the pack that sounds the same (Metaphone: Philips, 1990). Only what is looked up is corrected:
the prompt, the check and the store keep the visitor's own words.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from jellyfish import metaphone
from spellchecker import SpellChecker

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.spoken import spoken

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST, LONGEST = 4, 30
SOUNDS = 8  # letters from which few words share a sound


class Speller:
    """Corrects messages in the language of a pack; one without a dictionary leaves them as they are."""

    def __init__(self, pack: Pack) -> None:
        language = pack.persona.language
        self._dictionary = dictionary(language)
        texts = [piece.headed for piece in pack.pieces] + [pair.response for pair in pack.pairs]
        self._used = Counter(word.lower() for text in texts for word in WORD.findall(text))
        self._spoken = spoken(language)
        self._by_sound = _sounds(self._used) if language == "en" else {}

    def correct(self, text: str) -> str:
        """The text with each misspelt word replaced; short words and names (capitals inside a sentence) stay."""
        if not self._dictionary:
            return text
        return WORD.sub(self._corrected, self._spoken.spelt_out(text, self._knows) if self._spoken else text)

    def _corrected(self, found: re.Match[str]) -> str:
        written, words = found.group(), self._dictionary
        word = written.lower()
        named = written[0].isupper() and not written.isupper() and found.start() > 0
        if words is None or named or not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or self._knows(word):
            return written
        near = [known for known in words.edit_distance_1(word) if self._knows(known)]
        if not near and len(word) >= SOUNDS:
            near = self._by_sound.get(metaphone(word), [])
        usual = words.word_usage_frequency
        return max(near, key=lambda known: (self._used[known], usual(known)), default=written)

    def _knows(self, word: str) -> bool:
        return word in self._used or (self._dictionary is not None and word in self._dictionary)


@cache
def dictionary(language: str) -> SpellChecker | None:
    """The words of a language with their frequencies, None where there are none."""
    return SpellChecker(language=language, distance=1) if language in SpellChecker.languages() else None


def _sounds(words: Iterable[str]) -> dict[str, list[str]]:
    """Words by their sound."""
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= SOUNDS and word.isalpha():
            found.setdefault(metaphone(word), []).append(word)
    return found
