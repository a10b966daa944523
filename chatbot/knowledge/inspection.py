"""What a pack that loads may still have wrong: facts that disagree, instructions in articles, cases trained on.

Everything is told with file and line, and nothing is changed. Used by `python -m chatbot pack check`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from chatbot.knowledge.articles import Piece, split_sentences
from chatbot.knowledge.packs import Pack

WORD = re.compile(r"[^\W\d_]{3,}|[^\W\d_]+\d+")  # codes like E27 are names
FIGURE = re.compile(r"(?<![^\W\d_])[£$€]?\d+(?:[.,:]\d+)*%?")
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.!?]{0,40}\b(?:rules?|instructions?|prompts?|guidelines?)\b"
    r"|\byou are now\b|\bsystem prompt\b|<\|",
    re.IGNORECASE,
)
NEAR = 0.7


def inspect_pack(pack: Pack) -> list[str]:
    """One line for each thing that somebody should look at."""
    return [
        *_contradictions(pack.pieces),
        *_instructions(pack.pieces),
        *_leaked_cases(pack),
        *_twins([pair.query for pair in pack.pairs]),
    ]


def _contradictions(pieces: Sequence[Piece]) -> Iterator[str]:
    """Sentences that say the same in other figures; one that shares no figure with its double is a candidate."""
    sentences = [(piece, text, _words(text)) for piece in pieces for text in split_sentences(piece.text)]
    stated = [entry for entry in sentences if FIGURE.search(entry[1])]
    for (piece, text, words), (other, double, others) in combinations(stated, 2):
        figures, theirs = set(FIGURE.findall(text)), set(FIGURE.findall(double))
        if not figures & theirs and _alike(words, others):
            yield (
                f"articles/{piece.article}.md:{piece.line} and articles/{other.article}.md:{other.line} disagree: "
                f"{text!r} and {double!r}"
            )


def _instructions(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        if found := INSTRUCTION.search(piece.text):
            yield f"articles/{piece.article}.md:{piece.line} holds an instruction to the bot: {found.group()!r}"


def _leaked_cases(pack: Pack) -> Iterator[str]:
    trained = [_words(pair.query) for pair in pack.pairs]
    trained += [_words(t.content) for row in pack.dialogues for t in row.messages if t.role == "user"]
    for name, cases in pack.suites.items():
        for line, case in enumerate(cases, start=1):
            asked = _words(case.messages[-1].content)
            if asked and any(_alike(asked, words) for words in trained):
                yield f"suites/{name}.jsonl:{line}: {case.id!r} asks what a training row asks: word it differently"


def _twins(queries: Sequence[str]) -> Iterator[str]:
    words = [_words(query) for query in queries]
    for one, other in combinations(range(len(queries)), 2):
        if words[one] and _alike(words[one], words[other]):
            yield f"pairs.jsonl:{one + 1} and pairs.jsonl:{other + 1} ask nearly the same"


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= NEAR * len(one | other)
