"""How a run begins: in an empty folder, or where one that was stopped or killed left off."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from chatbot.errors import TrainingError, UserError
from chatbot.lineage import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, checkpoints, run_folder

BEGINNING = "run.json"
UNFINISHED = ("interrupted", "stopped", "failed")
LEAST_FREE_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Beginning:
    """What decides a run's result: the resolved recipe, the snapshot's number, how rows are held out, the base.

    A classifier learns from texts instead of a snapshot, which are known by their digest. Earlier runs name no base.
    """

    recipe: Mapping[str, object]
    snapshot: int | None = None
    folds: int = 0
    ensemble: bool = False
    texts: str = ""
    base: str = ""

    def save(self, folder: Path) -> None:
        """Write it into a run's folder."""
        partial = folder / f"{BEGINNING}.partial"
        partial.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        partial.replace(folder / BEGINNING)


def resumable(settings: Settings, store: Store, run: str) -> Beginning:
    """How a run began that can be gone on with; raises `TrainingError` for others, `NotFoundError`."""
    store.versions.run(run)
    folder = run_folder(settings, run)
    beginning = _beginning(folder)
    if beginning is None or not checkpoints(folder):
        raise TrainingError(f"run {run!r} has no checkpoint to go on from: start a new one")
    return beginning


def begin(settings: Settings, store: Store, run: Run, beginning: Beginning, resume: str | None = None) -> Path:
    """The folder of a run: what the unfinished run `resume` left, or one that began alike; else an empty one.

    Raises `UserError` where too little disk space is free, `TrainingError` if `resume` began with other texts.
    """
    _check_disk(settings.home)
    folder = run_folder(settings, run.id)
    stop_asked = (folder / STOP).exists()
    for earlier in store.versions.runs():
        left = run_folder(settings, earlier.id)
        if earlier.id == run.id or earlier.status not in UNFINISHED:
            continue
        found = _beginning(left)
        alike = found is not None and replace(found, base=found.base or beginning.base) == beginning
        if earlier.id == resume and not alike:
            raise TrainingError(f"run {resume!r} began with other texts or on another base: start a new run")
        if checkpoints(left) and (earlier.id == resume if resume else alike):
            shutil.rmtree(folder, ignore_errors=True)
            left.rename(folder)
            (folder / STOP).unlink(missing_ok=True)
            store.versions.update_run(earlier.id, error=f"continued as {run.id}")
            break
    folder.mkdir(parents=True, exist_ok=True)
    if stop_asked:
        (folder / STOP).touch()
    beginning.save(folder)
    if beginning.snapshot is not None:
        store.versions.update_run(run.id, snapshot=beginning.snapshot)
    return folder


def left_by_cycle(folder: Path) -> bool:
    """Whether the next cycle may go on with what a run left: not with folds, nor with a classifier."""
    beginning = _beginning(folder)
    return bool(beginning and beginning.snapshot and not beginning.folds and checkpoints(folder))


def _check_disk(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise UserError(
            f"{os.fspath(home)} has {free / 1e9:.1f} GB free and a fine-tune needs {LEAST_FREE_BYTES / 1e9:.1f}: "
            "free some disk space"
        )


def _beginning(folder: Path) -> Beginning | None:
    file = folder / BEGINNING
    return Beginning(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
