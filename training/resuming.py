"""Going on with a run that was stopped or killed: what it began with, and its folder in the hands of another run."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import TrainingError
from chatbot.records import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs import CHECKPOINT, FOLD, STOP, run_folder

BEGINNING = "run.json"
UNFINISHED = ("interrupted", "stopped", "failed")


@dataclass(frozen=True)
class Beginning:
    """What decides a run's result: the resolved recipe, the snapshot's number, how rows are held out."""

    recipe: dict[str, Any]
    snapshot: int
    folds: int = 0
    ensemble: bool = False

    def save(self, folder: Path) -> None:
        """Write it into a run's folder."""
        (folder / BEGINNING).write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")


def resumable(settings: Settings, store: Store, run: str) -> Beginning:
    """How a run began that can be gone on with; raises `TrainingError` for others, `NotFoundError`."""
    store.versions.run(run)
    folder = run_folder(settings, run)
    beginning = _beginning(folder)
    if beginning is None or not checkpoints(folder):
        raise TrainingError(f"run {run!r} has no checkpoint to go on from: start a new one")
    return beginning


def take_over(settings: Settings, store: Store, run: Run, beginning: Beginning, resume: str | None = None) -> Path:
    """The folder of a run: what the unfinished run `resume` left, or one that began alike; else an empty one."""
    folder = run_folder(settings, run.id)
    stop_asked = (folder / STOP).exists()
    for earlier in store.versions.runs():
        left = run_folder(settings, earlier.id)
        if earlier.id == run.id or earlier.status not in UNFINISHED:
            continue
        fits = earlier.id == resume if resume else _beginning(left) == beginning
        if fits and checkpoints(left):
            shutil.rmtree(folder, ignore_errors=True)
            left.rename(folder)
            (folder / STOP).unlink(missing_ok=True)
            store.versions.update_run(earlier.id, error=f"continued as {run.id}")
            break
    folder.mkdir(parents=True, exist_ok=True)
    if stop_asked:
        (folder / STOP).touch()
    beginning.save(folder)
    store.versions.update_run(run.id, snapshot=beginning.snapshot)
    return folder


def checkpoints(folder: Path) -> list[Path]:
    """Of a fine-tune in a run's folder, and of its folds."""
    return [*folder.glob(CHECKPOINT), *folder.glob(f"{FOLD}*/{CHECKPOINT}")]


def _beginning(folder: Path) -> Beginning | None:
    file = folder / BEGINNING
    return Beginning(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
