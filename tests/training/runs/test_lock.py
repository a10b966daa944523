"""The training lock: held by one, handed on to a process, gone with the last that holds it."""

import subprocess
import sys
from pathlib import Path

import pytest

from training.runs.lock import HANDED_ON, TrainingLock


def test_one_holds_it_until_it_lets_go(tmp_path: Path) -> None:
    lock = TrainingLock.take(tmp_path / "home")
    assert lock is not None
    assert TrainingLock.take(tmp_path / "home") is None
    assert TrainingLock.is_held(tmp_path / "home")
    assert not TrainingLock.is_held(tmp_path / "other")
    lock.let_go()
    assert not TrainingLock.is_held(tmp_path / "home")


def test_a_process_that_was_handed_it_holds_it_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = TrainingLock.take(tmp_path)
    assert lock is not None
    monkeypatch.setenv(HANDED_ON, str(lock.descriptor))
    child = subprocess.Popen(
        [sys.executable, "-c", TAKES, str(tmp_path)],
        pass_fds=(lock.descriptor,),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    monkeypatch.delenv(HANDED_ON)
    lock.let_go()
    assert child.stdout is not None and child.stdin is not None
    try:
        assert child.stdout.readline() == "True\n"
        assert TrainingLock.is_held(tmp_path)
    finally:
        child.communicate("\n")
    assert not TrainingLock.is_held(tmp_path)


TAKES = """
import sys
from pathlib import Path
from training.runs.lock import TrainingLock
print(TrainingLock.take(Path(sys.argv[1])) is not None, flush=True)
sys.stdin.readline()
"""


def test_a_descriptor_of_another_file_is_not_taken_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "other").open("w") as other:
        for handed in (other.fileno(), 9999):
            monkeypatch.setenv(HANDED_ON, str(handed))
            lock = TrainingLock.take(tmp_path)
            assert lock is not None and lock.descriptor != handed
            lock.let_go()
