"""A table told in sentences, one a row: what its first cell names, then each other cell under its column's name."""

from dataclasses import dataclass, field
from itertools import zip_longest

MARK = 3
"""So short a first cell ("XL", "7") says what it is only together with its column's name."""


@dataclass
class Table:
    """A table while it is read: its header, and the cells of the row under way, each in parts."""

    header: list[str] = field(default_factory=list)
    told: bool = True
    row: list[list[str]] = field(default_factory=list)
    heads: int = 0
    line: int = 1

    def end_row(self) -> str:
        """The row as one sentence; a header waits for the rows below it."""
        cells, heads = [_cell(parts) for parts in self.row], self.heads
        self.row, self.heads = [], 0
        if cells and heads == len(cells):
            said = self.end()
            self.header, self.told = cells, False
            return said
        if not any(cells):
            return ""
        self.told = True
        if heads == 1 and len(cells) > 1 and len(self.header) != len(cells):
            return _sentence([f"{cells[0]}: {'; '.join(filter(None, cells[1:]))}"])
        header = self.header if len(cells) > 1 or len(self.header) == 1 else []
        named = [(name, cell) for name, cell in zip_longest(header, cells, fillvalue="") if cell]
        if len(named) < 2 or not cells[0] or not any(header[1:]):
            return _sentence([f"{name}: {cell}" if name else cell for name, cell in named])
        (kind, subject), *others = named
        if len(subject) <= MARK:
            subject = f"{kind} {subject}".lstrip()
        said = "; ".join(f"{_within(name)}: {cell}" if name else cell for name, cell in others)
        return _sentence([f"{subject} – {said}"])

    def end(self) -> str:
        """A header that no row was told under."""
        return "" if self.told else _sentence([name for name in self.header if name])


def _cell(parts: list[str]) -> str:
    text = ""
    for part in parts:
        text += part if not text else f" {part}" if text[-1] in ".!?:;," else f", {part}"
    return text


def _within(name: str) -> str:
    """A column's name as it stands within a sentence: "Price" as "price", "VAT" as it is."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _sentence(cells: list[str]) -> str:
    text = "; ".join(cells)
    return text if not text or text[-1] in ".!?。！？" else f"{text}."
