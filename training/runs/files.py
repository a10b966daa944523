"""Where a run keeps its files, and their names; light, so that pages and jobs can look without loading torch."""

from pathlib import Path

from chatbot.settings import Settings

CHECKPOINT = "checkpoint.pt"
FOLD = "fold-"
STOP = "stop"


def run_folder(settings: Settings, run: str) -> Path:
    """Where a run keeps its recipe, checkpoint and best adapter."""
    return settings.home.resolve() / "runs" / run


def checkpoints(folder: Path) -> list[Path]:
    """What a run's folder holds to go on from, its own and its folds'."""
    return [*folder.glob(CHECKPOINT), *folder.glob(f"{FOLD}*/{CHECKPOINT}")]


def forget_checkpoints(folder: Path) -> None:
    """Remove them, once a run has come to its end."""
    for file in checkpoints(folder):
        file.unlink()
