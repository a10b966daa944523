"""Where a run says how far it is: the store, which page and terminal read, and a tracker that the user named.

A stop comes back the same way.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chatbot.errors import TrainingError
from chatbot.records import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, run_folder

SAVE_SECONDS = 0.5
PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "mlflow": ("mlflow",), "trackio": ("trackio",)}


class Stopped(Exception):
    """Somebody stopped the run; its checkpoint is kept."""


class Progress:
    """Writes where a run is into the store, and listens for a stop."""

    def __init__(self, store: Store, run: Run, folder: Path, tracker: Any = None) -> None:
        self._store = store
        self._run = run
        self._folder = folder
        self._tracker = tracker
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
        if self._tracker and values["point"]:
            self._tracker.log({k: v for k, v in values["point"].items() if k != "step"}, step=values["step"])
        self.show("fine-tuning", 0.16 + 0.64 * values["fraction"], **known)

    def stop_asked(self) -> bool:
        """Whether somebody asked for a stop."""
        return (self._folder / STOP).exists()


@contextmanager
def tracked(settings: Settings, store: Store, run: Run, recipe: dict[str, Any]) -> Iterator[Progress]:
    """The progress of a run while it is under way; raises `TrainingError` if the tracker's package is missing."""
    with redirect_stdout(sys.stderr):  # which Trackio talks on
        tracker = _open_tracker(settings, run, recipe) if settings.tracker else None
    try:
        yield Progress(store, run, run_folder(settings, run.id), tracker)
    finally:
        if tracker:
            with redirect_stdout(sys.stderr):
                tracker.finish()


def _open_tracker(settings: Settings, run: Run, recipe: dict[str, Any]) -> Any:
    """A tracker of accelerate with the recipe in it; its files lie in the installation, unless told elsewhere."""
    name, home = settings.tracker, settings.home.resolve()
    if not any(map(find_spec, PACKAGES[name])):
        raise TrainingError(f"tracker = {name!r} needs the package {name}: pip install {name}")
    os.environ.setdefault("MLFLOW_TRACKING_URI", f"sqlite:///{home / 'mlflow.db'}")
    os.environ.setdefault("TRACKIO_DIR", str(home / "trackio"))
    from accelerate import PartialState
    from accelerate.tracking import MLflowTracker, TensorBoardTracker, TrackioTracker

    PartialState()  # without which accelerate's trackers cannot write their log
    tracker: Any
    if name == "tensorboard":
        tracker = TensorBoardTracker(run.id, logging_dir=home / "tensorboard")
    elif name == "mlflow":
        tracker = MLflowTracker("chatbot", run_name=run.id)
    else:
        tracker = TrackioTracker("chatbot", name=run.id)
    tracker.start()
    tracker.store_init_configuration(recipe)
    return tracker
