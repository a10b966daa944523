"""What a pack that loads may still have wrong: facts that disagree, instructions in articles, cases trained on.

Everything is told with file and line, and nothing is changed. Used by `python -m chatbot pack check`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.articles.sentences import ITEM, split_sentences
from chatbot.knowledge.colours import DAY, ENOUGH, contrast, readable
from chatbot.knowledge.near_sets import NearSets, Words
from chatbot.knowledge.packs import Pack

WORD = re.compile(r"[^\W\d_]{3,}|[^\W\d_]+\d+")  # codes like E27 are names
FIGURE = re.compile(r"(?<![^\W\d_])[£$€]?\d+(?:[.,:]\d+)*%?")
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.!?]{0,40}\b(?:rules?|instructions?|prompts?|guidelines?)\b"
    r"|\byou are now\b|\bsystem prompt\b|<\|",
    re.IGNORECASE,
)


def inspect_pack(pack: Pack) -> list[str]:
    """One line for each thing that somebody should look at."""
    places = _Places(pack)
    found = [_contradictions(pack, places), _instructions(pack, places), _leaked_cases(pack), _twins(pack), _pale(pack)]
    return [line for lines in found for line in lines]


class _Places:
    """Tells where words of a piece stand in its file."""

    def __init__(self, pack: Pack) -> None:
        self._folder = pack.folder / "articles"
        self._lines: dict[str, list[str]] = {}

    def of(self, piece: Piece, text: str) -> str:
        """File and line; where markup parts the words, the line that the piece begins in."""
        file = f"{piece.article}.md"
        if file not in self._lines:
            lines = (self._folder / file).read_text(encoding="utf-8-sig").split("\n")
            self._lines[file] = [" ".join(line.split()) for line in lines]
        begun = " ".join(text.split("\n")[0].split()[:4])
        after = enumerate(self._lines[file][piece.line - 1 :], start=piece.line)
        return f"articles/{file}:{next((number for number, line in after if begun in line), piece.line)}"


def _contradictions(pack: Pack, places: _Places) -> Iterator[str]:
    """Sentences that say the same in other figures; one that shares no figure with its double is a candidate."""
    stated = [
        (piece, text, figures)
        for piece in pack.pieces
        for text in split_sentences(piece.text)
        if (figures := frozenset(FIGURE.findall(_unnumbered(text))))
    ]
    found = NearSets([_words(text) for _, text, _ in stated])
    for one, other in found.pairs(lambda one, other: stated[one][2].isdisjoint(stated[other][2])):
        (piece, text, _), (second, double, _) = stated[one], stated[other]
        yield f"{places.of(piece, text)} and {places.of(second, double)} disagree: {text!r} and {double!r}"


def _instructions(pack: Pack, places: _Places) -> Iterator[str]:
    for piece in pack.pieces:
        if found := INSTRUCTION.search(piece.text):
            yield f"{places.of(piece, found.group())} holds an instruction to the bot: {found.group()!r}"


def _leaked_cases(pack: Pack) -> Iterator[str]:
    trained = [_words(pair.query) for pair in pack.pairs]
    trained += [_words(t.content) for row in pack.dialogues for t in row.messages if t.role == "user"]
    held_out = [
        (f"suites/{name}.jsonl:{line}", case)
        for name, cases in pack.suites.items()
        for line, case in zip(_row_lines(pack.folder / "suites" / f"{name}.jsonl"), cases, strict=True)
    ]
    for at in NearSets(trained).like([_words(case.messages[-1].content) for _, case in held_out]):
        place, case = held_out[at]
        yield f"{place}: {case.id!r} asks what a training row asks: word it differently"


def _twins(pack: Pack) -> Iterator[str]:
    lines = _row_lines(pack.folder / "pairs.jsonl")
    for one, other in NearSets([_words(pair.query) for pair in pack.pairs]).pairs():
        yield f"pairs.jsonl:{lines[one]} and pairs.jsonl:{lines[other]} ask nearly the same"


def _pale(pack: Pack) -> Iterator[str]:
    """A colour in which words are hard to read."""
    accent = pack.persona.accent
    if (ratio := contrast(accent, DAY)) < ENOUGH:
        yield (
            f"pack.toml: accent {accent!r} has a contrast of {ratio:.1f} to 1 on the light pages, words need {ENOUGH}: "
            f"the pages use {readable(accent, DAY)!r} in its place"
        )


def _row_lines(path: Path) -> list[int]:
    """The lines that the rows of a file stand in."""
    text = path.read_text(encoding="utf-8-sig")
    return [number for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _unnumbered(text: str) -> str:
    """A text without the numbers of its list, which state nothing."""
    return "\n".join(ITEM.sub("", line, count=1) if ITEM.match(line) else line for line in text.split("\n"))


def _words(text: str) -> Words:
    return frozenset(WORD.findall(text.lower()))
