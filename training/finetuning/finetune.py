"""The fine-tune: our own loop on torch and peft, readable on this page.

`finetune` learns the last reply of every row of a snapshot, validates as it goes, keeps the best adapter, stops early
when nothing is gained, and goes on from its checkpoint after a kill. It does not merge, evaluate or register.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn import functional as F

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.batches import Batch, collate, plan_batches
from training.finetuning.checkpoints import BEST, State, load_checkpoint, save_best, save_checkpoint
from training.finetuning.encoding import IGNORED, Encoded, EncodedRows
from training.finetuning.forward import reply_logits
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe

Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Outcome:
    """What a fine-tune came to; losses are mean negative log-likelihoods per reply token, in nats."""

    adapter: Path
    steps: int
    train_tokens: int
    tokens_per_second: float
    best_validation_loss: float
    base_validation_loss: float
    stopped_early: bool
    stopped: bool
    too_long: int
    seconds: float


def finetune(
    base: BaseModel,
    train: EncodedRows,
    validation: EncodedRows,
    recipe: Recipe,
    folder: Path,
    device: str = "cpu",
    report: Report = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Fine-tune an adapter into `folder`; an earlier checkpoint there is continued."""
    _check(train, validation)
    torch.manual_seed(recipe.seed)
    model = attach_adapter(load_for_training(base, device), recipe)
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    state = load_checkpoint(folder, model, optimizer) or State()
    plan = _plan(train.rows, recipe)
    padding = base.tokenizer.eos_token_id

    if state.base_loss is None:
        state.base_loss = state.best_loss = validate(model, validation.rows, recipe, padding)
        state.curve.append({"step": 0, "validation_loss": state.base_loss})
        save_best(folder, model)
    began, stopped = time.perf_counter() - state.seconds, False
    while state.step < len(plan) and state.since_best < recipe.patience and not stopped:
        rate = recipe.learning_rate * rate_at(state.step, len(plan), recipe.warmup_share)
        batch = collate([train.rows[i] for i in plan[state.step]], padding)
        loss = _step(model, optimizer, batch, rate, recipe.clip_norm)

        state.step += 1
        state.train_tokens += batch.tokens
        state.seconds = time.perf_counter() - began
        point = {"step": state.step, "train_loss": round(loss, 4)}
        if state.step % recipe.validate_every == 0 or state.step == len(plan):
            point["validation_loss"] = _keep_best(model, validation.rows, recipe, padding, folder, state)
        state.curve.append(point)
        stopped = should_stop()
        if stopped or state.step % recipe.checkpoint_every == 0:
            save_checkpoint(folder, model, optimizer, state)
        report(_progress(state, len(plan), point))

    return Outcome(
        adapter=folder / BEST,
        steps=state.step,
        train_tokens=state.train_tokens,
        tokens_per_second=round(state.train_tokens / max(state.seconds, 1e-9), 1),
        best_validation_loss=round(state.best_loss, 4),
        base_validation_loss=round(state.base_loss, 4),
        stopped_early=state.since_best >= recipe.patience,
        stopped=stopped and state.step < len(plan),
        too_long=train.too_long,
        seconds=round(time.perf_counter() - began, 1),
    )


def _step(model: PeftModel, optimizer: torch.optim.Optimizer, batch: Batch, rate: float, clip_norm: float) -> float:
    """One optimizer step; returns the mean loss a learned token."""
    model.train()
    loss = reply_loss(model, batch) / (batch.labels != IGNORED).sum()
    if not torch.isfinite(loss):
        raise TrainingError(f"the loss is {loss.item()}: lower learning_rate and run again")
    loss.backward()
    for group in optimizer.param_groups:
        group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(group["params"], clip_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def reply_loss(model: PeftModel, batch: Batch) -> torch.Tensor:
    """Summed negative log-likelihood of the learned tokens; logits are made at those positions only."""
    logits, targets = reply_logits(model.get_base_model(), batch)
    return F.cross_entropy(logits.float(), targets, reduction="sum")


@torch.no_grad()
def validate(model: PeftModel, rows: Sequence[Encoded], recipe: Recipe, padding: int) -> float:
    """Mean negative log-likelihood per learned token over all rows."""
    model.eval()
    total, tokens = 0.0, 0
    for positions in plan_batches(rows, recipe.batch_tokens, seed=0, epoch=0):
        batch = collate([rows[i] for i in positions], padding)
        total += reply_loss(model, batch).item()
        tokens += int((batch.labels != IGNORED).sum())
    return total / tokens


def rate_at(step: int, steps: int, warmup_share: float) -> float:
    """Linear warm-up from 0 to 1, then linear decay to 0, as a factor of the peak rate; `step` counts from 0."""
    warmup = max(1, math.ceil(steps * warmup_share))
    return min((step + 1) / warmup, (steps - step) / max(1, steps - warmup))


def _plan(rows: Sequence[Encoded], recipe: Recipe) -> list[list[int]]:
    """The batches of the whole run, in order; a part of an epoch takes that part of its batches."""
    plan: list[list[int]] = []
    for epoch in range(math.ceil(recipe.epochs)):
        batches = plan_batches(rows, recipe.batch_tokens, recipe.seed, epoch)
        plan += batches[: math.ceil(len(batches) * min(1.0, recipe.epochs - epoch))]
    return plan[: recipe.max_steps] if recipe.max_steps else plan


def _keep_best(
    model: PeftModel, rows: Sequence[Encoded], recipe: Recipe, padding: int, folder: Path, state: State
) -> float:
    loss = validate(model, rows, recipe, padding)
    if loss < state.best_loss - recipe.min_gain:
        state.best_loss, state.since_best = loss, 0
        save_best(folder, model)
    else:
        state.since_best += 1
    return round(loss, 4)


def _progress(state: State, steps: int, point: dict[str, float]) -> dict[str, Any]:
    left = state.seconds / state.step * (steps - state.step)
    return {
        "phase": "fine-tuning",
        "step": state.step,
        "steps": steps,
        "fraction": round(state.step / steps, 4),
        "seconds_left": round(left),
        "tokens_per_second": round(state.train_tokens / max(state.seconds, 1e-9), 1),
        "message": f"step {state.step} of {steps}",
        "point": point,
        "curve": state.curve,
    }


def _check(train: EncodedRows, validation: EncodedRows) -> None:
    if not train.rows:
        raise TrainingError(f"no row fits max_length ({train.too_long} are too long): raise max_length")
    if not validation.rows:
        raise TrainingError("no row is left to validate on: add pairs to the pack")
