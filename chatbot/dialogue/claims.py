"""Which sentences of a reply claim something, and from where on their words are to be doubted.

Small models go beyond what stands in the passages ("It's too heavy to post") and say yes or no where the passages are
silent. So every sentence that claims something goes out for good only if a fact carries it (`grounds`). Until it is
whole its words are shown as they come, up to the first that is to be doubted: one that affirms or denies, or that is
neither common nor in the sources.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from chatbot.knowledge.retrieval.spelling import WORD, dictionary

COMMON = 1200  # words of a language, the most used first
STEM = 5  # letters by which forms of a word are alike
FIRMLY = {"yes", "no", "not", "never", "cannot", "none", "nothing", "nobody", "neither", "without", "only", "always"}
GREETS = {"hi", "hello", "hey", "dear", "welcome", "thanks"}
HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011](?=[^\W\d_])")
SHORTENED = re.compile(r"n['’]t$")


class Doubts:
    """Finds where a reply leaves the words of its sources, and which of its sentences claim anything."""

    def __init__(self, sources: Sequence[str], language: str, visitor: str = "", greeting: str = "") -> None:
        """`visitor` holds words that the visitor said of themselves, by which a greeting in the pack's words claims
        nothing ("Hello Ada!").
        """
        address = (visitor, greeting, *GREETS) if visitor else ()
        self._known = {known for text in (*sources, *address) for known in stems(text)}
        self._common = common_words(language)
        self._visitor = frozenset(word.lower() for word in WORD.findall(visitor))
        self._address = self._common | self._visitor | GREETS | {word.lower() for word in WORD.findall(greeting)}

    def first(self, text: str, start: int = 0) -> int | None:
        """Where the first word after `start` stands that the sources do not account for."""
        for found in WORD.finditer(text, start):
            if self._is_doubtful(found.group().lower()):
                return found.start()
        return None

    def claims(self, sentence: str) -> bool:
        """Whether it is no question and says more than words that everybody uses ("I'm sorry to hear that.")."""
        if sentence.endswith("?"):
            return False
        words = [word.lower() for word in WORD.findall(sentence)]
        plain = self._common if self._visitor.isdisjoint(words) else self._address
        return any(map(str.isdigit, sentence)) or any(word in FIRMLY or word not in plain for word in words)

    def _is_doubtful(self, word: str) -> bool:
        if word in FIRMLY or SHORTENED.search(word):
            return True
        return word not in self._common and stem(word) not in self._known


def stems(text: str) -> set[str]:
    """The stems of the words of a text; what is written with a hyphen counts as one word too ("e-mail", "email")."""
    return {stem(word) for written in (text, HYPHEN.sub("", text)) for word in WORD.findall(written)}


def stem(word: str) -> str:
    """What forms of a word have in common."""
    return word.lower().replace("’", "'")[:STEM].removesuffix("s")


@cache
def common_words(language: str, count: int = COMMON) -> frozenset[str]:
    """The words that everybody uses, so many of them; none where the language has no dictionary."""
    known = dictionary(language)
    if known is None:
        return frozenset()
    counted = known.word_frequency.dictionary
    usual = sorted(counted, key=lambda word: -counted[word])
    return frozenset(islice(usual, count))
