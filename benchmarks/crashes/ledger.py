"""What clients were told is stored, and whether a database holds it."""

import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

Value = str | int


@dataclass(frozen=True)
class Promise:
    """A write that was acknowledged: words for people, and a query that finds a row where it was kept."""

    what: str
    query: str
    values: tuple[Value, ...]

    def kept(self, db: sqlite3.Connection) -> bool:
        """Whether the row is there."""
        return db.execute(self.query, self.values).fetchone() is not None


def row(table: str, **values: Value) -> Promise:
    """The promise of a row with these values."""
    where = " and ".join(f"{name} = ?" for name in values)
    told = ", ".join(f"{name} {value!r}" for name, value in values.items())
    return Promise(f"{table}: {told}", f"select 1 from {table} where {where}", tuple(values.values()))


class Ledger:
    """All promises of a home, those made since the last look apart."""

    def __init__(self) -> None:
        self._old: list[Promise] = []
        self._new: list[Promise] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._old) + len(self._new)

    def add(self, *promises: Promise) -> None:
        """Write down what was acknowledged."""
        with self._lock:
            self._new += promises

    def so_far(self) -> list[Promise]:
        """All that was acknowledged until now."""
        with self._lock:
            return [*self._old, *self._new]

    def broken(self, database: Path) -> list[str]:
        """Of the promises that were made since the last call, those that the database does not keep."""
        with self._lock:
            fresh, self._new = self._new, []
            self._old += fresh
        return broken(fresh, database)


def broken(promises: Iterable[Promise], database: Path) -> list[str]:
    """The promises that a database does not keep, in words."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as db:
        return [f"lost: {one.what}" for one in promises if not one.kept(db)]
