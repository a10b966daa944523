"""Counts in a SQLite file of their own, which may be lost: no count waits for the disk or for the main database.

A window is counted in slots of a sixtieth of it, so that a rate of any size takes 61 rows at most. The slot that is
half within the window counts whole: never more than the rate passes, in whatever window.
"""

import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chatbot.rates import LONGEST_SECONDS
from chatbot.store.rates import Backoff, Counted, Rates, Refusal, digest_of
from chatbot.store.sqlite.connection import Connection
from chatbot.store.sqlite.database import BUSY_SECONDS, storage_faults

SLOTS = 60
SWEEP_SECONDS = 60
TABLES = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists hits (
    digest blob, slot integer, count integer not null, forgotten real not null, primary key (digest, slot)
) without rowid;
create table if not exists failures (
    digest blob primary key, count integer not null, pause_ends real not null, forgotten real not null
) without rowid;
create table if not exists known (digest blob primary key, forgotten real not null) without rowid;
"""


class SqliteRates(Rates):
    """The counts, over one connection that threads take in turn; it is opened at first use."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._swept = -math.inf

    def take(self, counted: Sequence[Counted], backoff: Backoff | None = None) -> Refusal | None:
        moment = self._clock()
        with self._writing() as db:
            self._sweep(db, moment)
            waits = [(_window_wait(db, one, moment), one.what) for one in counted]
            if backoff:
                waits.append((_pause_wait(db, backoff, moment), backoff.what))
            wait, what = max(waits)
            if wait > 0:
                return Refusal(what, math.ceil(wait))
            for one in counted:
                _count(db, one, moment)
            if backoff:
                _fail(db, backoff, moment)
        return None

    def forgive(self, backoff: Backoff) -> None:
        with self._writing() as db:
            db.execute("delete from failures where digest = ?", [digest_of(backoff.what)])

    def remember(self, what: str, seconds: float) -> None:
        with self._writing() as db:
            db.execute("replace into known values (?, ?)", [digest_of(what), self._clock() + seconds])

    def remembers(self, what: str) -> bool:
        query = "select 1 from known where digest = ? and forgotten > ?"
        with self._writing() as db:
            return db.execute(query, [digest_of(what), self._clock()]).fetchone() is not None

    def close(self) -> None:
        with self._turn:
            if self._connection:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn, storage_faults():
            db = self._connection = self._connection or _open(self._path)
            db.execute("begin immediate")
            try:
                yield db
                db.execute("commit")
            except BaseException:
                if db.in_transaction:
                    db.execute("rollback")
                raise

    def _sweep(self, db: sqlite3.Connection, moment: float) -> None:
        """Drop what is over; what ends later than anything may was written by a clock that was ahead."""
        if 0 <= moment - self._swept < SWEEP_SECONDS:
            return
        self._swept = moment
        for table in ("hits", "failures"):
            latest = moment + 2 * LONGEST_SECONDS
            db.execute(f"delete from {table} where forgotten not between ? and ?", [moment, latest])
        db.execute("delete from known where forgotten < ?", [moment])


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, factory=Connection, check_same_thread=False)
    db.executescript(TABLES)
    return db


def _digest(counted: Counted) -> bytes:
    return digest_of(f"{counted.rate.seconds} {counted.what}")


def _slot(counted: Counted, moment: float) -> int:
    return int(moment * SLOTS / counted.rate.seconds)


def _window_wait(db: sqlite3.Connection, counted: Counted, moment: float) -> float:
    """Seconds until one more would be within the rate."""
    slot = _slot(counted, moment)
    oldest, count = db.execute(
        "select min(slot), coalesce(sum(count), 0) from hits where digest = ? and slot between ? and ?",
        [_digest(counted), slot - SLOTS, slot + SLOTS],
    ).fetchone()
    if count < counted.rate.count:
        return 0
    return float((oldest + SLOTS + 1) * counted.rate.seconds / SLOTS - moment)


def _count(db: sqlite3.Connection, counted: Counted, moment: float) -> None:
    slot = _slot(counted, moment)
    forgotten = (slot + SLOTS + 1) * counted.rate.seconds / SLOTS
    db.execute(
        "insert into hits values (?, ?, 1, ?) on conflict do update set count = count + 1",
        [_digest(counted), slot, forgotten],
    )


def _pause_wait(db: sqlite3.Connection, backoff: Backoff, moment: float) -> float:
    query = "select pause_ends - ? from failures where digest = ?"
    row = db.execute(query, [moment, digest_of(backoff.what)]).fetchone()
    wait = float(row[0]) if row else 0
    return wait if wait <= backoff.longest_seconds else 0  # longer: the clock that set it was ahead


def _fail(db: sqlite3.Connection, backoff: Backoff, moment: float) -> None:
    digest = digest_of(backoff.what)
    query = "select count from failures where digest = ? and forgotten > ?"
    row = db.execute(query, [digest, moment]).fetchone()
    failures = (row[0] if row else 0) + 1
    ends, forgotten = moment + backoff.after(failures), moment + backoff.forgotten_seconds
    db.execute("replace into failures values (?, ?, ?, ?)", [digest, failures, ends, forgotten])
