"""`run` and `cycle`: the commands that fine-tune, on one process or on several that a launcher started."""

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from chatbot.errors import TrainingError
from chatbot.records import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.command_line import HELD, actor, as_json, installation, recipe_option, set_option, show
from training.finetuning.recipe import Recipe, load_recipe
from training.progress import TerminalProgress
from training.runs import CHECKPOINT, STOP, run_folder, saved_settings

if TYPE_CHECKING:
    from training.finetuning.processes import Processes


@click.command()
@recipe_option
@set_option
@click.option("--snapshot", type=int, help="A frozen snapshot's number. Default: freeze what there is now.")
@click.option("--resume", metavar="RUN", help="Go on from the checkpoint of a stopped or killed run.")
@as_json
def run(
    recipe: str | None, overrides: tuple[str, ...], snapshot: int | None, resume: str | None, as_json: bool
) -> None:
    """Fine-tune on a snapshot and register the version; no evaluation, no promotion."""
    settings, store = installation()
    chosen = load_recipe(recipe or settings.recipe, overrides)
    number = snapshot
    if resume:
        number, chosen = _resumable(settings, store, resume)

    from training.curation.snapshots import open_snapshot

    frozen = open_snapshot(store, number) if number is not None else None

    from training.cycle import freeze_now, open_workbench, the_only_run, train_classes, train_version
    from training.tracking import Progress

    processes = _launched(settings)
    if not processes.first:
        return
    record = store.versions.start_run(actor())
    with _watched(settings, store, record, as_json), the_only_run(settings, store, record):
        bench = open_workbench(settings, store, processes)
        progress = Progress(store, record, run_folder(settings, record.id))
        if chosen.objective == "classify":
            facts = train_classes(bench, chosen, record, progress)
            store.versions.update_run(record.id, status="finished")
            show({"run": record.id, **facts}, as_json)
            return
        frozen = frozen or freeze_now(bench, record.actor)
        version, facts = train_version(bench, frozen, chosen, record, progress, resume)
        store.versions.update_run(record.id, status="finished")
    told = {key: value for key, value in facts.items() if key not in ("curve", "recipe", "counts", "packages")}
    show({"run": record.id, "snapshot": frozen.number, "version": version.name, **told}, as_json)


@click.command()
@recipe_option
@set_option
@click.option("--run-id", hidden=True)
@as_json
def cycle(recipe: str | None, overrides: tuple[str, ...], run_id: str | None, as_json: bool) -> int:
    """Collect, fine-tune, evaluate and promote if the gate agrees; exit code 3 if it holds."""
    settings, store = installation()
    chosen = load_recipe(recipe or settings.recipe, overrides)

    from training.cycle import run_cycle

    processes = _launched(settings)
    if not processes.first:
        return 0
    record = store.versions.run(run_id) if run_id else store.versions.start_run(actor())
    with _watched(settings, store, record, as_json):
        result = run_cycle(settings, store, chosen, record, processes)
    show(result, as_json)
    return 0 if result["decision"] == "promote" else HELD


def _launched(settings: Settings) -> "Processes":
    """This process among those launched; all but the first help it, and then have nothing left to do."""
    from training.cycle import help_along
    from training.finetuning.processes import launched

    processes = launched()
    if not processes.first:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the first process tells when to stop
        help_along(settings, processes)
    return processes


def _resumable(settings: Settings, store: Store, run: str) -> tuple[int, Recipe]:
    """The snapshot and the recipe of a run that can be gone on with."""
    store.versions.run(run)
    saved = saved_settings(run_folder(settings, run))
    if saved is None or not (run_folder(settings, run) / CHECKPOINT).is_file():
        raise TrainingError(f"run {run!r} has no checkpoint to go on from: start a new one")
    return saved["snapshot"], Recipe(**saved["recipe"])


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

    def __exit__(self, *error: Any) -> None:
        from training.tracking import Stopped

        if self._bar:
            self._bar.__exit__(*error)
        if error[0] is not None and issubclass(error[0], Stopped):
            raise TrainingError("stopped; the checkpoint is kept and the next cycle goes on from it") from None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_file.parent.mkdir(parents=True, exist_ok=True)
        self._stop_file.touch()
