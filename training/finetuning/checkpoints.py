"""Checkpoints: all that a killed run needs to go on as if nothing had happened, and the best adapter so far."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from training.runs import CHECKPOINT

BEST = "best"


@dataclass
class State:
    """Where a run stands between two steps."""

    step: int = 0
    train_tokens: int = 0
    seconds: float = 0.0
    base_loss: float | None = None
    best_loss: float = float("inf")
    since_best: int = 0
    curve: list[dict[str, float]] = field(default_factory=list)


def save_checkpoint(folder: Path, model: PeftModel, optimizer: torch.optim.Optimizer, state: State) -> None:
    """Write weights, optimizer, random state and position; a crash in the middle leaves the one before."""
    weights = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    content = {"weights": weights, "optimizer": optimizer.state_dict(), "random": torch.get_rng_state()}
    partial = folder / f"{CHECKPOINT}.partial"
    with partial.open("wb") as file:
        torch.save(content | {"state": vars(state)}, file)
        os.fsync(file.fileno())
    partial.replace(folder / CHECKPOINT)


def load_checkpoint(folder: Path, model: PeftModel, optimizer: torch.optim.Optimizer) -> State | None:
    """Put a run back where its checkpoint left it; None where there is no checkpoint."""
    file = folder / CHECKPOINT
    if not file.is_file():
        return None
    content: dict[str, Any] = torch.load(file, weights_only=True)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, value in content["weights"].items():
            parameters[name].copy_(value)
    optimizer.load_state_dict(content["optimizer"])
    torch.set_rng_state(content["random"])
    return State(**content["state"])


def save_best(folder: Path, model: PeftModel) -> None:
    """Keep the adapter as the best so far, replacing the one before as a whole."""
    partial, place = folder / f"{BEST}.partial", folder / BEST
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    shutil.rmtree(place, ignore_errors=True)
    partial.rename(place)
