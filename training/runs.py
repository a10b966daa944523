"""Where a run keeps its files, and their names; light, so that pages and jobs can look without loading torch."""

import json
from pathlib import Path
from typing import Any

from chatbot.settings import Settings

CHECKPOINT = "checkpoint.pt"
SETTINGS = "run.json"
STOP = "stop"


def run_folder(settings: Settings, run: str) -> Path:
    """Where a run keeps its recipe, checkpoint and best adapter."""
    return settings.home.resolve() / "runs" / run


def saved_settings(folder: Path) -> dict[str, Any] | None:
    """The snapshot's number and the recipe that a run began with."""
    file = folder / SETTINGS
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
