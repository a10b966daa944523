"""Whether words stand in a text, told without the index, as FTS5's `unicode61` takes texts apart."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")


class Wanted:
    """The words of a search; the last one may go on, unless a space follows it."""

    def __init__(self, text: str) -> None:
        self._words = WORD.findall(plain(text))
        self._goes_on = not text[-1:].isspace()

    def stand_in(self, text: str) -> bool:
        """Whether all of them stand in a text; no words stand in none."""
        text = plain(text)
        if not self._words or not all(word in text for word in self._words):
            return False
        found = set(WORD.findall(text))
        *whole, last = self._words
        ends = any(word.startswith(last) for word in found) if self._goes_on else last in found
        return ends and found.issuperset(whole)


def plain(text: str) -> str:
    """A text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in parts if unicodedata.category(sign) != "Mn")
