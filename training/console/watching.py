"""Tells open pages what happens to runs and versions, which processes of their own change.

A run tells how far it is in the database; as long as a page listens, one thread here looks there and publishes what
is new, so that pages need not ask.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chatbot.broker import Detail, Happening
from chatbot.errors import BusyError, UserError
from chatbot.records import Person
from chatbot.store import Store
from training.runs.jobs import Jobs

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MOST_STREAMS = 8
RETRY_SECONDS = 30
ALIASES = ("champion", "candidate", "canary")
RUNS_READ = 5


class Watcher:
    """Looks at the runs and versions of an installation while anybody listens."""

    def __init__(
        self, store: Store, jobs: Jobs, answers: Callable[[], object] = lambda: None, seconds: float = LOOK_SECONDS
    ) -> None:
        """`answers` changes whenever another version answers, or what keeps one from it."""
        self._answers = answers
        self._store = store
        self._jobs = jobs
        self._seconds = seconds
        self._lock = threading.Lock()
        self._listeners: Counter[str] = Counter()
        self._nobody = threading.Event()

    @contextmanager
    def watched(self, person: Person) -> Iterator[None]:
        """Look for so long; raises `BusyError` where somebody has too many pages open."""
        with self._lock:
            if self._listeners[person.id] >= MOST_STREAMS:
                raise BusyError(f"{MOST_STREAMS} pages of yours are open already: close one", RETRY_SECONDS)
            seen = None if self._listeners.total() else (self._runs(), self._versions())
            self._listeners[person.id] += 1
            if seen:
                self._nobody = threading.Event()
                threading.Thread(target=self._watch, args=(self._nobody, *seen), daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._listeners[person.id] -= 1
                if not self._listeners.total():
                    self._nobody.set()

    def _watch(self, nobody: threading.Event, runs: dict[str, Detail], versions: str) -> None:
        """Look until nobody listens, from what was seen as the first page began to."""
        try:
            while not nobody.wait(self._seconds):
                runs, before = self._runs(), runs
                for run, told in runs.items():
                    if told != before.get(run):
                        self._store.broker.publish(Happening("run", "", told))
                versions, known = self._versions(), versions
                if versions != known:
                    self._store.broker.publish(Happening("version"))
        except UserError:
            logger.exception("runs and versions are not watched any more; pages that are opened anew watch again")
        finally:
            self._store.close()

    def _runs(self) -> dict[str, Detail]:
        self._jobs.current()  # marks a run whose process is gone
        return {
            run.id: {
                "run": run.id,
                "status": run.status,
                "phase": run.progress.get("phase"),
                "message": run.progress.get("message"),
                "step": run.progress.get("step"),
            }
            for run in self._store.versions.runs(RUNS_READ)
        }

    def _versions(self) -> str:
        """Changes whenever a version does, or where an alias points, or which one answers."""
        versions = self._store.versions
        return repr([*versions.all(), *(versions.alias(alias) for alias in ALIASES), self._answers()])
