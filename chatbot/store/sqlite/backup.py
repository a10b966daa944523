"""Backup and restore: the database by SQLite's online backup, beside it the folders of versions and snapshots.

A backup may be taken while the server runs; a restore may not. What can be made again (unpacked base models, the
index, the checkpoints of runs) is not part of a backup, and neither is the key that signs cookies. A backup is a
folder, or, with a passphrase, a sealed file that holds the same as a tar archive.
"""

import hashlib
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import psutil

from chatbot.errors import BusyError, InputError, NotFoundError
from chatbot.server_lock import no_server
from chatbot.store.sealed import PIECE_BYTES, SealedReader, SealedWriter, check_passphrase, is_sealed
from chatbot.store.sqlite.restoring import DATABASE, FOLDERS, carry_on, carry_on_alone, commit

PLACES = {(folder, "path") for folder in FOLDERS}


def back_up(home: Path, target: Path, passphrase: str | None = None) -> int:
    """Copy the state in `home` into the new folder `target`, whole or not at all; returns its size in bytes.

    With a passphrase it is a file that only this passphrase opens, and no plain copy is left elsewhere.
    """
    carry_on_alone(home)
    if not (home / DATABASE).is_file():
        raise NotFoundError(f"there is nothing to back up: {str(home)!r} holds no {DATABASE}; check CHATBOT_HOME")
    if target.resolve().is_relative_to(home.resolve()):
        raise InputError(f"{str(target)!r} lies inside {str(home)!r}, which is backed up: name a folder outside it")
    forget_leftovers(home)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    if passphrase is None:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError(f"{str(target)!r} exists and is not an empty folder: name a new one")
        _write_folder(home, partial, target)
    else:
        if target.exists():
            raise InputError(f"{str(target)!r} exists: name a new file")
        check_passphrase(passphrase)
        _write_sealed(home, partial, target, passphrase)
    return sum(file.stat().st_size for file in (target, *target.rglob("*")) if file.is_file())


def _write_folder(home: Path, partial: Path, target: Path) -> None:
    partial.mkdir(parents=True, mode=0o700)
    try:
        _copy_database(home, partial / DATABASE)
        for folder in _folders(partial / DATABASE, home):
            shutil.copytree(home / folder, partial / folder, symlinks=True)
        if target.exists():
            target.rmdir()
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_sealed(home: Path, partial: Path, target: Path, passphrase: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = home / f"backup.{os.getpid()}.partial"
    staged.mkdir(mode=0o700)
    try:
        _copy_database(home, staged / DATABASE)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            writer = SealedWriter(file, passphrase)
            with tarfile.open(mode="w|", fileobj=cast("IO[bytes]", writer)) as archive:
                archive.add(staged / DATABASE, DATABASE, filter=_nobodys)
                for folder in _folders(staged / DATABASE, home):
                    archive.add(home / folder, str(folder), filter=_nobodys)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
        shutil.rmtree(staged, ignore_errors=True)


def _copy_database(home: Path, target: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _folders(database: Path, home: Path) -> list[Path]:
    """The folders of the versions and snapshots that a copy of the database names; others are still being written."""
    with closing(sqlite3.connect(database)) as db:
        versions = [Path("versions", name) for (name,) in db.execute("select name from versions")]
        snapshots = [Path("snapshots", str(number)) for (number,) in db.execute("select number from snapshots")]
    return [folder for folder in (*versions, *snapshots) if (home / folder).is_dir()]


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An entry of an archive that its owner alone can read, whoever that is where it is restored."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode &= 0o700
    return entry


@contextmanager
def opened_backup(path: Path, home: Path, ask: Callable[[], str]) -> Iterator[Path]:
    """The folder of a backup that is to be restored into `home`; a sealed one is opened within it meanwhile.

    `ask` is asked for the passphrase. All of a sealed backup is checked before anybody sees any of it.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise InputError(f"{str(path)!r} lies inside {str(home)!r}, which is restored: move it elsewhere first")
    if not path.is_file():
        yield path
        return
    with path.open("rb") as file:
        if not is_sealed(file):
            raise NotFoundError(f"{str(path)!r} is not a backup: it is neither a folder nor an encrypted file of ours")
        reader = SealedReader(file, ask())
        made = not home.exists()
        home.mkdir(parents=True, exist_ok=True)
        opened = home / f"restore.{os.getpid()}.opened.partial"
        opened.mkdir(mode=0o700)
        try:
            with tarfile.open(mode="r|", fileobj=cast("IO[bytes]", reader), bufsize=PIECE_BYTES) as archive:
                archive.extractall(opened, filter="data")
            reader.finish()
            yield opened
        except tarfile.TarError as error:
            raise InputError(f"{str(path)!r} holds no backup: {error}") from None
        finally:
            shutil.rmtree(opened, ignore_errors=True)
            if made:
                with suppress(OSError):
                    home.rmdir()


def forget_leftovers(home: Path) -> None:
    """Remove what a backup or a restore left in a home when it was killed."""
    for folder in (*home.glob("backup.*.partial"), *home.glob("restore.*.partial")):
        process = folder.name.split(".")[1]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


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


def restore(backup: Path, home: Path, source: Path | None = None) -> Path | None:
    """Put a backup in the place of the state in `home`; returns the folder that keeps the old state, if there was any.

    `source` is what the audit log calls the backup. Raises `BusyError` while another process has the database open, and
    `InputError` where the rows to be put in place are not those of the backup to the byte.
    """
    describe(backup)
    with no_server(home):
        carry_on(home)
        if _in_use(home / DATABASE):
            raise BusyError(f"{str(home / DATABASE)!r} is in use: stop the server first")
        forget_leftovers(home)
        staged = home / f"restore.{os.getpid()}.partial"
        staged.mkdir(mode=0o700)
        try:
            shutil.copyfile(backup / DATABASE, staged / DATABASE)
            for name in FOLDERS:
                if (backup / name).is_dir():
                    shutil.copytree(backup / name, staged / name, symlinks=True)
            _point_into(staged / DATABASE, home, backup)
            if row_digests(staged / DATABASE) != row_digests(backup / DATABASE):
                raise InputError(f"the rows of {str(backup)!r} could not be copied as they are: nothing was changed")
            _end_sign_ins(staged / DATABASE)
            return commit(staged, home, source or backup)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def row_digests(database: Path) -> dict[str, str]:
    """A digest of each table's rows, all values of all columns but the places of folders, which a restore sets."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?immutable=1", uri=True)) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
        digests = {}
        for table in tables:
            columns = [name for _, name, *_ in db.execute(f'pragma table_info("{table}")')]
            chosen = ", ".join(f'"{name}"' for name in columns if (table, name) not in PLACES)
            digest = hashlib.sha256()
            for row in db.execute(f'select {chosen} from "{table}"'):
                digest.update(repr(row).encode())
            digests[table] = digest.hexdigest()
    return digests


def _point_into(database: Path, home: Path, backup: Path) -> None:
    """Let the rows of versions and snapshots name their folders in `home`, wherever the backup was taken."""
    with closing(sqlite3.connect(database)) as db, db:
        for table, key in (("versions", "name"), ("snapshots", "number")):
            for identity, path in db.execute(f"select {key}, path from {table}").fetchall():
                if (backup / table / Path(path).name).exists():
                    place = str(home / table / Path(path).name)
                    db.execute(f"update {table} set path = ? where {key} = ?", [place, identity])


def _end_sign_ins(database: Path) -> None:
    """Let nobody be signed in: what was ended since the backup stays ended."""
    with closing(sqlite3.connect(database)) as db, db:
        if db.execute("select 1 from sqlite_master where name = 'sign_ins'").fetchone():
            db.execute("delete from sign_ins")


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
