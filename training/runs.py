"""Where a run keeps its files, and their names; light, so that pages and jobs can look without loading torch."""

from pathlib import Path

from chatbot.settings import Settings

CHECKPOINT = "checkpoint.pt"
FOLD = "fold-"
STOP = "stop"


def run_folder(settings: Settings, run: str) -> Path:
    """Where a run keeps its recipe, checkpoint and best adapter."""
    return settings.home.resolve() / "runs" / run
