"""The training lock: one fine-tune at a time on an installation, whatever dies.

An advisory lock on a file of the home (flock(2)). It belongs to the open file, not to a process: whoever starts a
fine-tune takes it first and hands it on, so it is held from before the new process exists until that ends, however it
ends. A process that took seconds to import its libraries before it took a lock could be started many times over.
"""

import fcntl
import os
from pathlib import Path

FILE = "training.lock"
HANDED_ON = "TRAINING_LOCK_DESCRIPTOR"
"""The environment variable that tells a process the descriptor of the lock that it was handed; it is no setting."""


class TrainingLock:
    """The lock of an installation's home, held by the open file `descriptor`."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def take(cls, home: Path) -> "TrainingLock | None":
        """Take the lock, or the one that this process was handed when it was started; None where another holds it."""
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        handed = os.environ.pop(HANDED_ON, "")
        if handed and _same_file(int(handed), descriptor):
            os.close(descriptor)
            os.set_inheritable(int(handed), False)
            return cls(int(handed))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    @classmethod
    def is_held(cls, home: Path) -> bool:
        """Whether anybody holds the lock of a home."""
        lock = cls.take(home)
        if lock is not None:
            lock.let_go()
        return lock is None

    def let_go(self) -> None:
        """Close the file here; a process that was handed it goes on holding the lock."""
        os.close(self.descriptor)


def _same_file(handed: int, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handed), os.fstat(descriptor))
    except OSError:
        return False
