"""The SQLite file: one connection a thread, write-ahead logging, every commit on disk before it is acknowledged.

What is deleted is overwritten (`secure_delete`), and `empty_log` takes it out of the log. Built on sqlite-utils; the
tables are made by `migrations`. What happens within a transaction is stored with it by whoever has to pass it on, and
told to the broker once it is on disk. Holds no domain rules.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database as SqliteDatabase
from sqlite_utils.db import NotFoundError as RowNotFoundError

from chatbot.acting import SYSTEM, doer
from chatbot.broker import Broker, Happening
from chatbot.errors import NotFoundError, UserError
from chatbot.records import now
from chatbot.store.events import Event
from chatbot.store.sqlite.connection import Connection
from chatbot.store.sqlite.event_log import append
from chatbot.store.sqlite.recent_migrations import migrations

BUSY_SECONDS = 20
LOG_SECONDS = 1
SYNCHRONOUS = "full"
"""A commit waits until it is on the disk."""
OVERWRITES = "m005_deleted_for_good"
"""From this migration on nothing that was deleted stays in free pages."""

Row = dict[str, Any]
"""A row by its columns; only the modules beside this one see it."""
Value = str | int | float | None


class Database:
    """A handle that any thread may use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broker = Broker()
        self.own_events: set[int] = set()
        self.keepers: list[Callable[[Happening], None]] = []
        self._local = threading.local()
        self._turn = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with storage_faults():
            pending = {migration.name for migration in migrations.pending(self.here)}
            if pending:
                old = bool(migrations.applied(self.here)) and OVERWRITES in pending
                self._migrate()
                if old:
                    self.here.vacuum()

    def _migrate(self) -> None:
        """Bring the tables up to date, all at once: of two processes that open a database the later waits."""
        connection = self.here.conn
        connection.execute("begin immediate")
        try:
            migrations.apply(self.here)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    @property
    def here(self) -> SqliteDatabase:
        """This thread's connection, opened at first use."""
        if not hasattr(self._local, "db"):
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, factory=Connection, check_same_thread=False)
            connection.execute("pragma journal_mode = wal")
            connection.execute(f"pragma synchronous = {SYNCHRONOUS}")
            connection.execute("pragma foreign_keys = on")
            connection.execute("pragma secure_delete = on")
            self._local.db = SqliteDatabase(connection)
        db: SqliteDatabase = self._local.db
        return db

    def rows(self, sql: str, **parameters: Value) -> list[Row]:
        """All rows of a query, as dictionaries."""
        with storage_faults():
            return list(self.here.query(sql, parameters))

    def each(self, sql: str, **parameters: Value) -> Iterator[Row]:
        """The rows of a query one after another, for whoever may not want all of them."""
        with storage_faults():
            yield from self.here.query(sql, parameters)

    def tuples(self, sql: str, **parameters: Value) -> list[tuple[Any, ...]]:
        """All rows of a query that has many, as they come."""
        with storage_faults():
            found: list[tuple[Any, ...]] = self.here.conn.execute(sql, parameters).fetchall()
            return found

    def row(self, sql: str, **parameters: Value) -> Row | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, **parameters)), None)

    @contextmanager
    def writing(self) -> Iterator[SqliteDatabase]:
        """A transaction that takes the write lock at once: all of it is on disk afterwards, or none.

        Threads queue for it here: SQLite's own waiting polls, by which one of many writers may starve.
        """
        with storage_faults():
            db = self.here
            if db.conn.in_transaction:
                yield db
                return
            if not self._turn.acquire(timeout=BUSY_SECONDS):
                raise _busy()
            try:
                self._local.happened, self._local.events = [], []
                db.conn.execute("begin immediate")
                yield db
                db.conn.commit()
                self.own_events.update(self._local.events)
            except BaseException:
                db.conn.rollback()
                raise
            finally:
                self._turn.release()
        for happening in self._local.happened:
            self.broker.publish(happening)

    def happened(self, happening: Happening) -> None:
        """Tell of something once the caller's transaction is on disk, if it will be."""
        for keep in self.keepers:
            keep(happening)
        self._local.happened.append(happening)

    def event(self, actor: str, kind: str, subject: str, **detail: object) -> None:
        """Record who did what to what; part of the caller's transaction.

        What the system did is ascribed to whoever acts at present; it was from their address unless `detail` has one.
        """
        acting = doer()
        who, address = acting.actor if actor == SYSTEM else actor, str(detail.pop("address", acting.address))
        with self.writing() as db:
            self._local.events.append(append(db, Event(now(), who, kind, subject, detail, address)))

    def empty_log(self) -> bool:
        """Carry the write-ahead log into the file and empty it; False while somebody else reads or writes."""
        with storage_faults(), closing(sqlite3.connect(self.path, timeout=LOG_SECONDS)) as connection:
            connection.execute("pragma secure_delete = on")
            busy = connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.conn.close()
            del self._local.db


def _busy() -> UserError:
    return UserError(f"the database stayed busy for {BUSY_SECONDS} s; try again")


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turn what the disk can do to us into an error that says what to do."""
    try:
        yield
    except RowNotFoundError as error:
        raise NotFoundError("what was to be changed does not exist any more: reload the page") from error
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text or "I/O" in text:
            raise UserError(f"nothing was saved: {text}; free some disk space and try again") from error
        if "readonly" in text or "unable to open" in text:
            raise UserError(f"the database cannot be written: {text}; check the folder CHATBOT_HOME") from error
        if "locked" in text:
            raise _busy() from error
        raise
    except sqlite3.IntegrityError as error:
        if "FOREIGN KEY" in str(error):
            raise NotFoundError("what this belongs to was deleted in the meantime: reload the page") from error
        raise
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error) or "malformed" in str(error):
            raise UserError(f"the database file is damaged: {error}; restore a backup") from error
        raise
