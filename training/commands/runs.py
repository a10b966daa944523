"""`run` and `cycle`: the commands that fine-tune, on one process or on several that a launcher started."""

import signal
import sys
from contextlib import nullcontext
from dataclasses import asdict
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

import click

from chatbot.acting import acting
from chatbot.errors import TrainingError
from chatbot.lineage import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.commands.installation import (
    HELD,
    actor,
    as_json,
    base_option,
    installation,
    on_base,
    recipe_option,
    set_option,
    show,
)
from training.commands.progress import TerminalProgress
from training.finetuning.recipe import Recipe, load_recipe
from training.runs.files import STOP, forget_checkpoints, run_folder
from training.runs.resuming import Beginning, resumable
from training.runs.wish import Wish

if TYPE_CHECKING:
    from training.curation.snapshots import Snapshot
    from training.finetuning.loop.processes import Processes
    from training.runs.tracking import Progress
    from training.workbench import Workbench


@click.command()
@recipe_option
@base_option
@set_option
@click.option("--snapshot", type=int, help="A frozen snapshot's number. Default: freeze what there is now.")
@click.option("--resume", metavar="RUN", help="Go on from the checkpoint of a stopped or killed run.")
@click.option(
    "--folds", type=click.IntRange(2, 20), help="Cross-validate: as many fine-tunes, each held against other rows."
)
@click.option("--ensemble", is_flag=True, help="Register the average of the folds' adapters as a version.")
@as_json
def run(
    recipe: str | None,
    base: str,
    overrides: tuple[str, ...],
    snapshot: int | None,
    resume: str | None,
    folds: int | None,
    ensemble: bool,
    as_json: bool,
) -> None:
    """Fine-tune on a snapshot and register the version; no evaluation, no promotion."""
    if ensemble and not folds:
        raise TrainingError("--ensemble averages the adapters of folds: add --folds 3")
    if folds and resume:
        raise TrainingError("--resume knows how many folds the run has: leave --folds out")
    answering, store = installation()
    began = resumable(answering, store, resume) if resume else None
    settings = on_base(answering, base or (began.base if began else ""))
    wish = _wish(recipe, settings, answering)
    chosen = load_recipe(wish.recipe, overrides)
    number = snapshot
    if began:
        number, folds, ensemble = began.snapshot, began.folds, began.ensemble
        chosen = Recipe.model_validate(began.recipe)
    _mention(chosen)

    from training.curation.snapshots import open_snapshot

    frozen = open_snapshot(store, number) if number is not None else None

    from training.cycle import freeze_now, the_only_run, train_classes, train_version
    from training.runs.tracking import tracked
    from training.workbench import open_workbench

    processes = _launched(settings)
    if not processes.first:
        return
    record = store.versions.start_run(actor(), progress=wish.as_progress())
    with (
        _watched(settings, store, record, as_json),
        the_only_run(settings, store, record),
        tracked(settings, store, record, chosen.model_dump()) as progress,
    ):
        bench = open_workbench(settings, store, processes)
        said: dict[str, object] = {"run": record.id}
        if chosen.objective == "classify":
            said |= train_classes(bench, chosen, record, progress, resume).as_dict()
        else:
            frozen = frozen or freeze_now(bench, record.actor)
            said |= {"snapshot": frozen.number}
            if folds:
                beginning = Beginning(chosen.model_dump(), frozen.number, folds, ensemble, base=settings.base_model)
                said |= _validated(bench, frozen, beginning, record, progress, resume)
            else:
                version, facts = train_version(bench, frozen, chosen, record, progress, resume)
                said |= {"version": version.name, **asdict(facts.figures), "diagnosis": facts.findings}
        store.versions.update_run(record.id, status="finished")
    processes.tell(None)
    show(said, as_json)


def _validated(
    bench: "Workbench",
    snapshot: "Snapshot",
    began: Beginning,
    run: Run,
    progress: "Progress",
    resume: str | None,
) -> dict[str, object]:
    """What a cross-validation found, and the version that averages its folds if one was asked for, as plain JSON."""
    from training.folds import cross_validate, register_average

    found = cross_validate(bench, snapshot, began, run, progress, resume)
    recipe = Recipe.model_validate(began.recipe)
    named = {"version": register_average(bench, snapshot, recipe, run, progress, found)} if began.ensemble else {}
    forget_checkpoints(run_folder(bench.settings, run.id))
    return {**named, **asdict(found.figures)}


@click.command()
@recipe_option
@base_option
@set_option
@click.option("--run-id", hidden=True)
@as_json
def cycle(recipe: str | None, base: str, overrides: tuple[str, ...], run_id: str | None, as_json: bool) -> int:
    """Collect, fine-tune, evaluate and promote if the gate agrees; exit code 3 if it holds."""
    answering, store = installation()
    settings = on_base(answering, base)
    wish = _wish(recipe, settings, answering)
    chosen = load_recipe(wish.recipe, overrides)
    _mention(chosen)

    from training.cycle import run_cycle

    processes = _launched(settings)
    if not processes.first:
        return 0
    record = store.versions.run(run_id) if run_id else store.versions.start_run(actor(), progress=wish.as_progress())
    begun_elsewhere = acting() if run_id else nullcontext()
    with begun_elsewhere, _watched(settings, store, record, as_json):
        result = run_cycle(settings, store, chosen, record, processes, None if settings is answering else answering)
    processes.tell(None)
    show(asdict(result), as_json)
    return 0 if result.decision == "promote" else HELD


def _wish(recipe: str | None, settings: Settings, answering: Settings) -> Wish:
    return Wish(recipe or "", base=str(settings.base_model)).filled(answering)


def _mention(recipe: Recipe) -> None:
    for note in recipe.notes:
        click.echo(note, err=True)


def _launched(settings: Settings) -> "Processes":
    """This process among those launched; all but the first help it, and then have nothing left to do."""
    from chatbot.engines.base_model import find_base_model
    from training.cycle import help_along
    from training.finetuning.loop.processes import launched

    base = find_base_model(settings.base_model, settings.home.resolve())
    processes = launched(lambda: (base.config, base.tokenizer))
    if not processes.first:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the first process tells when to stop
        help_along(settings, processes)
    return processes


class _watched:
    """While a run is under way: SIGINT and SIGTERM stop it at its next step, a bar shows where it is."""

    def __init__(self, settings: Settings, store: Store, run: Run, quiet: bool) -> None:
        self._stop_file = run_folder(settings, run.id) / STOP
        self._bar = None if quiet or not sys.stderr.isatty() else TerminalProgress.of_run(store, run.id)

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        if self._bar:
            self._bar.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from training.runs.tracking import Stopped

        if self._bar:
            self._bar.__exit__(kind, error, trace)
        if isinstance(error, Stopped):
            raise TrainingError("stopped; the checkpoint is kept and the next cycle goes on from it") from None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_file.parent.mkdir(parents=True, exist_ok=True)
        self._stop_file.touch()
