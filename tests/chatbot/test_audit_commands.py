"""The command `audit` on a terminal."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatbot.audit_commands import audit
from chatbot.commands import run_command
from chatbot.store import Store


def test_a_whole_log_is_told_and_exported(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.people.add_staff("ada", "agent", "a long enough password")
    assert run_command(audit, ["export"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["number"], line["kind"]) for line in lines] == [(1, "person_added"), (2, "audit_exported")]
    out = tmp_path / "log.jsonl"
    assert run_command(audit, ["export", str(out)]) == 0
    assert out.stat().st_mode & 0o077 == 0 and len(out.read_text().splitlines()) == 3
    assert run_command(audit, ["export", str(out)]) == 2
    assert run_command(audit, ["verify", str(out)]) == 0
    assert f"3 entries, all as they were written; those of {out} among them" in capsys.readouterr().out
    assert run_command(audit, ["verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"entries": 3, "whole": True}


def test_the_first_broken_entry_is_named(
    store: Store, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "log.jsonl"
    assert run_command(audit, ["export", str(out)]) == 0
    with closing(sqlite3.connect(home / "chatbot.db")) as db, db:
        db.execute("drop trigger events_are_never_changed")
        db.execute("update events set actor = 'operator:eve' where number = 1")
    capsys.readouterr()
    for argv in (["verify"], ["verify", str(out)]):
        assert run_command(audit, argv) == 2
        assert "entry 1 (audit_exported by operator:eve at " in capsys.readouterr().err
