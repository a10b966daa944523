"""Nobody but the owner reads what an installation keeps, whatever mask its programs were started under."""

import json
from pathlib import Path

import httpx

from tests.running_server import OPEN_MASK, command, running_server, settings_for

QUESTION = {"model": "champion", "messages": [{"role": "user", "content": "How long does delivery take?"}]}


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]


def test_a_server_and_the_command_lines_write_for_their_owner_alone(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    with running_server(tmp_path, environment) as server:
        assert httpx.post(f"{server.url}/v1/chat/completions", json=QUESTION, timeout=30).status_code == 200
        assert httpx.get(server.url).status_code == 200
        assert command(environment, "ask", "hello").returncode == 0
        added = command(
            environment,
            "user",
            "add",
            "Olga",
            "--role",
            "operator",
            "--password-stdin",
            typed="seven green lanterns swim",
        )
        assert added.returncode == 0, added.stderr
        assert command(environment, "curate", package="training").returncode == 0
        written = {path.name for path in (tmp_path / "home").iterdir()}
        assert {"chatbot.db", "chatbot.db-wal", "cookie.key", "snapshots"} <= written
        assert open_to_others(tmp_path / "home") == []
    assert command(environment, "backup", str(tmp_path / "backup")).returncode == 0
    assert open_to_others(tmp_path / "backup") == []
    assert command(environment, "restore", str(tmp_path / "backup"), "--yes").returncode == 0
    (kept,) = tmp_path.glob("home.before-restore-*")
    assert open_to_others(tmp_path / "home") == [] == open_to_others(kept)


def test_a_home_that_was_open_is_closed_at_start_and_said_in_a_line(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    assert command(environment, "ask", "hello").returncode == 0
    for path in (tmp_path / "home", *(tmp_path / "home").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with running_server(tmp_path, environment) as server:
        first = server.log.read_text().splitlines()[0]
        assert first.startswith(f"{tmp_path / 'home'} and ") and "closed to them" in first
        assert open_to_others(tmp_path / "home") == []
    (tmp_path / "home" / "chatbot.db").chmod(0o640)
    told = command(environment, "user", "list").stderr
    assert told.count("\n") == 1 and "chatbot.db could be read by other users" in told
    listed = command(environment, "versions", "--json", package="training")
    assert listed.stderr == "" and json.loads(listed.stdout)["versions"] == []


def test_what_people_take_elsewhere_is_written_as_their_own_mask_has_it(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    assert command(environment, "pack", "new", str(tmp_path / "own")).returncode == 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "own").rglob("*") if path.is_file()} == {0o644}
    out = tmp_path / "base.gguf"
    exported = command(environment, "export", "base", "--format", "gguf", "--out", str(out), package="training")
    assert exported.returncode == 0, exported.stderr
    assert out.stat().st_mode & 0o777 == 0o666 & ~OPEN_MASK
    assert open_to_others(tmp_path / "home") == []
