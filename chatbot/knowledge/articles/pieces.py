"""Articles: Markdown cut into short pieces that carry their title and section.

A piece is a section, or as much of a long one as stays readable as a reply. Tables become one sentence a row; lists and
code keep their lines. `markup` reads Markdown and the HTML in it, `sentences` tells where one ends.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from chatbot.knowledge.articles.front_matter import without_front_matter
from chatbot.knowledge.articles.html_blocks import Block
from chatbot.knowledge.articles.markup import read_markdown
from chatbot.knowledge.articles.sentences import between_sentences, cut_words, says_each, size_of, split_sentences
from chatbot.knowledge.articles.visible import visible

__all__ = ["LONGEST_PIECE", "Piece", "has_title", "split_article", "split_sentences", "under_heading"]

LONGEST_PIECE = 60
LONGEST_LEAD = 20
LEADS = (":", "：")


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
    def id(self) -> str:
        """What names it as long as it says the same."""
        digest = hashlib.sha256(f"{self.heading}\n{self.text}".encode()).hexdigest()
        return f"{self.article}-{digest[:8]}"

    @property
    def headed(self) -> str:
        """The text under its heading, as it is embedded wherever a piece is."""
        return f"{self.heading}: {self.text}"


@dataclass(frozen=True)
class _Part:
    """What stays together: a sentence, or lines by themselves; lines of one block have the same `group`."""

    text: str
    line: int
    group: int | None = None

    @property
    def size(self) -> int:
        return size_of(self.text)


def split_article(name: str, text: str, longest: int = LONGEST_PIECE) -> list[Piece]:
    """Cut Markdown into pieces of at most `longest` words, sentences, lists and code kept whole where they fit."""
    body, stated = without_front_matter(visible(text))
    title, section, pieces = stated or name, "", []
    held: list[Block] = []

    def close() -> None:
        for words, line in _packed(_parts(held, longest), longest):
            pieces.append(Piece(name, title, section, words, line))
        held.clear()

    for block in read_markdown(body):
        if block.kind not in ("h1", "h2"):
            held.append(block)
            continue
        close()
        title, section = (block.text, "") if block.kind == "h1" else (title, block.text)
    close()
    return pieces


def has_title(text: str) -> bool:
    """Whether an article says what it is called: by a heading of the first level before all else, or front matter."""
    body, stated = without_front_matter(text)
    return bool(stated) or next((block.kind == "h1" for block in read_markdown(body)), False)


def under_heading(heading: str, sentence: str) -> str:
    """A sentence as it is compared with questions and with claims."""
    return f"{heading}\n{sentence}"


def _parts(blocks: Sequence[Block], longest: int) -> list[_Part]:
    """The parts of a section, none longer than a piece."""
    parts: list[_Part] = []
    for number, (kind, run) in enumerate(groupby(blocks, key=_kind)):
        lines = list(run)
        if kind == "text":
            sentences = [_Part(said, block.line) for block in lines for said in split_sentences(block.text)]
            parts += [piece for part in sentences for piece in _cut(part, longest)]
        elif kind == "item" and says_each([block.text for block in lines]):
            parts += [piece for block in lines for piece in _cut(_Part(block.text, block.line, number), longest)]
        else:
            lead = parts.pop() if parts and parts[-1].group is None else None
            parts += _with_lead(lead, [_Part(block.text, block.line, number) for block in lines], longest)
    return parts


def _kind(block: Block) -> str | int:
    """Lines of lists and paragraphs run on; each block of code stands alone."""
    return id(block) if block.kind == "code" else block.kind


def _with_lead(lead: _Part | None, lines: Sequence[_Part], longest: int) -> Iterator[_Part]:
    """A list or code together with the sentence before it, which a list that is too long says again in each part."""
    said = [lead] if lead else []
    whole = [*said, *lines]
    if sum(part.size for part in whole) <= longest:
        yield _stacked(whole)
        return
    leads = [part for part in said if part.text.endswith(LEADS) and part.size <= LONGEST_LEAD]
    if not leads:
        yield from said
    room = longest - sum(part.size for part in leads)
    cut = [piece for part in lines for piece in _cut(part, room)]
    for some in _even(cut, room):
        yield _stacked([*leads, *some])


def _stacked(parts: Sequence[_Part]) -> _Part:
    return _Part("\n".join(part.text for part in parts), parts[0].line, parts[-1].group)


def _cut(part: _Part, longest: int) -> Iterator[_Part]:
    for text in cut_words(part.text, longest):
        yield _Part(text, part.line, part.group)


def _packed(parts: Sequence[_Part], longest: int) -> Iterator[tuple[str, int]]:
    """Neighbouring parts together, as evenly as fits."""
    for some in _even(parts, longest):
        text = some[0].text
        for before, part in pairwise(some):
            text += _between(before, part) + part.text
        yield text, some[0].line


def _even(parts: Sequence[_Part], longest: int) -> Iterator[list[_Part]]:
    total = sum(part.size for part in parts)
    share = total / max(1, -(-total // longest)) if total else 0.0
    taken: list[_Part] = []
    words = 0
    for part in parts:
        if taken and (words + part.size > longest or words >= share):
            yield taken
            taken, words = [], 0
        taken.append(part)
        words += part.size
    if taken:
        yield taken


def _between(before: _Part, part: _Part) -> str:
    """What stands between two parts: a blank line where lines of a list or of code end."""
    if before.group is None and part.group is None:
        return between_sentences(before.text, part.text)
    return "\n" if before.group in (None, part.group) else "\n\n"
