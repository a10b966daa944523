"""Where a run says how far it is: the store, which page and terminal read, and a tracker that the user named.

A stop comes back the same way.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from chatbot.errors import TrainingError
from chatbot.lineage import Run, RunProgress
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, run_folder
from training.runs.progress import FineTuneProgress

SAVE_SECONDS = 0.5
PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "mlflow": ("mlflow",), "trackio": ("trackio",)}


class Stopped(Exception):
    """Somebody stopped the run; its checkpoint is kept."""


class Tracker(Protocol):
    """A tracker of accelerate."""

    def start(self) -> None:
        """Open its log."""

    def store_init_configuration(self, values: Mapping[str, object]) -> None:
        """Write down what the run was told."""

    def log(self, values: Mapping[str, float], step: int | None) -> None:
        """Write down what a step measured."""

    def finish(self) -> None:
        """Close its log."""


class Progress:
    """Writes where a run is into the store, and listens for a stop."""

    def __init__(self, store: Store, run: Run, folder: Path, tracker: Tracker | None = None) -> None:
        self._store = store
        self._run = run
        self._folder = folder
        self._tracker = tracker
        self._saved = 0.0
        self._values = run.progress.copy()

    def show(self, phase: str, fraction: float, more: RunProgress | None = None) -> None:
        """Record the phase and the share of the whole cycle that is done; raises `Stopped` between steps."""
        changed = phase != self._values.get("phase")
        self._values |= {"phase": phase, "fraction": round(fraction, 4), "message": phase, "seconds_left": None}
        self._values |= more or {}
        if changed or time.monotonic() - self._saved > SAVE_SECONDS:
            self._store.versions.update_run(self._run.id, progress=self._values)
            self._saved = time.monotonic()
        if phase != "fine-tuning" and self.stop_asked():
            raise Stopped

    def training(self, at: FineTuneProgress) -> None:
        """Record a step of the fine-tune, which is most of a cycle."""
        if self._tracker and at.point:
            self._tracker.log(at.point.values, step=at.step)
        told: RunProgress = {
            "step": at.step,
            "steps": at.steps,
            "message": at.message,
            "seconds_left": at.seconds_left,
            "tokens_per_second": at.tokens_per_second,
            "curve": [point.as_dict() for point in at.curve],
        }
        self.show("fine-tuning", 0.16 + 0.64 * at.fraction, told)

    def stop_asked(self) -> bool:
        """Whether somebody asked for a stop."""
        return (self._folder / STOP).exists()


@contextmanager
def tracked(settings: Settings, store: Store, run: Run, recipe: Mapping[str, object]) -> Iterator[Progress]:
    """The progress of a run while it is under way; raises `TrainingError` if the tracker's package is missing."""
    with redirect_stdout(sys.stderr):  # which Trackio talks on
        tracker = _open_tracker(settings, run, recipe) if settings.tracker else None
    try:
        yield Progress(store, run, run_folder(settings, run.id), tracker)
    finally:
        if tracker:
            with redirect_stdout(sys.stderr):
                tracker.finish()


def _open_tracker(settings: Settings, run: Run, recipe: Mapping[str, object]) -> Tracker:
    """A tracker of accelerate with the recipe in it; its files lie in the installation, unless told elsewhere."""
    name, home = settings.tracker, settings.home.resolve()
    if not any(map(find_spec, PACKAGES[name])):
        raise TrainingError(f"tracker = {name!r} needs the package {name}: pip install {name}")
    os.environ.setdefault("MLFLOW_TRACKING_URI", f"sqlite:///{home / 'mlflow.db'}")
    os.environ.setdefault("TRACKIO_DIR", str(home / "trackio"))
    from accelerate import PartialState
    from accelerate.tracking import MLflowTracker, TensorBoardTracker, TrackioTracker

    PartialState()  # without which accelerate's trackers cannot write their log
    tracker: Tracker
    if name == "tensorboard":
        tracker = TensorBoardTracker(run.id, logging_dir=home / "tensorboard")
    elif name == "mlflow":
        tracker = MLflowTracker("chatbot", run_name=run.id)
    else:
        tracker = TrackioTracker("chatbot", name=run.id)
    tracker.start()
    tracker.store_init_configuration(recipe)
    return tracker
