"""Progress bars in the terminal, on standard error, only where somebody looks."""

import sys
import threading
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from chatbot.store import Store

POLL_SECONDS = 0.5


class TerminalProgress:
    """A bar; silent where standard error is not a terminal."""

    def __init__(self, title: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
        )
        self._task = self._progress.add_task(title, total=1.0)

    @classmethod
    def of_run(cls, store: Store, run: str) -> "RunProgressBar":
        """A bar that follows a run in the store."""
        return RunProgressBar(store, run)

    def __enter__(self) -> "TerminalProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, done: float, total: float) -> None:
        """Show how much is done."""
        self._progress.update(self._task, completed=done, total=total)

    def describe(self, text: str) -> None:
        """Change the words before the bar."""
        self._progress.update(self._task, description=text)


class RunProgressBar(TerminalProgress):
    """A bar fed by a run's row, so that the loop itself knows nothing of terminals."""

    def __init__(self, store: Store, run: str) -> None:
        super().__init__("starting")
        self._store = store
        self._run = run
        self._example = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "RunProgressBar":
        super().__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        super().__exit__(kind, error, trace)

    def _follow(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            progress = self._store.versions.run(self._run).progress
            if "example" in progress and not self._example:
                self._example = progress["example"]
                self._progress.console.print(self._example, markup=False, highlight=False)
            speed, point = progress.get("tokens_per_second"), (progress.get("curve") or [{}])[-1]
            detail = f"  loss {point['train_loss']}  {speed} tokens/s" if "train_loss" in point and speed else ""
            self.describe(f"{progress.get('message', 'starting')}{detail}")
            self.update(progress.get("fraction", 0.0), 1.0)
