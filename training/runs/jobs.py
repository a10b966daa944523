"""Cycles in the background: a process of its own at the lowest priority, so that people who chat come first.

A server that ends stops its run, which keeps its checkpoint. The process holds the training lock from its first moment
and outlives a server that is killed: the next one finds it by the lock and the run's row. A run whose process is gone
is marked interrupted, and the next cycle goes on from its checkpoint.
"""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from chatbot.errors import BusyError, NotFoundError
from chatbot.lineage import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, run_folder
from training.runs.lock import HANDED_ON, TrainingLock
from training.runs.wish import USUAL, Wish

logger = logging.getLogger(__name__)

LOG = "training.log"
LAST = 19  # niceness
AUTOGROUP = Path("/proc/self/autogroup")


class Jobs:
    """Starts, watches and stops the one cycle of an installation."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()

    def current(self) -> Run | None:
        """The run under way, or None; a row that no living process stands behind is marked interrupted."""
        with self._lock:
            running = [run for run in self._store.versions.runs() if run.status == "running"]
            if not running:
                return None
            if self._alive():
                return running[0]
            for run in running:
                self._store.versions.update_run(run.id, status="interrupted", error="the process ended")
            return None

    def start(self, actor: str, wish: Wish = USUAL) -> Run:
        """Begin a cycle; raises `BusyError` with the id of the one under way."""
        with self._lock:
            current = self.current()
            if current:
                raise BusyError(f"run {current.id} is under way: wait for it or stop it first")
            lock = TrainingLock.take(self._settings.home)
            if lock is None:
                raise BusyError("a fine-tune is under way from the command line: wait for it or stop it first")
            wish = wish.filled(self._settings)
            try:
                run = self._store.versions.start_run(actor, progress=wish.as_progress())
                self._process = self._spawn(run, wish, lock)
            finally:
                lock.let_go()
            return run

    def start_first(self) -> Run | None:
        """Begin the first cycle of a new installation, unless there is a version or a run already."""
        if self._store.versions.all() or self.current():
            return None
        return self.start("system")

    def stop(self, actor: str) -> Run:
        """Ask the run under way to stop at its next step; its checkpoint is kept. Raises `NotFoundError`."""
        run = self.current()
        if run is None:
            raise NotFoundError("nothing is being trained at the moment")
        folder = run_folder(self._settings, run.id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STOP).touch()
        self._store.events.add(actor, "run_stop_asked", run.id)
        return run

    def close(self) -> None:
        """Ask the run that was started here, if it is still under way, to stop; a later start goes on from it."""
        if self._process is not None and self._process.poll() is None:
            self.stop("system")

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the process started here; its exit code, or None where there is none or time is up."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def _alive(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        return TrainingLock.is_held(self._settings.home)

    def _spawn(self, run: Run, wish: Wish, lock: TrainingLock) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "training", "cycle", "--json", "--run-id", run.id, *wish.options]
        environment = os.environ | {
            "CHATBOT_HOME": str(self._settings.home.resolve()),
            "CHATBOT_PACK": str(self._settings.pack_folder.resolve()),
            HANDED_ON: str(lock.descriptor),
        }
        log = self._settings.home / LOG
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=Path(__file__).resolve().parents[2],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=yield_to_others,
                pass_fds=(lock.descriptor,),
            )


def yield_to_others() -> None:
    """Put this process, the first of a session of its own, behind every other.

    Idle scheduling where the system has it, the highest niceness elsewhere. Linux weighs sessions against one another
    first (autogroup, see sched(7)), so the session is put behind the others too.
    """
    os.nice(LAST)
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):
        AUTOGROUP.write_text(str(LAST))
