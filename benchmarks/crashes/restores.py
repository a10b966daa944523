"""Backups under load, and restores of them that are killed: a home is one state or the other, to the byte."""

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crashes.house import House
from benchmarks.crashes.ledger import broken
from benchmarks.crashes.soundness import Contents, contents, entries, faults
from benchmarks.crashes.striking import Blow, Habit, carry_out, strike
from chatbot.errors import UserError
from chatbot.store.sqlite.backup import describe, opened_backup

PASSPHRASE = "four words at least"


@dataclass(frozen=True)
class State:
    """What is in a database, by its rows' bytes and by how long its audit log is."""

    rows: Contents
    entries: int

    @classmethod
    def of(cls, database: Path) -> "State":
        """The state of a database."""
        return cls(contents(database), entries(database))

    def is_in(self, database: Path) -> bool:
        """Whether a database holds exactly this, whatever was added to its audit log since."""
        return contents(database, self.entries) == self.rows


def backup_words(house: House, path: Path, sealed: bool) -> list[str]:
    """The command that takes a backup."""
    return ["backup", str(path), *(["--encrypt", *_passphrase(house)] if sealed else [])]


def backup_faults(house: House, path: Path, done: bool) -> list[str]:
    """What is wrong with what a backup left at its place: it is whole, or not there as long as it was not promised."""
    if not path.exists():
        return [f"the backup {path.name} was promised and is not there"] if done else []
    try:
        with opened_backup(path, house.folder / "opened", lambda: PASSPHRASE) as folder:
            describe(folder)
            missing = [name for name in house.versions if not (folder / "versions" / name).is_dir()]
    except UserError as error:
        return [f"a killed backup left {path.name}: {error}"]
    return [f"a killed backup left {path.name} without {name}" for name in missing]


def restore_faults(house: House, spare: House, habit: Habit, chance: random.Random) -> tuple[list[str], Blow]:
    """Take a backup under load, kill a restore of it, then let one end; what is wrong, and what became of the first."""
    path, sealed = house.folder / "backups" / str(chance.random()), chance.random() < 0.3
    promised = house.ledger.so_far()
    before = State.of(spare.database) if spare.database.is_file() else None
    taken = carry_out(house.job("chatbot", *backup_words(house, path, sealed)))
    if not taken.done:
        return [f"a backup under load failed: {taken.story}"], taken
    with opened_backup(path, spare.home, lambda: PASSPHRASE) as folder:
        held = State.of(folder / "chatbot.db")
        found = [f"in a backup, {one}" for one in broken(promised, folder / "chatbot.db")]
        if _hash(folder / "chatbot.db", held.entries) != _hash(house.database, held.entries):
            found.append(f"entry {held.entries} of a backup's audit log is not that of the home")
    job = spare.job("chatbot", "restore", str(path), "--yes", *(_passphrase(house) if sealed else []))
    blow = strike(job, habit, chance)
    verified = carry_out(spare.job("chatbot", "audit", "verify"))
    if not verified.done:
        found.append(f"after a killed restore: {verified.story}")
    if not (held.is_in(spare.database) or (before and not blow.done and before.is_in(spare.database))):
        found.append(f"after a killed restore the home is neither what it was nor the backup: {blow.story}")
    again = carry_out(job)
    if not again.done:
        found.append(f"a restore failed: {again.story}")
    if not held.is_in(spare.database):
        found.append("restored rows are not those of the backup to the byte")
    found += [f"restored: {one}" for one in (*faults(spare.home), *broken(promised, spare.database))]
    for folder in (path, *spare.folder.glob("home.before-restore-*")):
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    return found, blow


def _hash(database: Path, number: int) -> object:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("select hash from events where number = ?", [number]).fetchone()


def _passphrase(house: House) -> list[str]:
    file = house.folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return ["--passphrase-file", str(file)]
