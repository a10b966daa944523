"""HTML read into blocks: headings, running text, lines of lists, code, and one sentence for each row of a table.

What a page hides from its readers is left out.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

from chatbot.knowledge.articles.links import linked
from chatbot.knowledge.articles.markup_names import BLOCKS, CODE, HEADINGS, LISTS, SKIPPED, UNSEEN
from chatbot.knowledge.articles.tables import Table

HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9]))", re.IGNORECASE)
ENDLESS = UNSEEN | {"br", "hr", "img", "input", "wbr", "li", "dt", "dd", "tr", "td", "th", "option"}  # or may be

Kind = Literal["h1", "h2", "text", "item", "code"]
KEPT_BLANK = "\ue000"  # stands for a blank in code while others are put together


@dataclass(frozen=True)
class Block:
    """A heading (`h2` below the first level), a paragraph or row, a line of a list, or code, and where it begins.

    `verbatim` is code within a list.
    """

    kind: Kind
    text: str
    line: int
    verbatim: bool = False


class HtmlReader(HTMLParser):
    """Reads HTML, a stretch at a time, into blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.page_title = ""
        self._words: list[str] = []
        self._begun: int | None = None
        self._from, self._first = 1, 1
        self._heading: Kind | None = None
        self._lists: list[int | None] = []
        self._marker = ""
        self._item: Block | None = None
        self._joint = " "
        self._tables: list[Table] = []
        self._links: list[tuple[str, int]] = []
        self._code = self._verbatim = self._depth = 0
        self._skipping = ""
        self._titled = False

    def read(self, html: str, line: int) -> None:
        """Read on; `line` is where the stretch stands in its file."""
        self._from, self._first = line, self.getpos()[0]
        self.feed(html)

    def finished(self) -> list[Block]:
        """All blocks, once there is nothing more to read."""
        self.close()
        self._end_block()
        while self._tables:
            self._end_table()
        return self.blocks

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag begins."""
        if self._skips(tag, 1):
            return
        given = dict(attrs)
        if tag not in ENDLESS and ("hidden" in given or HIDING.search(given.get("style") or "")):
            if tag in BLOCKS:
                self._end_block()
            self._skipping, self._depth = tag, 1
        elif tag == "br":
            self.handle_data("\n" if self._verbatim else " ")
        elif tag == "img":
            self.handle_data(given.get("alt") or "")
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self._words)))
        elif tag in CODE:
            self._code += 1
        elif tag == "pre":
            self._end_block()
            self._verbatim += 1
        elif tag in BLOCKS:
            self._end_block()
            self._begin(tag, given)

    def _begin(self, tag: str, given: dict[str, str | None]) -> None:
        if tag in HEADINGS:
            self._heading = "h1" if tag == "h1" else "h2"
        elif tag in LISTS:
            start = given.get("start") or "1"
            self._lists.append(int(start) if tag == "ol" and start.isdecimal() else 1 if tag == "ol" else None)
        elif tag in ("li", "dt"):
            number = self._lists[-1] if self._lists else None
            self._marker = "-" if number is None else f"{number}."
            if number is not None:
                self._lists[-1] = number + 1
        elif tag == "dd":
            self._joint = ": "
        elif tag == "table":
            self._tables.append(Table())
        elif tag == "tr" and self._tables:
            self._end_row()
            self._tables[-1].line = self._line
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].row.append([])
            self._tables[-1].heads += tag == "th"

    def handle_endtag(self, tag: str) -> None:
        """End what a tag ends."""
        if self._skips(tag, -1):
            return
        if tag == "a" and self._links:
            href, start = self._links.pop()
            self._words.append(linked(self._tidy(self._words[start:]), href))
        elif tag in CODE:
            self._code = max(0, self._code - 1)
        elif tag == "pre" or tag in BLOCKS:
            self._end_block()
            self._end(tag)

    def _end(self, tag: str) -> None:
        if tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)
        elif tag in HEADINGS:
            self._heading = None
        elif tag in LISTS and self._lists:
            self._lists.pop()
            self._marker, self._item = "", None
        elif tag == "li":
            self._marker, self._item = "", None
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag == "tr" and self._tables:
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Take up text."""
        if self._titled:
            self.page_title += data
        if self._skipping or not data:
            return
        if self._begun is None and not data.isspace():
            before = data[: len(data) - len(data.lstrip())]
            self._begun = self._line + before.count("\n")
        self._words.append(data.replace(" ", KEPT_BLANK) if self._code and not self._verbatim else data)

    @property
    def _line(self) -> int:
        return self._from + self.getpos()[0] - self._first

    def _skips(self, tag: str, step: int) -> bool:
        """Whether a tag stands in what is left out, such as a script."""
        if self._skipping == "head" and tag == "title":
            self._titled = step > 0
        if self._skipping == "head" and tag in BLOCKS and step > 0:  # its end may be left out
            self._skipping, self._titled = "", False
        elif self._skipping == "p" and tag in BLOCKS and step > 0:
            self._skipping = ""
        elif not self._skipping and tag in SKIPPED and step > 0:
            self._end_block()
            self._skipping, self._depth = tag, 1
            return True
        elif self._skipping == tag:
            self._depth += step
            if not self._depth:
                self._skipping = ""
            return True
        return bool(self._skipping)

    def _tidy(self, words: list[str]) -> str:
        return " ".join("".join(words).split()).replace(KEPT_BLANK, " ").strip()

    def _end_block(self) -> None:
        """Put what was taken up so far where it belongs."""
        text = "".join(self._words).strip("\n").rstrip() if self._verbatim else self._tidy(self._words)
        line = self._begun or self._line
        self._words, self._begun = [], None
        self._links = [(href, 0) for href, _ in self._links]
        if not text.strip():
            return
        if self._heading:
            self.blocks.append(Block(self._heading, " ".join(text.split()), line))
        elif self._tables and self._tables[-1].row:
            self._tables[-1].row[-1].append(text.replace("\n", " "))
        else:
            self._add(text, line)

    def _add(self, text: str, line: int) -> None:
        """A block of text, of code, or of the list that is open."""
        if not self._lists and not self._marker:
            self.blocks.append(Block("code" if self._verbatim else "text", text, line))
            return
        indent = "  " * max(0, len(self._lists) - 1)
        if self._marker:
            self._item = Block("item", f"{indent}{self._marker} {text}", line)
            self._marker = ""
        elif self._item is not None and self._item is self.blocks[-1] and not self._verbatim:
            self._item = Block("item", f"{self._item.text}{self._joint}{text}", self._item.line)
            self._joint = " "
            self.blocks.pop()
        else:
            verbatim = bool(self._verbatim)
            self.blocks.append(Block("item", text if verbatim else f"{indent}  {text}", line, verbatim))
            return
        self.blocks.append(self._item)

    def _end_row(self) -> None:
        table = self._tables[-1]
        if said := table.end_row():
            self.blocks.append(Block("item" if self._lists else "text", said, table.line))

    def _end_table(self) -> None:
        self._end_row()
        table = self._tables.pop()
        if said := table.end():
            self.blocks.append(Block("text", said, table.line))
