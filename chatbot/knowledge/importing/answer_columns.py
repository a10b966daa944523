"""Which column of a table of past answers is the question, the answer, its intent and its source."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NAMES = {  # the usual names, the surest first
    "query": "query question prompt instruction request inquiry enquiry problem ask input user customer human visitor "
    "client q message frage",
    "response": "response answer completion reply output solution resolution assistant agent bot chosen target a "
    "antwort",
    "intent": "intent category topic label tag class type",
    "source": "source article document file page",
}
FILLING = {"text", "the", "message", "messages", "content", "body", "of", "from", "full", "ideal", "best", "final"}


@dataclass(frozen=True)
class Columns:
    """The positions of the columns that are taken, and the names of those that are not."""

    taken: dict[str, int]
    unused: list[str]


def find_columns(header: Sequence[str]) -> Columns | None:
    """The columns of a header; None where it names no question or no answer."""
    taken: dict[str, int] = {}
    for field in NAMES:
        best = _best(field, header, set(taken.values()))
        if best is not None:
            taken[field] = best
    last = max((at for at, name in enumerate(header) if name.strip()), default=0)
    names = [name.strip() or f"column {at + 1}, which has no name" for at, name in enumerate(header[: last + 1])]
    unused = [name for at, name in enumerate(names) if at not in taken.values()]
    return Columns(taken, unused) if {"query", "response"} <= set(taken) else None


def names_twice(header: Sequence[str]) -> list[str]:
    """The names that more than one column has, whatever their case."""
    counts = Counter(" ".join(_words(name)) for name in header)
    return [name for name, count in counts.items() if name and count > 1]


def _best(field: str, header: Sequence[str], others: set[int]) -> int | None:
    """The column with the surest name of a field; one of several words counts if none of them means anything else."""
    known = NAMES[field].split()
    ranked = []
    for at, name in enumerate(header):
        words = _words(name)
        own = [known.index(word) for word in words if word in known]
        if at not in others and own and all(word in known or word in FILLING for word in words):
            ranked.append((len(words) > 1, min(own), at))
    return min(ranked)[2] if ranked else None


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
