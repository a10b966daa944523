"""Sentences: where one ends, in scripts with and without blanks, and how long a text is in words.

A list is one sentence with that before it, an unordered one only where its items are no sentences by themselves.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

ABBREVIATIONS = ("e.g", "i.e", "a.m", "p.m", "approx", "incl", "excl", "max", "min", "Dr", "Mr", "Mrs", "Ms", "St")
NOT_ABBREVIATED = "".join(rf"(?<!\b{re.escape(word)}\.)" for word in ABBREVIATIONS)
CLOSING = "」』”’）)》】"
SENTENCE_END = re.compile(
    rf"(?<=[.!?؟।]){NOT_ABBREVIATED}\s+(?=[^\sa-z])"
    rf"|(?:(?<=[。！？｡])|(?<=[。！？｡][{CLOSING}]))\s*(?=[^\s。！？｡{CLOSING}])"
)
ENDS = (".", "!", "?", "؟", "।", "。", "！", "？", "｡")
UNSPACED_ENDS = ("。", "！", "？", "｡")
ITEM = re.compile(r"[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+(?=\S)")
BULLET = re.compile(r"[ \t]*[-*•][ \t]+(?=\S)")
BLANK_LINE = re.compile(r"\n\s*\n")
WORD = re.compile(r"\s*\S+")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
PHRASE = re.compile(r"[^，、；：,;]*[，、；：,;]+|[^，、；：,;]+")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
LETTERS_A_WORD = 2  # of scripts that put no blanks between words
LONGEST_WORD = 40  # letters; what is longer counts as several
STRETCH = 400  # letters of a word without end


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, a list with the sentence before it."""
    return [said for part in BLANK_LINE.split(text) for said in _sentences(part)] if "\n" in text else _sentences(text)


def _sentences(text: str) -> list[str]:
    """The sentences of a text without blank lines."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if ITEM.match(line)), None)
    if first is None:
        return plain_sentences(text)
    before, items = plain_sentences("\n".join(lines[:first])), lines[first:]
    if says_each(items):
        return before + [said for item in items for said in plain_sentences(BULLET.sub("", item, count=1))]
    return [*before[:-1], "\n".join([*before[-1:], *items]).strip()]


def plain_sentences(text: str) -> list[str]:
    """The sentences of running text, as if there were no lists."""
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def join_sentences(sentences: Sequence[str]) -> str:
    """Sentences one after the other, those with lists on lines of their own."""
    joined = ""
    for number, said in enumerate(sentences):
        joined += between_sentences(sentences[number - 1], said) + said if number else said
    return joined


def between_sentences(one: str, other: str) -> str:
    """What stands between two sentences: a blank, nothing in scripts without any, a new line beside a list."""
    if "\n" in one or "\n" in other or ITEM.match(other):
        return "\n"
    return "" if one.rstrip(CLOSING).endswith(UNSPACED_ENDS) else " "


def says_each(lines: Sequence[str]) -> bool:
    """Whether the lines of a list are sentences in no order, each of which can be told by itself."""
    return bool(lines) and all(BULLET.match(line) and line.rstrip().endswith(ENDS) for line in lines)


def size_of(text: str) -> int:
    """How long a text is in words; letters of scripts without blanks count by two, endless words by their length."""
    return sum(map(_word_size, text.split()))


def _word_size(word: str) -> int:
    unspaced = 0 if word.isascii() else len(UNSPACED.findall(word))
    return -(-unspaced // LETTERS_A_WORD) + -(-(len(word) - unspaced) // LONGEST_WORD)


def cut_words(text: str, longest: int) -> Iterator[str]:
    """A text in parts of at most `longest` words, cut between lines, then words, then within them; nothing is lost."""
    if size_of(text) <= longest:
        yield text
        return
    taken, words = "", 0
    for atom in _atoms(text, longest):
        size = size_of(atom)
        if taken and words + size > longest:
            yield taken.strip("\n").rstrip() if "\n" in text else taken.strip()
            taken, words = "", 0
        taken += atom
        words += size
    if taken.strip():
        yield taken.strip("\n").rstrip() if "\n" in text else taken.strip()


def _atoms(text: str, longest: int) -> Iterator[str]:
    """The smallest parts that a text is cut into."""
    for line in LINE.findall(text):
        if size_of(line) <= longest and "\n" in text:
            yield line
            continue
        for word in WORD.findall(line):
            yield from [word] if _word_size(word.strip()) <= longest else _stretches(word, longest)


def _stretches(word: str, longest: int) -> Iterator[str]:
    """A word that is longer than a piece, cut after commas if it has any."""
    most = longest * LETTERS_A_WORD if UNSPACED.search(word) else STRETCH
    for phrase in PHRASE.findall(word):
        start = 0
        while start < len(phrase):
            end = start + most
            while start + most // 2 < end < len(phrase) and unicodedata.category(phrase[end]).startswith("M"):
                end -= 1
            yield phrase[start:end]
            start = end
