"""Backups and restores are recorded, by whom and where."""

from pathlib import Path

import pytest

from chatbot.backup_commands import backup, restore_backup
from chatbot.commands import run_command
from chatbot.store import open_store
from tests.events import latest


def test_a_backup_and_its_restore_are_in_the_log(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_store(home / "chatbot.db").close()
    assert run_command(backup, [str(tmp_path / "backup")]) == 0
    assert run_command(restore_backup, [str(tmp_path / "backup"), "--yes"]) == 0
    (old,) = tmp_path.glob("home.before-restore-*")
    (copied,) = latest(open_store(old / "chatbot.db"), ["backup"], 9)
    assert (copied.subject, copied.detail) == (str(tmp_path / "backup"), {"encrypted": False})
    (restored,) = latest(open_store(home / "chatbot.db"), ["restored", "backup"], 9)
    assert (restored.kind, restored.detail) == ("restored", {"replaced": str(old)})
