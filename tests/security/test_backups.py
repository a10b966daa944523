"""A backup taken while others write comes back to the byte; an encrypted one opens by its passphrase alone."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatbot.__main__ import commands
from chatbot.commands import run_command
from chatbot.errors import UserError
from chatbot.records import Trace
from chatbot.store import open_store
from chatbot.store.sealed import PIECE_BYTES
from chatbot.store.sqlite.backup import back_up, forget_leftovers, opened_backup, restore, row_digests
from tests.running_server import ROOT

PASSPHRASE = "four words at least"
MARKER = "the marker in a message"
WRITER = """
import sys
from pathlib import Path
from chatbot.records import Trace
from chatbot.store import open_store

store = open_store(Path(sys.argv[1]))
visitor = store.people.add_visitor()
number = 0
while True:
    with store.transaction():
        talk = store.conversations.start(visitor, "lamps")
        asked = store.conversations.add_user_message(talk, None, f"question {number} äöü \\0 " + "x" * (number % 999))
        reply = store.conversations.begin_reply(talk, asked.id, Trace(version="base"))
        trace = Trace(version="base", queued_ms=number / 7)
        store.conversations.update_reply(reply.id, f"reply {number}", "complete", trace)
    print(asked.id, flush=True)
    number += 1
"""
TABLES = ("people", "conversations", "messages", "events")


def rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(database)) as db:
        return {table: db.execute(f"select * from {table} order by rowid").fetchall() for table in TABLES}


@contextmanager
def written_to(home: Path, acknowledged: Path) -> Iterator[None]:
    """Let another process write to a home as fast as it can; what it knows to be stored stands in a file."""
    with acknowledged.open("wb") as output:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home / "chatbot.db")],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=output,
        )
    try:
        deadline = time.monotonic() + 120
        while len(acknowledged.read_text().split()) < 20:
            assert writer.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        writer.kill()
        writer.wait()


def filled(home: Path) -> str:
    """A home with a conversation, a version of some size and a snapshot; returns the version's name."""
    store = open_store(home / "chatbot.db")
    visitor = store.people.add_visitor()
    talk = store.conversations.start(visitor, "lamps")
    asked = store.conversations.add_user_message(talk, None, MARKER)
    store.conversations.begin_reply(talk, asked.id, Trace(version="base"))
    version = store.versions.add_version("lamps", "base", "ab" * 32, None, None)
    version.folder.path.mkdir(parents=True)
    version.folder.merged.write_bytes(b"weights " * (PIECE_BYTES // 4))
    (home / "versions" / "r1.partial").mkdir()
    store.close()
    return version.name


def opened(backup: Path, home: Path, passphrase: str = PASSPHRASE) -> Path | None:
    with opened_backup(backup, home, lambda: passphrase) as folder:
        return restore(folder, home)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_backup_under_load_comes_back_to_the_byte(home: Path, tmp_path: Path, passphrase: str | None) -> None:
    filled(home)
    for turn in range(2):
        backup, copy = tmp_path / f"backup{turn}", tmp_path / f"copy{turn}"
        with written_to(home, tmp_path / "acknowledged"):
            before = set((tmp_path / "acknowledged").read_text().split())
            back_up(home, backup, passphrase)
            time.sleep(0.3)
        with opened_backup(backup, copy, lambda: PASSPHRASE) as folder:
            digests = row_digests(folder / "chatbot.db")
            assert restore(folder, copy) is None
        assert row_digests(copy / "chatbot.db") == digests
        restored, live = rows(copy / "chatbot.db"), rows(home / "chatbot.db")
        for table in TABLES:
            assert restored[table] == live[table][: len(restored[table])], table
        assert before <= {row[0] for row in restored["messages"]} and len(restored["messages"]) % 2 == 0
        assert len(restored["messages"]) < len(live["messages"])
        assert not list(home.glob("*.partial")) and not list(copy.glob("*.partial"))


def test_an_encrypted_backup_holds_no_readable_byte_and_comes_back(home: Path, tmp_path: Path) -> None:
    name = filled(home)
    size = back_up(home, tmp_path / "backup", PASSPHRASE)
    sealed = (tmp_path / "backup").read_bytes()
    assert size == len(sealed) and not any(
        word in sealed for word in (MARKER.encode(), b"SQLite", b"weights", b"ustar")
    )
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    old = opened(tmp_path / "backup", home)
    assert old and rows(home / "chatbot.db") == rows(old / "chatbot.db")
    merged = open_store(home / "chatbot.db").versions.get(name).folder.merged
    assert merged.read_bytes() == b"weights " * (PIECE_BYTES // 4)
    assert not (home / "versions" / "r1.partial").exists()


def tampered(sealed: bytes) -> Iterator[bytes]:
    yield sealed[:-1]
    yield sealed[: 32 + PIECE_BYTES + 16]
    yield sealed[:40]
    yield sealed + b"\0"
    for place in (20, 40, len(sealed) // 2, -1):
        changed = bytearray(sealed)
        changed[place] ^= 0x40
        yield bytes(changed)


def test_a_wrong_passphrase_a_cut_file_and_a_changed_byte_touch_nothing(home: Path, tmp_path: Path) -> None:
    filled(home)
    back_up(home, tmp_path / "backup", PASSPHRASE)
    sealed = (tmp_path / "backup").read_bytes()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match="the passphrase is not the one"):
        opened(tmp_path / "backup", home, PASSPHRASE.upper())
    for number, content in enumerate(tampered(sealed)):
        (tmp_path / "tampered").write_bytes(content)
        for place in (home, tmp_path / "elsewhere"):
            with pytest.raises(UserError):
                opened(tmp_path / "tampered", place)
                pytest.fail(f"tampered file {number} was opened")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "elsewhere").exists() and list(tmp_path.glob("home.*")) == []


def test_what_a_killed_backup_leaves_is_removed(home: Path, tmp_path: Path) -> None:
    filled(home)
    gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True).stdout.strip()
    for name in (f"backup.{gone}.partial", f"restore.{gone}.opened.partial", f"backup.{os.getpid()}.partial"):
        (home / name).mkdir()
        shutil.copy(home / "chatbot.db", home / name)
    forget_leftovers(home)
    assert [path.name for path in home.glob("*.partial")] == [f"backup.{os.getpid()}.partial"]


def test_the_command_line_takes_the_passphrase_from_a_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(home)
    target, secret, wrong = tmp_path / "backup", tmp_path / "secret", tmp_path / "wrong"
    secret.write_text(f"{PASSPHRASE}\n")
    wrong.write_text("four words at most\n")

    def run(*argv: str, code: int = 0) -> str:
        assert run_command(commands, argv) == code
        out, err = capsys.readouterr()
        assert err.count("\n") == (1 if code else 0) and PASSPHRASE not in out + err
        return out + err

    assert "goes with --encrypt" in run("backup", str(target), "--passphrase-file", str(secret), code=2)
    assert "without a terminal" in run("backup", str(target), "--encrypt", code=2)
    assert re.search(
        r"an encrypted backup is in \S+ \(\d+\.\d MiB\)",
        run("backup", str(target), "--encrypt", "--passphrase-file", str(secret)),
    )
    assert "exists: name a new file" in run(
        "backup", str(target), "--encrypt", "--passphrase-file", str(secret), code=2
    )
    assert "not the one" in run("restore", str(target), "--yes", "--passphrase-file", str(wrong), code=2)
    assert "1 conversations and 1 versions" in run("restore", str(target), "--passphrase-file", str(secret), code=2)
    assert "each row as it was" in run("restore", str(target), "--yes", "--passphrase-file", str(secret))
    (tmp_path / "letter.txt").write_text("no backup")
    assert "is not a backup" in run("restore", str(tmp_path / "letter.txt"), code=2)
