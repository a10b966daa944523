"""Where a run says how far it is: the store, which page and terminal read, and from which a stop comes back."""

import time
from pathlib import Path
from typing import Any

from chatbot.records import Run
from chatbot.store import Store
from training.runs import STOP

SAVE_SECONDS = 0.5


class Stopped(Exception):
    """Somebody stopped the run; its checkpoint is kept."""


class Progress:
    """Writes where a run is into the store, and listens for a stop."""

    def __init__(self, store: Store, run: Run, folder: Path) -> None:
        self._store = store
        self._run = run
        self._folder = folder
        self._saved = 0.0
        self._values: dict[str, Any] = dict(run.progress)

    def show(self, phase: str, fraction: float, **values: Any) -> None:
        """Record the phase and the share of the whole cycle that is done; raises `Stopped` between steps."""
        changed = phase != self._values.get("phase")
        self._values |= {
            "phase": phase,
            "fraction": round(fraction, 4),
            "message": phase,
            "seconds_left": None,
        } | values
        if changed or time.monotonic() - self._saved > SAVE_SECONDS:
            self._store.versions.update_run(self._run.id, progress=self._values)
            self._saved = time.monotonic()
        if phase != "fine-tuning" and self.stop_asked():
            raise Stopped

    def training(self, values: dict[str, Any]) -> None:
        """Record a step of the fine-tune, which is most of a cycle."""
        known = {key: value for key, value in values.items() if key not in ("phase", "fraction", "point")}
        self.show("fine-tuning", 0.16 + 0.64 * values["fraction"], **known)

    def stop_asked(self) -> bool:
        """Whether somebody asked for a stop."""
        return (self._folder / STOP).exists()
