"""What lies in a snapshot's folder: a file of rows for each purpose, one JSON object a line, known by their digest."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

HOME = "snapshots"
FILES = ("train", "validation", "reading", "preferences", "unpaired")


def file_of(folder: Path, name: str) -> Path:
    """The file of one of `FILES`."""
    return folder / f"{name}.jsonl"


def files_in(folder: Path) -> dict[str, Iterable[Mapping[str, object]]]:
    """The files that are there with their rows, read one after another; an older snapshot lacks some."""
    return {name: read_rows(file_of(folder, name)) for name in FILES if file_of(folder, name).is_file()}


def read_rows(file: Path) -> Iterator[Mapping[str, object]]:
    """The rows of a file, one after another."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def as_line(row: Mapping[str, object]) -> str:
    """A row as it is written."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def digest_of(files: Mapping[str, Iterable[Mapping[str, object]]], pack: str) -> str:
    """SHA-256 of the JSON text of `[files, pack]`, made piece by piece, keys in order."""
    digest = hashlib.sha256()
    for number, name in enumerate(sorted(files)):
        digest.update(f'{", " if number else "[{"}"{name}": ['.encode())
        for place, row in enumerate(files[name]):
            digest.update(f"{', ' if place else ''}{json.dumps(row, sort_keys=True)}".encode())
        digest.update(b"]")
    digest.update(f"}}, {json.dumps(pack)}]".encode())
    return digest.hexdigest()
