"""What a GPU computes: the fast path beside transformers', every kind of fine-tune, a run resumed, replies at once.

    python -m benchmarks.gpu [--json]

Uses the configured base model, on CUDA; without a CUDA device it says so. Every kind makes a few steps on synthetic
rows and must bring the loss of held-out rows down. A run that was stopped and resumed must end with the weights of one
that was not. QLoRA needs bitsandbytes. Takes about two minutes.
"""

import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import click
import torch

from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.transformers import TransformersEngine, best_device
from chatbot.errors import UserError
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import load_settings
from training.finetuning.batches import collate
from training.finetuning.encoding import Encoded, encode_rows
from training.finetuning.fast.forward import Forward
from training.finetuning.loop.finetune import finetune
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.objectives.classification import Classes
from training.finetuning.objectives.dpo import DPO
from training.finetuning.objectives.kto import KTO
from training.finetuning.objectives.objective import Objective, Unit
from training.finetuning.objectives.orpo import ORPO
from training.finetuning.objectives.sft import SFT
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe
from training.rows import Row
from training.runs.files import CHECKPOINT

DEVICE = "cuda"
ROWS, HELD, CLASSES = 64, 16, ("lamp", "chair", "table", "shelf")
STEPS, STOPPED_AT = 8, 5
AT_ONCE, WRITTEN = 16, 128
KINDS: dict[str, dict[str, Any]] = {
    "quantized": {"quantized": True, "checkpointing": True},
    "dpo": {"objective": "dpo", "preference_epochs": 1},
    "kto": {"objective": "kto", "preference_epochs": 1},
    "orpo": {"objective": "orpo", "preference_epochs": 1},
    "classify": {"objective": "classify"},
    "multitask": {"objective": "multitask"},
    "sft": {},
    "sft, dropout": {"dropout": 0.05},
    "sft, checkpointing": {"checkpointing": True},
    "sft, backward = replies": {"backward": "replies"},
    "sft, top_layers": {"top_layers": 1},
    "sft, pissa": {"init": "pissa"},
    "sft, eva": {"init": "eva"},
    "classify, head": {"objective": "classify", "tuning": "head", "learning_rate": 1e-2},
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(as_json: bool) -> None:
    """Check fine-tuning on a GPU."""
    best_device(DEVICE)
    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    encoded = encode_rows(base, [_row(number) for number in range(2 * (ROWS + HELD))], 512).rows
    result: dict[str, Any] = {"machine": describe_machine()}
    result["fast path"] = _tried("fast path", partial(_beside_transformers, base, encoded[:8]))
    result["resumed"] = _tried("resumed", partial(_resumed, base, encoded))
    result["kinds"] = {name: _tried(name, partial(_learned, base, kind, encoded)) for name, kind in KINDS.items()}
    result["serving"] = _tried("serving", partial(_served, base))
    click.echo(json.dumps(result) if as_json else json.dumps(result, indent=1))


def _row(number: int) -> Row:
    thing = CLASSES[number % len(CLASSES)]
    asked = f"How long may I keep {'really ' * (number % 9)}{thing} {number % 13} before I return it?"
    reply = f"The {thing} {number % 13} goes back within {number % 13 + 14} days{', in its box' * (number % 5)}."
    said = [ChatMessage(role="user", content=asked), ChatMessage(role="assistant", content=reply)]
    return {"id": f"row-{number}", "intent": thing, "messages": said}


def _tried(name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What it found, or what went wrong: one failing kind hides no other."""
    try:
        found = work()
    except (UserError, RuntimeError, ValueError, ImportError, MemoryError) as error:
        found = {"ok": False, "error": f"{type(error).__name__}: {error}"[:600]}
    click.echo(f"  {name}: {found}", err=True)
    return found


def _recipe(**changes: Any) -> Recipe:
    return Recipe(**({"epochs": 3, "dropout": 0.0, "batch_tokens": 1024, "max_steps": STEPS, "patience": 99} | changes))


def _beside_transformers(base: BaseModel, rows: Sequence[Encoded]) -> dict[str, Any]:
    """Loss and gradients of one batch by the fast path and through transformers: how far apart, relative to theirs."""
    batch, found = collate(rows, base.tokenizer.eos_token_id), {}
    for precision in ("float32", "bfloat16"):
        torch.manual_seed(2)
        recipe = _recipe(precision=precision)
        model = attach_adapter(load_for_training(base, DEVICE, recipe), recipe).eval()
        learned = [p for p in model.parameters() if p.requires_grad]
        for parameter in learned:
            torch.nn.init.normal_(parameter, std=0.02)
        fused, plain = Forward(model), Forward(model)
        if fused.fused is None:
            return {"ok": False, "error": "the fast path does not take this model"}
        plain.fused = None
        sides = []
        for forward in (plain, fused):
            model.zero_grad()
            loss = -forward.log_probabilities(forward.hidden(batch), batch).mean()
            loss.backward()  # type: ignore[no-untyped-call]
            sides.append((loss.item(), torch.cat([p.grad.flatten() for p in learned if p.grad is not None])))
        (exact, gradient), (fast, fast_gradient) = sides
        apart = (fast_gradient - gradient).norm().item() / gradient.norm().item()
        found[precision] = {"loss": exact, "loss apart": abs(fast / exact - 1), "gradients apart": apart}
    return found


def _learned(base: BaseModel, kind: dict[str, Any], encoded: Sequence[Encoded]) -> dict[str, Any]:
    recipe = _recipe(**kind)
    began = time.perf_counter()
    torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        outcome = finetune(base, [_stage(base, recipe, encoded)], recipe, Path(folder), DEVICE)
    before, after = outcome.base_validation_loss, outcome.best_validation_loss
    return {
        "ok": math.isfinite(after) and after < before,
        "loss": [before, after],
        "seconds": round(time.perf_counter() - began, 1),
        "peak_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2),
    }


def _stage(base: BaseModel, recipe: Recipe, encoded: Sequence[Encoded]) -> Stage:
    """All units of a kind: rows, pairs of rows, or replies with a mismatched one."""
    objectives: dict[str, Objective] = {
        "sft": SFT(),
        "dpo": DPO(recipe.beta),
        "kto": KTO(recipe.beta, 1.0, 1.0),
        "orpo": ORPO(recipe.beta),
        "classify": Classes(CLASSES, base.width),
        "multitask": Classes(CLASSES, base.width, recipe.class_share),
    }
    if recipe.prefers:
        pairs = zip(encoded[::2], encoded[1::2], strict=True)
        units = [Unit(pair, int(number % 2)) for number, pair in enumerate(pairs)]
    else:
        units = [Unit((row,), number % len(CLASSES)) for number, row in enumerate(encoded[: ROWS + HELD])]
    return Stage("work", objectives[recipe.objective], units[HELD:], units[:HELD], 3, recipe.learning_rate)


def _resumed(base: BaseModel, encoded: Sequence[Encoded]) -> dict[str, Any]:
    """The largest difference between the weights of a run with dropout, and of one that stopped in the middle."""
    recipe = _recipe(dropout=0.1)
    ends = []
    for stops in ([], [STOPPED_AT]):
        with tempfile.TemporaryDirectory() as name:
            folder, made = Path(name), [0]

            def asked(made: list[int] = made, stops: list[int] = stops) -> bool:
                made[0] += 1
                return made[0] in stops

            for _ in range(len(stops) + 1):
                finetune(base, [_stage(base, recipe, encoded)], recipe, folder, DEVICE, should_stop=asked)
            ends.append(torch.load(folder / CHECKPOINT, "cpu", weights_only=True)["weights"])
    whole, resumed = ends
    apart = float(max((whole[name] - resumed[name]).abs().max() for name in whole))
    return {"ok": apart == 0, "apart": apart}


def _served(base: BaseModel) -> dict[str, Any]:
    """Tokens a second of the transformers engine, one reply alone and several at once, and the memory it takes."""
    torch.cuda.reset_peak_memory_stats()
    engine = TransformersEngine(base, "base", DEVICE)

    def write(number: int) -> int:
        asked = f"How long may I keep lamp {number}?"
        reply = engine.generate([{"role": "user", "content": asked}], Sampling(max_new_tokens=WRITTEN))
        for _ in reply:
            pass
        return reply.usage.completion_tokens

    try:
        write(0)
        speeds = []
        for at_once in (1, AT_ONCE):
            began = time.perf_counter()
            with ThreadPoolExecutor(at_once) as pool:
                tokens = sum(pool.map(write, range(at_once)))
            speeds.append(round(tokens / (time.perf_counter() - began), 1))
    finally:
        engine.close()
    alone, together = speeds
    peak = round(torch.cuda.max_memory_allocated() / 1e9, 2)
    return {"ok": alone > 0, "tokens/s alone": alone, f"tokens/s, {AT_ONCE} at once": together, "peak_gb": peak}


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
