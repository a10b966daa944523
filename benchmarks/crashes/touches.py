"""The moments at which a process touches files, counted from within it, and its death at one of them.

Between two touches a kill finds the same files, so that dying at a touch drawn by chance meets gaps of microseconds
that no clock would. A file that is opened to be written anew is two touches: one before, one with the file made and
empty. What SQLite writes within a connection is not seen here; the clock kills there.
"""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.symlink", "os.truncate", "sqlite3.connect"}
MAKES = os.O_CREAT | os.O_TRUNC


class Touches:
    """Counts in a file, so that others know how many there were, and kills its own process group at one of them."""

    def __init__(self, within: Path, count: Path, last: int = 0) -> None:
        self._within = str(within)
        self._file = os.open(count, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._last = last
        self._count = 0
        self._inside = False

    def watch(self) -> None:
        """Count from now on, until the process ends."""
        sys.addaudithook(self._heard)

    def _heard(self, event: str, given: tuple[object, ...]) -> None:
        if self._inside or (event != "open" and event not in CHANGES) or not given:
            return
        if not str(given[0]).startswith(self._within):
            return
        if event != "open":
            self._next()
        elif isinstance(flags := given[-1], int) and flags & MAKES:
            self._next()
            self._next(lambda: os.close(os.open(str(given[0]), flags & ~os.O_EXCL, 0o600)))

    def _next(self, first: Callable[[], None] = lambda: None) -> None:
        self._count += 1
        os.pwrite(self._file, b"%d" % self._count, 0)
        if self._count == self._last:
            self._inside = True
            first()
            os.killpg(0, signal.SIGKILL)


def counted(count: Path) -> int:
    """How many touches there were, by the file that they are counted in."""
    told = count.read_text() if count.is_file() else ""
    return int(told or 0)


def killed_at_each(work: Callable[[Path], object], prepare: Callable[[Path], object], folder: Path) -> Iterator[Path]:
    """A copy of a prepared folder for each touch at which `work` is killed, afterwards; then one in which it ended.

    Forks: for processes without threads.
    """
    (folder / "prepared").mkdir(parents=True)
    prepare(folder / "prepared")
    for last in itertools.count(1):
        place = folder / str(last)
        shutil.copytree(folder / "prepared", place)
        process = os.fork()
        if process == 0:
            os.setsid()
            Touches(place, folder / f"{last}.touches", last).watch()
            work(place)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        yield place
        if not os.WIFSIGNALED(status):
            return
