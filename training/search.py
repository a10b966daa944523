"""Search for a better recipe: trials of a fine-tune on one snapshot, compared by their validation loss (Optuna).

The study lies in a journal file under `$CHATBOT_HOME/searches/NAME/`, so that a search that was killed goes on where it
was. Poor trials are pruned by the median of the others at the same step. The best recipe is written as a file that
`--recipe` takes.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from chatbot.errors import TrainingError
from training.curation.snapshots import Snapshot
from training.finetuning.loop.finetune import finetune
from training.finetuning.objectives.stages import stages_of
from training.finetuning.recipe import Recipe
from training.runs.progress import FineTuneProgress
from training.workbench import Workbench

Sampler = Literal["grid", "random", "tpe"]
JOURNAL, BEST_RECIPE = "study.log", "best.toml"
STARTUP_TRIALS = 3
Value = int | float
"""Of a key of a recipe."""
GRID: Mapping[str, Sequence[Value]] = {
    "rank": [8, 16, 32],
    "learning_rate": [2e-4, 5e-4, 1e-3, 2e-3],
    "batch_tokens": [512, 1024, 2048],
}
Report = Callable[[int, FineTuneProgress], None]
"""Hears of which trial its fine-tune is where."""
PLOTS = ("optimization_history", "param_importances", "parallel_coordinate", "slice")


@dataclass(frozen=True)
class Trial:
    """One fine-tune of a search: how it ended, its validation loss, and what it tried."""

    number: int
    state: str
    loss: float | None
    tried: Mapping[str, Value]

    def as_dict(self) -> dict[str, object]:
        """As plain JSON, what it tried under the names of the recipe."""
        return {"trial": self.number, "state": self.state, "loss": self.loss, **self.tried}


@dataclass(frozen=True)
class SearchResult:
    """What a search came to: its trials, the best first, the best recipe's file, and the pictures."""

    best: Mapping[str, Value]
    best_validation_loss: float
    trials: list[Trial]
    recipe: Path
    plots: list[Path]

    def as_dict(self) -> dict[str, object]:
        """As plain JSON."""
        return {
            "best": self.best,
            "best_validation_loss": self.best_validation_loss,
            "trials": [trial.as_dict() for trial in self.trials],
            "recipe": str(self.recipe),
            "plots": [str(file) for file in self.plots],
        }


def search(
    bench: Workbench,
    snapshot: Snapshot,
    recipe: Recipe,
    trials: int,
    sampler: Sampler,
    folder: Path,
    report: Report = lambda trial, progress: None,
) -> SearchResult:
    """Run trials until `trials` are finished or pruned in all; raises `TrainingError` if none came to an end."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=folder.name,
        storage=JournalStorage(JournalFileBackend(str(folder / JOURNAL))),
        sampler=_sampler(sampler, recipe.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
        load_if_exists=True,
    )

    def objective(trial: optuna.Trial) -> float:
        return _try(bench, snapshot, _suggest(trial, recipe, sampler, bench), trial, folder, report)

    left = trials - len(study.get_trials(states=_OVER))
    if left > 0:
        study.optimize(objective, n_trials=left, catch=(TrainingError,))
    if not study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)):
        raise TrainingError("no trial came to an end: read the log, and lower learning_rate or batch_tokens")
    best = recipe.model_copy(update=study.best_params)
    file = folder / BEST_RECIPE
    file.write_text(_as_toml(best, study.best_value), encoding="utf-8")
    return SearchResult(study.best_params, round(study.best_value, 4), _table(study), file, _plots(study, folder))


_OVER = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)


def _try(
    bench: Workbench,
    snapshot: Snapshot,
    recipe: Recipe,
    trial: optuna.Trial,
    folder: Path,
    report: Report,
) -> float:
    """One fine-tune, its files gone when it ends; raises `TrialPruned` when others were better by then."""
    place = folder / f"trial-{trial.number}"
    place.mkdir(exist_ok=True)

    def follow(progress: FineTuneProgress) -> None:
        report(trial.number, progress)
        if progress.point and progress.point.validation_loss is not None:
            trial.report(progress.point.validation_loss, progress.step)
            if trial.should_prune():
                raise optuna.TrialPruned

    try:
        stages = stages_of(bench.base, recipe, snapshot.read, bench.articles, place)
        outcome = finetune(bench.base, stages, recipe, place, bench.device, follow)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    trial.set_user_attr("seconds", outcome.seconds)
    return outcome.best_validation_loss


def _suggest(trial: optuna.Trial, recipe: Recipe, sampler: Sampler, bench: Workbench) -> Recipe:
    """The recipe of a trial: a corner of the grid, or rank, rate, batch, length, dropout and layers drawn freely."""
    if sampler == "grid":
        chosen = {name: trial.suggest_categorical(name, values) for name, values in GRID.items()}
    else:
        thirds = bench.base.layers // 3
        length = "minutes" if recipe.minutes else "epochs"
        usual = getattr(recipe, length)
        chosen = {
            "rank": trial.suggest_categorical("rank", [4, 8, 16, 32]),
            "learning_rate": trial.suggest_float("learning_rate", 1e-4, 3e-3, log=True),
            "batch_tokens": trial.suggest_categorical("batch_tokens", [512, 1024, 2048]),
            length: trial.suggest_float(length, usual / 2, usual * 2),
            "dropout": trial.suggest_categorical("dropout", [0.0, 0.05, 0.1]),
            "top_layers": trial.suggest_categorical("top_layers", [0, max(1, thirds), max(1, 2 * thirds)]),
        }
    return recipe.model_copy(update=chosen)


def _sampler(name: Sampler, seed: int) -> optuna.samplers.BaseSampler:
    if name == "grid":
        return optuna.samplers.GridSampler(GRID, seed=seed)
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS)


def _table(study: optuna.Study) -> list[Trial]:
    """The trials, best first, pruned ones by what they had come to."""
    rows = []
    for trial in study.get_trials(states=_OVER):
        last = trial.intermediate_values[max(trial.intermediate_values)] if trial.intermediate_values else None
        loss = trial.value if trial.value is not None else last
        rows.append(Trial(trial.number, trial.state.name.lower(), loss, trial.params))
    return sorted(rows, key=lambda row: (row.state != "complete", row.loss if row.loss is not None else 1e9))


def _plots(study: optuna.Study, folder: Path) -> list[Path]:
    """Optuna's own pictures, each a page that needs no network; those that so few trials cannot fill are left out."""
    made = []
    for name in PLOTS:
        file = folder / f"{name}.html"
        try:
            getattr(optuna.visualization, f"plot_{name}")(study).write_html(file, include_plotlyjs=True)
        except (ValueError, RuntimeError):
            continue
        made.append(file)
    return made


def _as_toml(recipe: Recipe, loss: float) -> str:
    lines = [f"# The best recipe of a search: validation loss {loss:.4f}."]
    for key, value in recipe.model_dump(exclude_defaults=True).items():
        lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
