"""Words looked for in the texts of a pack's files: the first place in each, with what stands around it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

AROUND = 60
"""Characters shown on either side."""


@dataclass(frozen=True)
class Place:
    """Where a file says it: the line, counted from 1, and the words found between those around them."""

    file: str
    line: int
    before: str
    found: str
    after: str


def places(texts: Iterable[tuple[str, str]], sought: str) -> Iterator[Place]:
    """The first place in each text, given as file and text, whatever the case of the letters; none for no words."""
    words = sought.split()
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    for file, text in texts if words else ():
        for number, line in enumerate(text.split("\n"), start=1):
            if match := pattern.search(line):
                before, after = line[: match.start()], line[match.end() :].rstrip()
                yield Place(file, number, _end_of(before), match[0], _start_of(after))
                break


def _end_of(text: str) -> str:
    return text if len(text) <= AROUND else f"… {text[-AROUND:].partition(' ')[2]}"


def _start_of(text: str) -> str:
    return text if len(text) <= AROUND else f"{text[:AROUND].rpartition(' ')[0]} …"
