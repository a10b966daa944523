"""Articles: Markdown cut into short pieces that carry their title and section.

A piece is a section, or as much of a long one as stays readable as a reply. Tables become one sentence a row; HTML and
link targets in Markdown syntax are taken out. Markdown is read by markdown-it-py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST_PIECE = 60
LONGEST_WORD = 400
ABBREVIATIONS = ("e.g", "i.e", "a.m", "p.m", "approx", "incl", "excl", "max", "min", "Dr", "Mr", "Mrs", "Ms", "St")
NOT_ABBREVIATED = "".join(rf"(?<!\b{re.escape(word)}\.)" for word in ABBREVIATIONS)
SENTENCE_END = re.compile(rf"(?<=[.!?]){NOT_ABBREVIATED}\s+(?=[^\sa-z])")
BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Part of an article, with the place it stands in; `line` is where it begins in its file."""

    article: str
    title: str
    section: str
    text: str
    line: int

    @property
    def heading(self) -> str:
        """Title and section."""
        return f"{self.title} › {self.section}" if self.section else self.title

    @property
    def headed(self) -> str:
        """The text under its heading, as it is embedded wherever a piece is."""
        return f"{self.heading}: {self.text}"


def split_article(name: str, text: str, longest: int = LONGEST_PIECE) -> list[Piece]:
    """Cut Markdown into pieces of at most `longest` words, sentences kept whole where they fit."""
    title, section, pieces = name, "", []
    held: list[tuple[str, int]] = []

    def close() -> None:
        for words, line in _packed(held, longest):
            pieces.append(Piece(name, title, section, words, line))
        held.clear()

    for kind, content, line in _blocks(text):
        if kind == "text":
            held += [(sentence, line) for sentence in split_sentences(content)]
            continue
        close()
        if kind == "h1":
            title, section = content, ""
        else:
            section = content
    close()
    return pieces


def under_heading(heading: str, sentence: str) -> str:
    """A sentence as it is compared with questions and with claims."""
    return f"{heading}\n{sentence}"


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def _packed(sentences: list[tuple[str, int]], longest: int) -> Iterator[tuple[str, int]]:
    """Neighbouring sentences together, as evenly as fits; a sentence that is longer is cut between words."""
    fitting = [(part, line) for sentence, line in sentences for part in _cut(sentence, longest)]
    total = sum(len(part.split()) for part, _ in fitting)
    share = total / max(1, -(-total // longest)) if total else 0.0
    taken: list[tuple[str, int]] = []
    words = 0
    for part, line in fitting:
        size = len(part.split())
        if taken and (words + size > longest or words >= share):
            yield " ".join(text for text, _ in taken), taken[0][1]
            taken, words = [], 0
        taken.append((part, line))
        words += size
    if taken:
        yield " ".join(text for text, _ in taken), taken[0][1]


def _cut(sentence: str, longest: int) -> Iterator[str]:
    words = [word[i : i + LONGEST_WORD] for word in sentence.split() for i in range(0, len(word), LONGEST_WORD)]
    for start in range(0, len(words), longest):
        yield " ".join(words[start : start + longest])


def _blocks(text: str) -> Iterator[tuple[str, str, int]]:
    """Headings (`h1`, `h2`) and running text (`text`) in their order, each with its line."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    header: list[str] = []
    row: list[str] = []
    kind = "text"
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "heading_open":
            kind = "h1" if token.tag == "h1" else "h2"
        elif token.type in ("thead_open", "tr_open"):
            header, row = ([], []) if token.type == "thead_open" else (header, [])
        elif token.type in ("th_open", "td_open"):
            kind = "cell"
        elif token.type == "tr_close":
            if header:
                yield "text", _row_sentence(header, row), line
            header = header or row
        elif token.type in ("inline", "html_block", "fence", "code_block"):
            content = _plain(token)
            if kind == "cell":
                row.append(content)
            elif content:
                yield kind, content, line
            kind = "text"


def _row_sentence(header: list[str], row: list[str]) -> str:
    cells = [f"{name}: {cell}" if name else cell for name, cell in zip(header, row, strict=False) if cell]
    return "; ".join(cells) + "." if cells else ""


def _plain(token: Token) -> str:
    """The words of a block, without marks, tags and line breaks."""
    if token.type != "inline":
        words = token.content
    else:
        words = "".join(
            " " if child.type in ("softbreak", "hardbreak") else child.content
            for child in token.children or []
            if child.type in ("text", "code_inline", "softbreak", "hardbreak", "html_inline")
        )
    return " ".join(TAG.sub("", BREAK_TAG.sub(" ", words)).split())
