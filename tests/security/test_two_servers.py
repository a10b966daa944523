"""A second server on a home is refused by name; command lines work beside one, and a killed one leaves no obstacle."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running_server import ROOT, command, running_server, settings_for


def second(folder: Path, environment: dict[str, str], *argv: str) -> "subprocess.CompletedProcess[str]":
    start = [sys.executable, str(ROOT / "app.py"), *argv]
    return subprocess.run(start, cwd=folder, env=environment, capture_output=True, text=True, timeout=180)


def test_the_second_is_refused_and_told_where_the_first_is(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    with running_server(tmp_path, environment) as first:
        port = first.url.rpartition(":")[2]
        for argv in ([], ["--port", port]):
            refused = second(tmp_path, environment, *argv)
            assert refused.returncode == 2 and refused.stderr.count("\n") == 1
            assert f"in use by the server at {first.url} (process {first.process.pid})" in refused.stderr
        assert httpx.get(f"{first.url}/healthz").status_code == 200
        assert command(environment, "ask", "hello").returncode == 0
        assert command(environment, "versions", package="training").returncode == 0
        assert command(environment, "backup", str(tmp_path / "backup")).returncode == 0
        restoring = command(environment, "restore", str(tmp_path / "backup"), "--yes")
        assert restoring.returncode == 2 and first.url in restoring.stderr


def test_a_killed_server_leaves_no_obstacle(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    with running_server(tmp_path, environment) as first:
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        assert re.search(r"process \d+", (tmp_path / "home" / "server.lock").read_text())
        with running_server(tmp_path, environment) as again:
            assert httpx.get(f"{again.url}/healthz").status_code == 200


@pytest.mark.parametrize("homes", [("one", "two")])
def test_servers_on_homes_of_their_own_stand_side_by_side(tmp_path: Path, homes: tuple[str, str]) -> None:
    for name in homes:
        (tmp_path / name).mkdir()
    here, there = (settings_for(tmp_path / name) for name in homes)
    with running_server(tmp_path / homes[0], here) as one, running_server(tmp_path / homes[1], there) as two:
        assert {httpx.get(f"{server.url}/healthz").status_code for server in (one, two)} == {200}
