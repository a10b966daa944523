"""What runs and versions do is published as long as somebody listens, and looked at by nobody else."""

import threading
import time

import pytest

from chatbot.broker import Happening
from chatbot.errors import BusyError
from chatbot.records import Person
from chatbot.settings import Settings
from chatbot.store import Store
from training.console.watching import MOST_STREAMS, Watcher
from training.runs.jobs import Jobs

OLGA = Person("o1", "operator", "Olga")


class NoJobs(Jobs):
    looks = 0

    def current(self) -> None:
        self.looks += 1


def test_what_is_new_is_told_once_and_nobody_looks_when_nobody_listens(settings: Settings, store: Store) -> None:
    told: list[Happening] = []
    come = threading.Event()

    def hear(happening: Happening) -> None:
        told.append(happening)
        come.set()

    store.broker.listen(hear)
    jobs = NoJobs(settings, store)
    watcher = Watcher(store, jobs, seconds=0.01)
    run = store.versions.start_run("system")
    with watcher.watched(OLGA):
        while jobs.looks < 2:  # the first look has been read to its end
            time.sleep(0.005)
        store.versions.update_run(run.id, progress={"phase": "fine-tuning", "step": 3})
        assert come.wait(5)
    looked = jobs.looks
    time.sleep(0.05)
    assert jobs.looks <= looked + 1
    assert [one.kind for one in told] == ["run"] and told[0].detail["step"] == 3


def test_a_person_has_so_many_pages_open_and_no_more(settings: Settings, store: Store) -> None:
    watcher = Watcher(store, NoJobs(settings, store), seconds=60)
    open_pages = [watcher.watched(OLGA) for _ in range(MOST_STREAMS)]
    for page in open_pages:
        page.__enter__()
    with pytest.raises(BusyError, match="close one"), watcher.watched(OLGA):
        pass
    for page in open_pages:
        page.__exit__(None, None, None)
    with watcher.watched(OLGA):
        pass
