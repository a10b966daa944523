"""Cycles in the background: one at a time, stopped with a checkpoint, not believed to run when dead."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chatbot.errors import BusyError, NotFoundError
from chatbot.lineage import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, run_folder
from training.runs.jobs import AUTOGROUP, Jobs, yield_to_others
from training.runs.lock import TrainingLock
from training.runs.wish import Wish


class SleepingJobs(Jobs):
    """Jobs whose process only sleeps."""

    def _spawn(self, run: Run, wish: Wish, lock: TrainingLock) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


@pytest.fixture
def jobs(settings: Settings, store: Store) -> Iterator[SleepingJobs]:
    jobs = SleepingJobs(settings, store)
    yield jobs
    if jobs._process:
        jobs._process.kill()
        jobs._process.wait()


def test_a_second_start_is_refused_with_the_first_ones_id(jobs: SleepingJobs) -> None:
    run = jobs.start("operator:olga")
    assert jobs.current() == run and run.progress == {"recipe": jobs._settings.recipe}
    with pytest.raises(BusyError, match=run.id):
        jobs.start("operator:olga")


def test_a_run_that_is_just_being_started_is_not_taken_for_dead(settings: Settings, store: Store) -> None:
    asked: list[threading.Thread] = []

    class Watched(SleepingJobs):
        def _spawn(self, run: Run, wish: Wish, lock: TrainingLock) -> "subprocess.Popen[bytes]":
            asked.append(threading.Thread(target=self.current))
            asked[0].start()
            asked[0].join(0.5)
            return super()._spawn(run, wish, lock)

    jobs = Watched(settings, store)
    run = jobs.start("operator:olga")
    try:
        asked[0].join()
        assert store.versions.run(run.id).status == "running"
    finally:
        assert jobs._process is not None
        jobs._process.kill()
        jobs._process.wait()


def test_a_run_whose_process_died_is_interrupted_and_another_may_start(jobs: SleepingJobs, store: Store) -> None:
    run = jobs.start("operator:olga")
    assert jobs._process is not None
    jobs._process.kill()
    jobs._process.wait()
    assert jobs.current() is None
    assert store.versions.run(run.id).status == "interrupted"
    assert jobs.start("operator:olga").id != run.id


def test_a_run_of_another_process_is_known_by_its_lock(settings: Settings, store: Store) -> None:
    run = store.versions.start_run("system")
    lock = TrainingLock.take(settings.home)
    other = Jobs(settings, store)
    try:
        held = subprocess.run(
            [sys.executable, "-c", CURRENT, str(settings.home), str(settings.pack_folder)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert held.stdout.strip() == run.id
    finally:
        assert lock is not None
        lock.let_go()
    assert other.current() is None


CURRENT = """
import sys
from chatbot.settings import load_settings
from chatbot.store import open_store
from training.runs.jobs import Jobs
settings = load_settings(home=sys.argv[1], pack=sys.argv[2])
print(Jobs(settings, open_store(settings.database)).current().id)
"""


def test_a_stop_is_a_file_that_the_run_looks_for(jobs: SleepingJobs, settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        jobs.stop("operator:olga")
    run = jobs.start("operator:olga")
    jobs.close()
    assert (run_folder(settings, run.id) / STOP).is_file()


def test_the_process_of_a_run_holds_the_lock_and_begins(settings: Settings, store: Store) -> None:
    jobs = Jobs(settings, store)
    run = jobs.start("operator:olga")
    try:
        for _ in range(2400):  # at the lowest priority, it waits for other tests
            if store.versions.run(run.id).progress or jobs.wait(0.1) is not None:
                break
        assert store.versions.run(run.id).progress, (settings.home / "training.log").read_text()
        assert TrainingLock.is_held(settings.home)
    finally:
        assert jobs._process is not None
        jobs._process.kill()
        jobs._process.wait()
    assert not TrainingLock.is_held(settings.home)


def test_the_first_cycle_starts_only_where_there_is_no_version(
    jobs: SleepingJobs, store: Store, settings: Settings
) -> None:
    store.versions.add_version("lamps", "base", "ab12cd34", None, None)
    assert jobs.start_first() is None


def test_a_cycle_yields_to_others() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.nice(0), os.sched_getscheduler(0))"],
        start_new_session=True,
        preexec_fn=yield_to_others,
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split() == ["19", str(os.SCHED_IDLE)]


def test_the_session_of_a_cycle_yields_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by the system itself where it weighs sessions, else by what would have been written for it."""
    autogroup = AUTOGROUP if AUTOGROUP.is_file() else tmp_path / "autogroup"
    monkeypatch.setattr("training.runs.jobs.AUTOGROUP", autogroup)
    child = subprocess.run(
        ["cat", str(autogroup)],
        start_new_session=True,
        preexec_fn=yield_to_others,
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split()[-1] == "19"


def test_a_server_killed_and_started_again_leaves_one_fine_tune(settings: Settings) -> None:
    """Each start asks for the first fine-tune, and is killed while the process behind it still imports libraries."""
    found: set[int] = set()
    try:
        for _ in range(20):
            started = [sys.executable, "-c", FIRST, str(settings.home), str(settings.pack_folder)]
            killed = subprocess.run(started, capture_output=True, text=True)
            assert killed.returncode == -signal.SIGKILL, killed.stderr
            found |= _fine_tunes(settings.home)
        assert len(_fine_tunes(settings.home)) == len(found) == 1
        assert "error" not in (settings.home / "training.log").read_text()
    finally:
        for process in _fine_tunes(settings.home) | found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


FIRST = """
import os, signal, sys
from chatbot.settings import load_settings
from chatbot.store import open_store
from training.runs.jobs import Jobs
settings = load_settings(home=sys.argv[1], pack=sys.argv[2])
Jobs(settings, open_store(settings.database)).start_first()
os.kill(os.getpid(), signal.SIGKILL)
"""


def _fine_tunes(home: Path) -> set[int]:
    """The processes that fine-tune for a home."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if b"cycle" in command and f"CHATBOT_HOME={home.resolve()}".encode() in (folder / "environ").read_bytes():
                found.add(int(folder.name))
    return found
