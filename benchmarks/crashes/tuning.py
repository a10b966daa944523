"""Fine-tunes that are killed, and others that want to begin meanwhile: there is never more than one."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.crashes.house import House
from benchmarks.crashes.processes import Job, start
from benchmarks.crashes.striking import Blow, Habit, strike
from chatbot.settings import load_settings
from chatbot.store import open_store
from training.runs.jobs import Jobs
from training.runs.lock import FILE, TrainingLock

QUICK = ("max_steps=2", "retriever_epochs=0", "router_epochs=0", "validation_rows=4", "batch_tokens=256")
REFUSED = "under way"
LOOK_SECONDS = 0.02
ORPHAN_SECONDS = 6.0


def cycle(house: House) -> Job:
    """A cycle on the tiny base as a job; a second or two of steps."""
    return house.job("training", "cycle", "--json", *(word for key in QUICK for word in ("--set", key)))


def start_job() -> int:
    """Begin a cycle as the operators' page does, in a process of its own, and wait to be killed."""
    settings = load_settings()
    print(Jobs(settings, open_store(settings.database)).start("operator:Olga").id, flush=True)
    time.sleep(3600)
    return 0


def fine_tunes(home: Path) -> set[int]:
    """The processes that have the training lock of a home open, as all who train do to their end."""
    found, lock = set(), str(home.resolve() / FILE)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(file.readlink()).startswith(lock) for file in (folder / "fd").iterdir()):
                found.add(int(folder.name))
    return found


class Watch:
    """Looks at how many fine-tune at once, until it is over; who only asks for the lock has gone at the second look."""

    def __init__(self, home: Path) -> None:
        self.most = 0
        self.handing_on: int | None = None
        """A process that takes the lock for another, and both have it open until it lets go."""
        self._home = home
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        before: set[int] = set()
        while not self._over.wait(LOOK_SECONDS):
            now = fine_tunes(self._home) - {self.handing_on}
            self.most, before = max(self.most, len(now & before)), now

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def cycle_faults(house: House, habit: Habit, chance: random.Random) -> tuple[list[str], list[Blow]]:
    """Two cycles that begin one after the other, both killed: what is wrong, and what became of them."""
    with Watch(house.home) as watch:
        if habit.known:
            with start(cycle(house)) as first:
                first.wait(habit.moment(chance) * chance.random())
                second = strike(cycle(house), habit, chance)
                killed = first.kill()
                blows = [Blow(killed, first.done, first), second]
        else:
            blows = [strike(cycle(house), habit, chance)]
    return _faults(house, watch.most, blows), blows


def job_faults(house: House, habit: Habit, chance: random.Random) -> tuple[list[str], list[Blow]]:
    """A server's fine-tune outlives the process that began it; another cycle waits until it is dead."""
    with Watch(house.home) as watch:
        with start(Job(start_job, house.folder, house.environment)) as running:
            watch.handing_on = running.pid
            running.wait(chance.random())
            first = Blow(running.kill(), False, running)
        with start(cycle(house)) as second:
            second.wait(chance.uniform(0, ORPHAN_SECONDS))
            blows = [first, Blow(end_fine_tunes(house.home), False, first.running)]
            blows.append(Blow(second.kill(), second.done, second))
    return _faults(house, watch.most, blows[:1] + blows[2:]), blows


def end_fine_tunes(home: Path) -> bool:
    """Kill whatever fine-tunes for a home; whether something did."""
    found = fine_tunes(home)
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    while fine_tunes(home):
        time.sleep(LOOK_SECONDS)
    return bool(found)


def _faults(house: House, most: int, blows: list[Blow]) -> list[str]:
    found = [f"{most} fine-tunes at once"] if most > 1 else []
    for blow in blows:
        if not (blow.killed or blow.done or REFUSED in blow.running.warned):
            found.append(f"a cycle failed: {blow.story}")
    if TrainingLock.is_held(house.home):
        found.append("the training lock is held and nobody trains")
    return found


@contextmanager
def no_fine_tune_left(home: Path) -> Iterator[None]:
    """Kill what still fine-tunes in the end."""
    try:
        yield
    finally:
        end_fine_tunes(home)
