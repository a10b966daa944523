"""Where a run keeps its files, and what can be gone on with; light, so that nobody loads torch to look."""

import json
from pathlib import Path
from typing import Any

from chatbot.errors import TrainingError
from chatbot.settings import Settings
from chatbot.store import Store
from training.finetuning.recipe import Recipe

CHECKPOINT = "checkpoint.pt"
SETTINGS = "run.json"
STOP = "stop"


def run_folder(settings: Settings, run: str) -> Path:
    """Where a run keeps its recipe, checkpoint and best adapter."""
    return settings.home.resolve() / "runs" / run


def resumable(settings: Settings, store: Store, run: str) -> tuple[int, Recipe]:
    """The snapshot and the recipe of a run that can be gone on with; raises `TrainingError`, `NotFoundError`."""
    store.versions.run(run)
    saved = saved_settings(run_folder(settings, run))
    if saved is None or not (run_folder(settings, run) / CHECKPOINT).is_file():
        raise TrainingError(f"run {run!r} has no checkpoint to go on from: start a new one")
    return saved["snapshot"], Recipe(**saved["recipe"])


def saved_settings(folder: Path) -> dict[str, Any] | None:
    """The snapshot's number and the recipe that a run began with."""
    file = folder / SETTINGS
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
