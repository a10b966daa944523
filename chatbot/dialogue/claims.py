"""Whether the passages carry what a reply claims, sentence by sentence, where figures are not enough to tell.

Small models go beyond what stands in the passages ("It's too heavy to post") and say yes or no where the passages are
silent. So every sentence that claims something goes out for good only if the model itself, shown passages and sentence,
says that they carry it (Kadavath et al., "Language Models (Mostly) Know What They Know", 2022, arXiv:2207.05221). The
question follows the prompt of the reply, whose tokens the engine has read already.

Until a sentence is whole its words are shown as they come, up to the first that is to be doubted: one that affirms or
denies, or that is neither common nor in the sources.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from spellchecker import SpellChecker

from chatbot.engines.base import Engine
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling

QUESTION = "Do the facts above say so? Answer Yes or No."
YES = re.compile(r"\W*yes\b", re.IGNORECASE)
ANSWER_TOKENS = 2
COMMON = 1200  # words of a language, the most used first
STEM = 5  # letters by which forms of a word are alike
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
FIRMLY = {"yes", "no", "not", "never", "cannot", "none", "nothing", "nobody", "neither", "without", "only", "always"}
SHORTENED = re.compile(r"n['’]t$")


class Doubts:
    """Finds where a reply leaves the words of its sources, and which of its sentences claim anything."""

    def __init__(self, sources: Sequence[str], language: str) -> None:
        self._known = {_stem(word) for text in sources for word in WORD.findall(text)}
        self._common = _common_words(language)

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
        return any(map(str.isdigit, sentence)) or any(word in FIRMLY or word not in self._common for word in words)

    def _is_doubtful(self, word: str) -> bool:
        if word in FIRMLY or SHORTENED.search(word):
            return True
        return word not in self._common and _stem(word) not in self._known


class Judge:
    """Asks the model whether the facts of a prompt carry a sentence."""

    def __init__(self, engine: Engine, prompt: Sequence[ChatMessage]) -> None:
        self._engine = engine
        self._prompt = prompt

    def carried(self, sentence: str) -> bool:
        """Whether it says yes; neither yes nor no is no yes."""
        messages = claim_prompt(self._prompt, sentence)
        try:
            answer = "".join(self._engine.generate(messages, Sampling(max_new_tokens=ANSWER_TOKENS)))
        except EngineError:
            return False
        return YES.match(answer) is not None


def claim_prompt(prompt: Sequence[ChatMessage], sentence: str) -> list[ChatMessage]:
    """The messages that ask whether the facts of a prompt carry a sentence; serving and training share them."""
    said: ChatMessage = {"role": "assistant", "content": sentence}
    return [*prompt, said, {"role": "user", "content": QUESTION}]


def _stem(word: str) -> str:
    return word.lower().replace("’", "'")[:STEM].removesuffix("s")


@cache
def _common_words(language: str) -> frozenset[str]:
    """The words that everybody uses; none where the language has no dictionary."""
    if language not in SpellChecker.languages():
        return frozenset()
    counted = SpellChecker(language=language).word_frequency.dictionary
    usual = sorted(counted, key=lambda word: -counted[word])
    return frozenset(islice(usual, COMMON))
