"""The fine-tune: our own loop on torch and peft, readable on this page.

`finetune` goes through the stages of a run, validates the last one as it goes, keeps the best adapter, stops early when
nothing is gained, and goes on from its checkpoint after a kill. It does not merge, evaluate or register.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.loop.checkpoints import BEST, State, load_checkpoint, save_best, save_checkpoint
from training.finetuning.loop.learner import Learner
from training.finetuning.loop.outcome import Outcome
from training.finetuning.loop.plan import Step, epochs_within, plan_steps
from training.finetuning.loop.processes import ALONE, Processes
from training.finetuning.loop.references import cached_references
from training.finetuning.loop.sharding import shard
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.objectives.objective import Unit
from training.finetuning.objectives.sft import SFT
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe
from training.runs.progress import FineTuneProgress, Point

SAMPLED = 64
HARDNESS = "hardness.json"
PACED = (5, 3, 7, 1)  # eighths of the way from short rows to long: batches of as many tokens differ by 7 % in time
PACING = 20.0  # seconds after which fewer are enough: those of a large base take that long each
SLACK = 1.2  # what validations, checkpoints and a server beside take of a run's minutes
Report = Callable[[FineTuneProgress], None]
Note = Callable[[int, int], None]


def finetune(
    base: BaseModel,
    stages: Sequence[Stage],
    recipe: Recipe,
    folder: Path,
    device: str = "cpu",
    report: Report = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    processes: Processes = ALONE,
) -> Outcome:
    """Fine-tune an adapter into `folder`; an earlier checkpoint there is continued.

    Where several processes were launched, the first calls this and the others `assist`.
    """
    if processes.first:
        processes.tell((stages, recipe))
    learner = _learner(base, stages, recipe, folder, device, processes)
    state, plan, stopped, began = State(), list[Step](), False, time.perf_counter()

    def note(done: int, units: int) -> None:
        report(_reading(state, len(plan), done, units))
        if processes.tell(should_stop()):
            raise _Interrupted

    try:
        state = load_checkpoint(folder, learner) or State(_affordable(learner, stages, recipe))
        stages = [replace(stage, epochs=epochs) for stage, epochs in zip(stages, state.epochs, strict=True)]
        hardness = _hardness(learner, stages[-1], recipe, folder, note)
        plan = plan_steps(stages, recipe, hardness)
        began, current, stage = time.perf_counter() - state.seconds, -1, stages[0]
        while not (stopped or state.ends(plan, recipe.patience)):
            step = plan[state.step]
            if step.stage != current:
                current, stage = step.stage, _entered(learner, stages[step.stage], folder, note)
                learner.rows_return = stage.epochs > 1
                if current == len(stages) - 1 and state.base_loss is None:
                    _begin_validation(learner, stage, folder, state)
            units = [stage.train[i] for i in step.units]
            total = learner.step(stage.objective, units, step.rate)

            state.count(total, units, time.perf_counter() - began)
            last, checked = current == len(stages) - 1, None
            if last and (state.step % recipe.validate_every == 0 or state.step == len(plan)):
                checked = _keep_best(learner, stage, recipe, folder, state)
            point = Point(state.step, round(total.mean, 4), step.rate, checked, total.measures)
            state.curve.append(point)
            ended = state.ends(plan, recipe.patience)
            stopped = processes.tell(should_stop()) and not ended
            if stopped or ended or state.step % recipe.checkpoint_every == 0:
                save_checkpoint(folder, learner, state)
            report(_progress(state, len(plan), point))
    except _Interrupted:
        stopped = True
        save_checkpoint(folder, learner, state)

    return _outcome(state, stages, recipe, folder, stopped, time.perf_counter() - began)


def assist(base: BaseModel, device: str, processes: Processes) -> None:
    """Take part in the fine-tunes that the first process leads, until it has no more; nothing is kept here."""
    while (work := processes.listen()) is not None:
        stages, recipe = work
        with TemporaryDirectory() as folder:
            finetune(base, stages, recipe, Path(folder), device, processes=processes)


def _outcome(
    state: State, stages: Sequence[Stage], recipe: Recipe, folder: Path, stopped: bool, seconds: float
) -> Outcome:
    return Outcome(
        adapter=folder / BEST,
        steps=state.step,
        train_tokens=state.train_tokens,
        tokens_per_second=round(state.train_tokens / max(state.seconds, 1e-9), 1),
        best_validation_loss=round(state.best_loss, 4),
        base_validation_loss=round(state.base_loss or 0.0, 4),
        stopped_early=state.since_best >= recipe.patience,
        stopped=stopped,
        too_long=sum(stage.too_long for stage in stages),
        seconds=round(seconds, 1),
        measures=state.best_measures,
        curve=state.curve,
        row_losses=state.row_losses,
    )


class _Interrupted(Exception):
    """A stop was asked for between two steps."""


def _learner(
    base: BaseModel, stages: Sequence[Stage], recipe: Recipe, folder: Path, device: str, processes: Processes
) -> Learner:
    """The same in all processes, but for the chance that drops connections."""
    torch.manual_seed(recipe.seed)
    sample = [row for unit in stages[-1].train[:SAMPLED] for row in unit.rows]
    if processes.sharded and recipe.quantized:
        raise TrainingError("quantized = true cannot be sharded: launch with --multi_gpu instead of --use_fsdp")
    model = attach_adapter(load_for_training(base, device, recipe, not processes.sharded), recipe, sample)
    if processes.sharded:
        shard(model, device)
    objectives, padding = [stage.objective for stage in stages], base.tokenizer.eos_token_id
    learner = Learner(model, objectives, recipe, padding, folder, processes)
    if learner.forward.fused:
        units = [unit for stage in stages for part in (stage.train, stage.validation) for unit in part]
        learner.forward.fused.store(folder, [row for unit in units for row in unit.rows])
    if not processes.first:
        torch.manual_seed(recipe.seed + processes.rank)
    return learner


def _affordable(learner: Learner, stages: Sequence[Stage], recipe: Recipe) -> list[float]:
    """The epochs of each stage that the recipe's minutes allow on this machine, by the pace of steps of every length.

    Steps that compare with a reference are paced as if they imitated their rows.
    """
    plan = plan_steps(stages, recipe)
    if not recipe.minutes or len(plan) <= len(PACED):
        return [stage.epochs for stage in stages]
    work = [[stages[step.stage].train[i] for i in step.units] for step in plan]
    work.sort(key=lambda units: max(unit.length for unit in units))
    chosen = [work[eighth * len(work) // 8] for eighth in PACED]
    learner.rows_return = False
    learner.rehearse(SFT(), chosen[0])
    learner.rows_return = True
    pace = _pace(learner, chosen)
    again = _pace(learner, chosen) / pace if learner.forward.stored else 1.0
    return learner.processes.tell(epochs_within(recipe.minutes * 60 / (SLACK * pace), stages, recipe, again))


def _pace(learner: Learner, work: Sequence[Sequence[Unit]]) -> float:
    """Seconds a step."""
    began, made = time.perf_counter(), 0
    while made < len(work) and (not made or time.perf_counter() - began < PACING):
        learner.rehearse(SFT(), work[made])
        made += 1
    return (time.perf_counter() - began) / made


def _entered(learner: Learner, stage: Stage, folder: Path, note: Note) -> Stage:
    """The stage, with what the model thinks of its units now where the objective compares with that."""
    if not stage.objective.needs_reference:
        return stage
    train, validation = (
        cached_references(folder / f"references-{part}.json", learner, units, note)
        for part, units in (("train", stage.train), ("validation", stage.validation))
    )
    return replace(stage, train=train, validation=validation)


def _hardness(learner: Learner, stage: Stage, recipe: Recipe, folder: Path, note: Note) -> dict[int, float] | None:
    """How hard units are for a curriculum: their length, or their loss a token under the base model.

    Reading takes time: of a run that makes less than an epoch as many are read as it will learn from, drawn by seed.
    """
    if recipe.order == "shuffled":
        return None
    if recipe.order == "length":
        return {i: float(unit.length) for i, unit in enumerate(stage.train)}
    drawn = list(range(len(stage.train)))
    random.Random(recipe.seed).shuffle(drawn)
    drawn = drawn[: max(1, math.ceil(len(drawn) * stage.epochs))]
    units = cached_references(folder / HARDNESS, learner, [stage.train[i] for i in drawn], note)
    imitation = SFT()
    return {i: -sum(unit.reference) / imitation.weight([unit]) for i, unit in zip(drawn, units, strict=True)}


def _begin_validation(learner: Learner, stage: Stage, folder: Path, state: State) -> None:
    total = learner.validate(stage.objective, stage.validation)
    state.base_loss = state.best_loss = total.mean
    state.best_measures = total.measures
    state.curve.append(Point(state.step, validation_loss=total.mean))
    save_best(folder, learner)


def _keep_best(learner: Learner, stage: Stage, recipe: Recipe, folder: Path, state: State) -> float:
    total = learner.validate(stage.objective, stage.validation)
    if total.mean < state.best_loss - recipe.min_gain:
        state.best_loss, state.best_measures, state.since_best = total.mean, total.measures, 0
        save_best(folder, learner)
    else:
        state.since_best += 1
    return round(total.mean, 4)


def _reading(state: State, steps: int, done: int, units: int) -> FineTuneProgress:
    """Progress while rows are only read, which makes no step."""
    fraction = round(state.step / max(1, steps), 4)
    message = f"reading the rows with the base model: {done} of {units}"
    return FineTuneProgress(state.step, steps, fraction, message, state.curve)


def _progress(state: State, steps: int, point: Point) -> FineTuneProgress:
    return FineTuneProgress(
        state.step,
        steps,
        round(state.step / steps, 4),
        f"step {state.step} of {steps}",
        state.curve,
        point,
        round(state.train_tokens / max(state.seconds, 1e-9), 1),
        round(state.seconds / state.step * (steps - state.step)),
    )
