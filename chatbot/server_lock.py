"""One server on a home at a time: a second one is refused and told where the first answers.

An advisory lock on a file of the home (flock(2)). It is held by the open file of the process that took it and goes with
that process, however it ends; what a server starts does not inherit it. The file says who holds it. Command lines do
without the lock, and work beside a server.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatbot.errors import BusyError

FILE = "server.lock"


class ServerLock:
    """The lock of a home, held until it is let go."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, home: Path) -> "ServerLock":
        """Take the lock; raises `BusyError` naming who holds it."""
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1000).decode(errors="replace").strip() or "a program that is just starting"
            os.close(descriptor)
            raise BusyError(
                f"the home {str(home)!r} is in use by {holder}: stop the server first, or set CHATBOT_HOME to another "
                "folder"
            ) from None
        lock = cls(descriptor)
        lock.tell(f"process {os.getpid()}")
        return lock

    def tell(self, holder: str) -> None:
        """Say who holds the lock, for whoever is refused."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, holder.encode(), 0)

    def let_go(self) -> None:
        """Let others take it."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


@contextmanager
def no_server(home: Path) -> Iterator[None]:
    """Keep servers off a home meanwhile; raises `BusyError` where one is running."""
    lock = ServerLock.take(home)
    try:
        yield
    finally:
        lock.let_go()
