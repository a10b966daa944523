"""A second server on a home is refused by name; command lines work beside one, and a killed one leaves no obstacle."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.running_server import ROOT, RunningServer, command, running_server, settings_for


@dataclass(frozen=True)
class First:
    """A server, the folder that its home is in, and the environment that it was started with."""

    server: RunningServer
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[First]:
    """One for all of these tests; the last of them kills it."""
    folder = tmp_path_factory.mktemp("first")
    environment = settings_for(folder)
    with running_server(folder, environment) as server:
        yield First(server, folder, environment)


def second(first: First, *argv: str) -> "subprocess.CompletedProcess[str]":
    start = [sys.executable, str(ROOT / "app.py"), *argv]
    return subprocess.run(start, cwd=first.folder, env=first.environment, capture_output=True, text=True, timeout=180)


def test_the_second_is_refused_and_told_where_the_first_is(first: First) -> None:
    url, backup = first.server.url, str(first.folder / "backup")
    for argv in ([], ["--port", url.rpartition(":")[2]]):
        refused = second(first, *argv)
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1
        assert f"in use by the server at {url} (process {first.server.process.pid})" in refused.stderr
    assert httpx.get(f"{url}/healthz").status_code == 200
    assert command(first.environment, "ask", "hello").returncode == 0
    assert command(first.environment, "versions", package="training").returncode == 0
    assert command(first.environment, "backup", backup).returncode == 0
    restoring = command(first.environment, "restore", backup, "--yes")
    assert restoring.returncode == 2 and url in restoring.stderr


def test_servers_on_homes_of_their_own_stand_side_by_side(first: First, tmp_path: Path) -> None:
    with running_server(tmp_path, settings_for(tmp_path)) as other:
        assert {httpx.get(f"{server.url}/healthz").status_code for server in (first.server, other)} == {200}


def test_a_killed_server_leaves_no_obstacle(first: First) -> None:
    first.server.process.send_signal(signal.SIGKILL)
    first.server.process.wait()
    assert re.search(r"process \d+", (first.folder / "home" / "server.lock").read_text())
    with running_server(first.folder, first.environment) as again:
        assert httpx.get(f"{again.url}/healthz").status_code == 200
