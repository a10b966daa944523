"""Checkpoints: all that a killed run needs to go on as if nothing had happened, and the best adapter so far."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from chatbot.errors import TrainingError
from training.finetuning.loop.learner import Learner
from training.finetuning.objectives.objective import Total, Unit
from training.runs.files import CHECKPOINT
from training.runs.progress import Point

BEST = "best"


@dataclass
class State:
    """Where a run stands between two steps; `epochs` is how often each stage goes through its units."""

    epochs: list[float] = field(default_factory=list)
    step: int = 0
    train_tokens: int = 0
    seconds: float = 0.0
    base_loss: float | None = None
    best_loss: float = float("inf")
    since_best: int = 0
    best_measures: dict[str, float] = field(default_factory=dict)
    row_losses: dict[str, float] = field(default_factory=dict)
    curve: list[Point] = field(default_factory=list)

    def count(self, total: Total, units: Sequence[Unit], seconds: float) -> None:
        """Take a step into account, `seconds` after the run began."""
        self.step += 1
        self.row_losses |= total.row_losses
        self.train_tokens += sum(len(row.ids) for unit in units for row in unit.rows)
        self.seconds = seconds

    def ends(self, plan: Sequence[object], patience: int) -> bool:
        """Whether all steps are made, or too many validations brought no gain."""
        return self.step >= len(plan) or self.since_best >= patience


def save_checkpoint(folder: Path, learner: Learner, state: State) -> None:
    """Write weights, optimizer, random state and position; a crash in the middle leaves the one before."""
    random = learner.processes.collect(_chance(learner.model.device))
    if not learner.processes.first:
        return
    weights = {name: p.detach() for name, p in learner.weights.items()}
    content = {"weights": weights, "optimizer": learner.optimizer.state_dict(), "random": random}
    partial = folder / f"{CHECKPOINT}.partial"
    with partial.open("wb") as file:
        torch.save(content | {"state": vars(state) | {"curve": [point.as_dict() for point in state.curve]}}, file)
        os.fsync(file.fileno())
    partial.replace(folder / CHECKPOINT)


def load_checkpoint(folder: Path, learner: Learner) -> State | None:
    """Put a run back where its checkpoint left it; None where there is no checkpoint.

    Raises `TrainingError` for a checkpoint of another base or recipe, or one that this release does not write.
    """
    file = folder / CHECKPOINT
    content: dict[str, Any] | None = torch.load(file, "cpu", weights_only=True) if file.is_file() else None
    content = learner.processes.tell(content)
    if content is None:
        return None
    shapes = {name: value.shape for name, value in content["weights"].items()}
    known = content["state"].keys() == vars(State()).keys()
    if not known or shapes != {name: p.shape for name, p in learner.weights.items()}:
        raise TrainingError(f"{file} belongs to another base model, recipe or release: start a new run")
    with torch.no_grad():
        for name, value in content["weights"].items():
            learner.weights[name].copy_(value)
    learner.optimizer.load_state_dict(content["optimizer"])
    states = content["random"]
    _set_chance(learner.model.device, states[learner.processes.rank % len(states)])
    return State(**content["state"] | {"curve": [Point.from_dict(point) for point in content["state"]["curve"]]})


def _chance(device: torch.device) -> list[torch.Tensor]:
    """The random state of the CPU and, where the model is on a GPU, of that."""
    return [torch.get_rng_state(), *([torch.cuda.get_rng_state(device)] if device.type == "cuda" else [])]


def _set_chance(device: torch.device, states: Sequence[torch.Tensor]) -> None:
    torch.set_rng_state(states[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[-1], device)


def save_best(folder: Path, learner: Learner) -> None:
    """Keep the adapter as the best so far, replacing the one before as a whole."""
    if not learner.processes.first:
        return
    partial, place = folder / f"{BEST}.partial", folder / BEST
    shutil.rmtree(partial, ignore_errors=True)
    learner.save(partial)
    shutil.rmtree(place, ignore_errors=True)
    partial.rename(place)
