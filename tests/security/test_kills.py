"""Killed at every touch of files that it makes, nothing half done is taken for whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.killing import WORKS
from tests.running_server import ROOT


@pytest.mark.parametrize("work", WORKS)
def test_what_is_left_by_a_kill_is_whole(work: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.killing", work, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) > 2 and set(lines) == {"whole"}, lines
