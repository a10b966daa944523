"""Backup and restore: the database by SQLite's online backup, beside it the folders of versions and snapshots.

A backup may be taken while the server runs; a restore may not. What can be made again (unpacked base models, the
index, the checkpoints of runs) is not part of a backup, and neither is the key that signs cookies.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from chatbot.errors import BusyError, InputError, NotFoundError

DATABASE = "chatbot.db"
FOLDERS = ("versions", "snapshots")
CONTENT = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *FOLDERS)


def back_up(home: Path, target: Path) -> int:
    """Copy the state in `home` into the new folder `target`, whole or not at all; returns its size in bytes."""
    if not (home / DATABASE).is_file():
        raise NotFoundError(f"there is nothing to back up: {str(home)!r} holds no {DATABASE}; check CHATBOT_HOME")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{str(target)!r} exists and is not an empty folder: name a new one")
    if target.resolve().is_relative_to(home.resolve()):
        raise InputError(f"{str(target)!r} lies inside {str(home)!r}, which is backed up: name a folder outside it")
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    try:
        with (
            closing(sqlite3.connect(home / DATABASE)) as source,
            closing(sqlite3.connect(partial / DATABASE)) as copy,
        ):
            source.backup(copy)
        _copy_folders(home, partial)
        if target.exists():
            target.rmdir()
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sum(file.stat().st_size for file in target.rglob("*") if file.is_file())


def describe(folder: Path) -> str:
    """What a backup holds, in a few words; raises `InputError` when its database cannot be read."""
    file = folder / DATABASE
    if not file.is_file():
        raise NotFoundError(f"{str(folder)!r} is not a backup: it holds no {DATABASE}")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as db:
            sound = db.execute("pragma quick_check").fetchone()[0]
            counts = [
                db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("conversations", "versions")
            ]
    except sqlite3.DatabaseError as error:
        raise InputError(f"{str(file)!r} is not a readable database of this product: {error}") from None
    if sound != "ok":
        raise InputError(f"{str(file)!r} is damaged ({sound}): use another backup")
    return f"{counts[0]:,} conversations and {counts[1]:,} versions"


def holds_state(home: Path) -> bool:
    """Whether a restore into `home` would replace something."""
    return any((home / name).exists() for name in CONTENT)


def restore(backup: Path, home: Path) -> Path | None:
    """Put a backup in the place of the state in `home`; returns the folder that keeps the old state, if there was any.

    Raises `BusyError` while another process has the database open.
    """
    describe(backup)
    if backup.resolve().is_relative_to(home.resolve()):
        raise InputError(f"{str(backup)!r} lies inside {str(home)!r}, which is restored: move it elsewhere first")
    if _in_use(home / DATABASE):
        raise BusyError(f"{str(home / DATABASE)!r} is in use: stop the server first")
    home.mkdir(parents=True, exist_ok=True)
    staged = home / f"restore.{os.getpid()}.partial"
    staged.mkdir()
    try:
        shutil.copyfile(backup / DATABASE, staged / DATABASE)
        _copy_folders(backup, staged)
        _point_into(staged / DATABASE, home, backup)
        old = _move_away(home) if holds_state(home) else None
        for name in (DATABASE, *FOLDERS):
            if (staged / name).exists():
                (staged / name).rename(home / name)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return old


def _copy_folders(source: Path, target: Path) -> None:
    for name in FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, symlinks=True)


def _move_away(home: Path) -> Path:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:18]
    home = home.resolve()
    old = home.with_name(f"{home.name}.before-restore-{moment}")
    old.mkdir()
    for name in CONTENT:
        if (home / name).exists():
            (home / name).rename(old / name)
    return old


def _point_into(database: Path, home: Path, backup: Path) -> None:
    """Let the rows of versions and snapshots name their folders in `home`, wherever the backup was taken.

    Nobody is signed in afterwards: what was ended since the backup stays ended.
    """
    with closing(sqlite3.connect(database)) as db, db:
        if db.execute("select 1 from sqlite_master where name = 'sign_ins'").fetchone():
            db.execute("delete from sign_ins")
        for table, key in (("versions", "name"), ("snapshots", "number")):
            for identity, path in db.execute(f"select {key}, path from {table}").fetchall():
                if (backup / table / Path(path).name).exists():
                    place = str(home / table / Path(path).name)
                    db.execute(f"update {table} set path = ? where {key} = ?", [place, identity])


def _in_use(database: Path) -> bool:
    """Whether another connection holds the database: SQLite removes the log when the last one closes."""
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(database)) as db:
            db.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return False
    return database.with_name(f"{database.name}-wal").exists()
