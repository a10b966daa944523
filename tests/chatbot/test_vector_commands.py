"""Old vectors from a terminal: told first, removed where that is asked."""

import json
from pathlib import Path

import pytest

from chatbot.commands import run_command
from chatbot.vector_commands import vectors
from tests.packs import write_pack


def test_what_nothing_needs_is_told_and_then_removed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_PACK", str(write_pack(tmp_path / "lamps")))
    old = home / "index" / "0b51e7f9eb4bb22d394b927a.npy"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x" * 2_000_000)
    assert run_command(vectors, []) == 0
    assert capsys.readouterr().out == f"     2.0 MB  {old}\n2.0 MB not needed\n" and old.is_file()
    assert run_command(vectors, ["--remove", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"removed": True, "bytes": 2_000_000, "unneeded": [{"path": str(old), "bytes": 2_000_000}]}
    assert not old.exists()
