"""Cross-validation: as many fine-tunes as folds, each validated on the rows that it did not learn from.

Rows of one conversation are held out together, as in the split. The folds' adapters can be averaged into one version
(an ensemble at the price of one model): sum of w B A over the folds, written as one adapter of their ranks together.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev

import torch
from peft import PeftModel

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from chatbot.lineage import Run
from training.curation.snapshots import Snapshot, verify
from training.curation.splitting import fold_of
from training.cycle import origin_of, teach_embedders
from training.finetuning.loop.finetune import finetune
from training.finetuning.loop.outcome import CrossValidation, Fold, Outcome
from training.finetuning.objectives.stages import Stage, stages_of
from training.finetuning.recipe import Recipe
from training.release.facts import Facts
from training.release.publish import register
from training.rows import Row
from training.runs.files import FOLD, run_folder
from training.runs.progress import FineTuneProgress
from training.runs.resuming import Beginning, begin
from training.runs.tracking import Progress, Stopped
from training.workbench import Workbench

AVERAGE = "average"


@dataclass(frozen=True)
class Validated:
    """A fold each: figures, rows held out, and the adapter."""

    outcomes: list[Outcome]
    held_out: list[int]

    @property
    def figures(self) -> CrossValidation:
        """What is worth telling of them."""
        losses = [outcome.best_validation_loss for outcome in self.outcomes]
        folds = [
            Fold(number, count, outcome.steps, outcome.base_validation_loss, outcome.best_validation_loss)
            for number, (outcome, count) in enumerate(zip(self.outcomes, self.held_out, strict=True), start=1)
        ]
        return CrossValidation(
            folds,
            round(fmean(outcome.base_validation_loss for outcome in self.outcomes), 4),
            round(fmean(losses), 4),
            round(stdev(losses), 4),
            sum(outcome.steps for outcome in self.outcomes),
            sum(outcome.train_tokens for outcome in self.outcomes),
        )

    @property
    def weights(self) -> list[float]:
        """Of the adapters in an average: those that validated better weigh more."""
        inverse = [1 / outcome.best_validation_loss for outcome in self.outcomes]
        return [weight / sum(inverse) for weight in inverse]


def cross_validate(
    bench: Workbench, snapshot: Snapshot, began: Beginning, run: Run, progress: Progress, resume: str | None = None
) -> Validated:
    """Fine-tune once a fold; folds that the run's folder has checkpoints of are gone on with.

    Raises `TrainingError` for more folds than there are conversations, `Stopped`.
    """
    verify(snapshot, bench.pack.name)
    whole, folds = begin(bench.settings, bench.store, run, began, resume), began.folds
    recipe = Recipe.model_validate(began.recipe)
    rows = [*snapshot.rows("train"), *snapshot.rows("validation")]
    found = Validated([], [])
    for number in range(folds):
        held_out = [row for row in rows if fold_of(row["group"], folds) == number]
        if not held_out or len(held_out) == len(rows):
            raise TrainingError(f"fold {number + 1} of {folds} has no rows: ask for fewer folds, or add pairs")

        def report(at: FineTuneProgress, number: int = number) -> None:
            said = f"fold {number + 1} of {folds}: {at.message}"
            progress.training(replace(at, fraction=(number + at.fraction) / folds, message=said))

        folder = whole / f"{FOLD}{number + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        stages = _stages(bench, snapshot, recipe, rows, held_out, folder)
        outcome = finetune(
            bench.base, stages, recipe, folder, bench.device, report, progress.stop_asked, bench.processes
        )
        if outcome.stopped:
            raise Stopped
        found.outcomes.append(outcome)
        found.held_out.append(len(held_out))
    return found


def _stages(
    bench: Workbench, snapshot: Snapshot, recipe: Recipe, rows: list[Row], held_out: list[Row], folder: Path
) -> list[Stage]:
    """The stages of a fold, whose rows stand in the place of the snapshot's split."""
    names = {row["id"] for row in held_out}
    split = {"train": [row for row in rows if row["id"] not in names], "validation": held_out}
    return stages_of(bench.base, recipe, lambda name: split.get(name) or snapshot.read(name), bench.articles, folder)


def register_average(
    bench: Workbench, snapshot: Snapshot, recipe: Recipe, run: Run, progress: Progress, found: Validated
) -> str:
    """Average the folds' adapters and register the version; returns its name."""
    folder = run_folder(bench.settings, run.id)
    embedders = teach_embedders(bench, snapshot, recipe, folder, progress)
    progress.show("averaging", 0.81)
    adapters = [outcome.adapter for outcome in found.outcomes]
    average(bench.base, adapters, found.weights, folder / AVERAGE)
    facts = Facts(found.figures, origin_of(recipe, snapshot))
    version = register(bench, run, snapshot, folder / AVERAGE, embedders, facts)
    bench.store.versions.update_run(run.id, version=version.name)
    return version.name


def average(base: BaseModel, adapters: list[Path], weights: list[float], out: Path) -> None:
    """Write the weighted average of adapters as one, exactly: their ranks stand side by side (peft's `cat`)."""
    names = [f"fold-{number}" for number in range(len(adapters))]
    model = PeftModel.from_pretrained(base.load(dtype=torch.float32), adapters[0], adapter_name=names[0])
    for name, adapter in zip(names[1:], adapters[1:], strict=True):
        model.load_adapter(adapter, adapter_name=name)
    model.add_weighted_adapter(names, weights, AVERAGE, combination_type="cat")
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial, selected_adapters=[AVERAGE])
    shutil.rmtree(out, ignore_errors=True)
    (partial / AVERAGE).rename(out)
    shutil.rmtree(partial)
