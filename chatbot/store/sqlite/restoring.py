"""The last steps of a restore, which are gone on with where they were cut off: a home is never half of each state.

What is to come is made ready in a folder, which then gets the name `LEAVING` in the home. From that moment on the
restore happens, whoever is killed: `carry_on` moves away what was there, renames the folder to `COMING`, moves in what
it holds, and records the restore. Each step may be done again. Whoever opens the store of a home carries on first; the
server's lock keeps two from doing so at once.
"""

import json
import shutil
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatbot.acting import SYSTEM
from chatbot.server_lock import no_server
from chatbot.store.sqlite.database import Database

DATABASE = "chatbot.db"
FOLDERS = ("versions", "snapshots")
CONTENT = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *FOLDERS)
LEAVING, COMING = "restore.leaving", "restore.coming"
NOTE = "restored.json"


@dataclass(frozen=True)
class Restored:
    """Where a restore took the state from, and the folder that keeps the one before; empty where there was none."""

    source: str
    replaced: str


def holds_state(home: Path) -> bool:
    """Whether a restore into `home` would replace something."""
    return any((home / name).exists() for name in (*CONTENT, LEAVING, COMING))


def commit(staged: Path, home: Path, source: Path) -> Path | None:
    """Let the restore of what is staged happen; returns the folder that will keep the old state, if there is any."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")[:18]
    place = home.resolve()
    old = place.with_name(f"{place.name}.before-restore-{moment}") if holds_state(home) else None
    told = Restored(str(source.resolve()), str(old or ""))
    (staged / NOTE).write_text(json.dumps(asdict(told)), encoding="utf-8")
    staged.rename(home / LEAVING)
    _move(home)
    return old


def carry_on(home: Path) -> None:
    """Bring a restore that was cut off to its end, if there is one; the caller holds the server's lock."""
    if told := _move(home):
        with closing(Database(home / DATABASE)) as database:
            kept = {"replaced": told.replaced} if told.replaced else {}
            database.event(SYSTEM, "restored", told.source, **kept)
    shutil.rmtree(home / COMING, ignore_errors=True)


def carry_on_alone(home: Path) -> None:
    """The same with the lock taken for it; raises `BusyError` while another does it."""
    if (home / LEAVING).exists() or (home / COMING).exists():
        with no_server(home):
            carry_on(home)


def _move(home: Path) -> Restored | None:
    leaving, coming = home / LEAVING, home / COMING
    if leaving.is_dir():
        if replaced := _told(leaving).replaced:
            Path(replaced).mkdir(exist_ok=True)
            for name in CONTENT:
                if (home / name).exists():
                    (home / name).rename(Path(replaced) / name)
        leaving.rename(coming)
    if not coming.is_dir():
        return None
    for name in (*FOLDERS, DATABASE):
        if (coming / name).exists():
            (coming / name).rename(home / name)
    return _told(coming) if (coming / NOTE).is_file() else None


def _told(folder: Path) -> Restored:
    return Restored(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
