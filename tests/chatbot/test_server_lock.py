"""One server on a home: who is refused and what they are told, and that nothing is left of a lock that went."""

import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.errors import BusyError
from chatbot.server_lock import FILE, ServerLock, no_server


def test_a_second_one_is_told_who_holds_it(tmp_path: Path) -> None:
    lock = ServerLock.take(tmp_path / "home")
    lock.tell("the server at http://127.0.0.1:7860 (process 12)")
    with pytest.raises(BusyError, match=r"in use by the server at http://127.0.0.1:7860 \(process 12\): stop the"):
        ServerLock.take(tmp_path / "home")
    ServerLock.take(tmp_path / "another").let_go()
    lock.let_go()
    assert (tmp_path / "home" / FILE).read_text() == ""
    with no_server(tmp_path / "home"), pytest.raises(BusyError, match="process"):
        ServerLock.take(tmp_path / "home")
    ServerLock.take(tmp_path / "home").let_go()


def test_a_program_that_the_holder_started_does_not_keep_it(tmp_path: Path) -> None:
    lock = ServerLock.take(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    lock.let_go()
    ServerLock.take(tmp_path).let_go()
    child.communicate(b"\n")
