"""Token ids on disk, so that what a run learns from may be larger than memory."""

import os
from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import overload
from weakref import finalize

WIDTH = array("i").itemsize


class TokenFile:
    """Rows of token ids one after another in a file without a name, which goes with the process."""

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - it lives as long as its rows
        finalize(self, self._file.close)
        self._size = 0

    def add(self, ids: Sequence[int]) -> "StoredIds":
        """Write a row; what comes back reads like a list."""
        self._file.write(array("i", ids))
        self._size += len(ids)
        return StoredIds(self, self._size - len(ids), len(ids))

    def read(self, start: int, count: int) -> list[int]:
        """Ids from a position on."""
        return array("i", os.pread(self._file.fileno(), count * WIDTH, start * WIDTH)).tolist()


class StoredIds(Sequence[int]):
    """A row of a `TokenFile`; in another process it is a list."""

    __slots__ = ("_count", "_file", "_start")

    def __init__(self, file: TokenFile, start: int, count: int) -> None:
        self._file, self._start, self._count = file, start, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        return self._file.read(self._start, self._count)[place]

    def __reduce__(self) -> tuple[type[list[int]], tuple[list[int]]]:
        return list, (self[:],)
