import gc
import sqlite3
import threading
from pathlib import Path

import pytest

from chatbot.store.sqlite import database
from chatbot.store.sqlite.connection import Connection

SERVED = database.SYNCHRONOUS
FULL = 2


def test_a_connection_is_closed_with_its_thread(tmp_path: Path) -> None:
    closed = []

    class Watched(Connection):
        def close(self) -> None:
            closed.append(threading.get_ident())
            super().close()

    def work() -> None:
        local = threading.local()
        local.db = sqlite3.connect(tmp_path / "a.db", factory=Watched, check_same_thread=False)
        local.db.execute("create table a (b)")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    gc.collect()
    assert len(closed) == 1


def test_one_may_be_closed_before(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "a.db", factory=Connection)
    db.close()
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("select 1")


def test_a_commit_waits_until_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SYNCHRONOUS", SERVED)
    opened = database.Database(tmp_path / "chatbot.db")
    assert opened.row("pragma synchronous") == {"synchronous": FULL}
    opened.close()
