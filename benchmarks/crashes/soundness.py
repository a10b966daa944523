"""Whether what lies in a home after a kill is whole: the database, the audit log, every folder that a row names."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from chatbot.snapshot_folder import digest_of, files_in
from chatbot.store import Store, open_store
from chatbot.store.audit import first_fault
from chatbot.store.versions import BASE
from chatbot.weights import file_digest
from training.release.compatibility import WEIGHTS

KEY = "cookie.key"
KEY_CHARACTERS = 64
PLACES = {("versions", "path"), ("snapshots", "path")}
LEFT_OUT = ("sign_ins",)
Contents = dict[str, str]


def faults(home: Path) -> list[str]:
    """What is wrong in a home, in words; opening the store is part of it."""
    with closing(open_store(home / "chatbot.db")) as store:
        found = _damage(home / "chatbot.db")
        if fault := first_fault(store.events.entries(), store.events.written()):
            found.append(f"audit log: {fault}")
        found += [*_versions(store), *_snapshots(store)]
    key = home / KEY
    if key.is_file() and len(key.read_text().strip()) < KEY_CHARACTERS:
        found.append(f"{KEY} is not whole, and cookies are signed with it")
    return found


def _damage(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as db:
        told = [one for (one,) in db.execute("pragma integrity_check") if one != "ok"]
        orphans = db.execute("pragma foreign_key_check").fetchall()
    return [f"database: {one}" for one in told] + [f"database: a row without what it belongs to: {o}" for o in orphans]


def _versions(store: Store) -> list[str]:
    versions = store.versions.all()
    found = []
    for one in versions:
        weights = one.folder.adapter / WEIGHTS
        if not weights.is_file() or not one.name.endswith(file_digest(weights)[:8]):
            found.append(f"version {one.name} is listed, and its files are not whole")
    names = {BASE, *(one.name for one in versions)}
    for alias in ("champion", "candidate", "canary"):
        if (target := store.versions.alias(alias)) not in (None, *names):
            found.append(f"{alias} is {target}, which is no version")
    return found


def _snapshots(store: Store) -> list[str]:
    return [
        f"snapshot {one.number} is listed, and its files are not whole"
        for one in store.versions.snapshots()
        if not Path(one.path).is_dir() or digest_of(files_in(Path(one.path)), one.pack) != one.counts.digest
    ]


def streaming(database: Path) -> dict[str, str]:
    """The replies that count as being written, with the words that are stored of them."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as db:
        return dict(db.execute("select id, content from messages where status = 'streaming'"))


def contents(database: Path, entries: int | None = None) -> Contents:
    """A digest of the bytes of each table's rows; of the audit log the first `entries`.

    Left out is what a restore changes on purpose: where folders lie, and who is signed in.
    """
    with closing(sqlite3.connect(database)) as db:
        found: Contents = {}
        for (table,) in db.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
            if table in LEFT_OUT or table.startswith("sqlite_"):
                continue
            columns = [name for _, name, *_ in db.execute(f"pragma table_info({table})") if (table, name) not in PLACES]
            kept = f"where number <= {entries}" if table == "events" and entries is not None else ""
            digest = hashlib.sha256()
            for values in db.execute(f"select {', '.join(map('quote({})'.format, columns))} from {table} {kept}"):
                digest.update(repr(values).encode())
            found[table] = digest.hexdigest()
    return found


def entries(database: Path) -> int:
    """How many entries the audit log in a database has."""
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute("select coalesce(max(number), 0) from events").fetchone()[0])
