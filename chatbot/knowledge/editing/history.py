"""What was changed in a pack, by whom and when, with the texts before and after: so that any change can be undone.

One file a change in a folder of the home, named by its number. A change is written down before it is made.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from chatbot.errors import BusyError, NotFoundError
from chatbot.records import now

FOLDER = "pack_history"
LOCK = "lock"
PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Change:
    """A change of one file; `before` and `after` are its texts, None where it was not there."""

    number: int
    at: str
    actor: str
    file: str
    before: str | None
    after: str | None
    undoes: int | None = None


@dataclass(frozen=True)
class Line:
    """A line of a comparison; a `gap` stands for lines that are the same on both sides."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str


def compared(before: str | None, after: str | None) -> list[Line]:
    """Two texts line by line: what is new, what is gone, and three lines around it."""
    kinds: dict[str, Literal["same", "added", "removed"]] = {" ": "same", "+": "added", "-": "removed"}
    found: list[Line] = []
    for line in list(unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=3))[2:]:
        if line.startswith("@@"):
            found += [Line("gap", "")] if found else []
        else:
            found.append(Line(kinds[line[0]], line[1:]))
    return found


def lines_changed(change: Change) -> tuple[int, int]:
    """How many lines a change added and removed."""
    kinds = [line.kind for line in compared(change.before, change.after)]
    return kinds.count("added"), kinds.count("removed")


class PackHistory:
    """The changes of one pack, the latest first."""

    def __init__(self, home: Path, pack: str) -> None:
        self._folder = home / FOLDER / pack

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else change the pack meanwhile, in whatever process; raises `BusyError` where it takes long."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._folder / LOCK, timeout=PATIENCE_SECONDS):
                yield
        except Timeout:
            raise BusyError("somebody else is saving a change of the pack: try again in a moment", 5) from None

    def add(self, actor: str, file: str, before: str | None, after: str | None, undoes: int | None = None) -> Change:
        """Write a change down."""
        number = max(self._numbers(), default=0) + 1
        change = Change(number, now(), actor, file, before, after, undoes)
        path = self._path(number)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(change), ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(path)
        return change

    def drop(self, change: Change) -> None:
        """Forget a change that could not be made."""
        self._path(change.number).unlink(missing_ok=True)

    def all(self, file: str | None = None) -> list[Change]:
        """The changes, of one file or of all."""
        found = [self._read(number) for number in sorted(self._numbers(), reverse=True)]
        return [change for change in found if file in (None, change.file)]

    def get(self, number: int) -> Change:
        """The change of a number; raises `NotFoundError`."""
        if number not in self._numbers():
            raise NotFoundError(f"change {number} does not exist: the history lists those that do")
        return self._read(number)

    def _numbers(self) -> set[int]:
        return {int(path.stem) for path in self._folder.glob("*.json") if path.stem.isdecimal()}

    def _read(self, number: int) -> Change:
        return Change(**json.loads(self._path(number).read_text(encoding="utf-8")))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.json"
