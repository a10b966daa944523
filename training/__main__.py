"""The training side from a terminal.

    python -m training curate [--json]
    python -m training run [--recipe R] [--snapshot N] [--set key=value …] [--resume RUN] [--json]
    python -m training search [--recipe R] [--trials N] [--sampler grid|random|tpe] [--name NAME] [--json]
    python -m training evaluate VERSION [--suite FILE …] [--json]
    python -m training gate CANDIDATE [--against VERSION] [--json]
    python -m training promote VERSION | rollback | versions [--json]
    python -m training cycle [--json]
    python -m training export VERSION --format gguf|peft|merged --out PATH [--json]
    python -m training register FOLDER [--json]

Exit codes: 0 done; 2 the user's mistake, in one line; 3 the gate held. Talking with the bot is `python -m chatbot`.
"""

import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import click

from chatbot.commands import quieten, run_command
from chatbot.errors import TrainingError
from chatbot.records import Run
from chatbot.settings import Settings
from chatbot.store import Store
from training.command_line import actor, as_json, installation, recipe_option, set_option, show
from training.finetuning.recipe import Recipe, load_recipe
from training.progress import TerminalProgress
from training.release_commands import canary, export, register
from training.runs import CHECKPOINT, STOP, run_folder, saved_settings
from training.search_commands import search

HELD = 3


@click.group()
def commands() -> None:
    """Fine-tune, evaluate, compare, promote, roll back, export."""


commands.add_command(export)
commands.add_command(register)
commands.add_command(canary)
commands.add_command(search)


@commands.command()
@as_json
def curate(as_json: bool) -> None:
    """Freeze a snapshot of what can be learned now."""
    from training.cycle import freeze_now, open_workbench

    settings, store = installation()
    snapshot = freeze_now(open_workbench(settings, store), actor())
    show({"snapshot": snapshot.number, "folder": str(snapshot.folder), **snapshot.counts}, as_json)


@commands.command()
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

    from training.cycle import Progress, freeze_now, open_workbench, the_only_run, train_classes, train_version

    record = store.versions.start_run(actor())
    with _watched(settings, store, record, as_json), the_only_run(settings, store, record):
        bench = open_workbench(settings, store)
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


@commands.command()
@click.argument("version")
@click.option(
    "--suite", "suites", multiple=True, type=click.Path(path_type=Path), help="Suite files instead of the pack's."
)
@as_json
def evaluate(version: str, suites: tuple[Path, ...], as_json: bool) -> None:
    """Measure a version (a name, `champion`, `candidate` or `base`) on held-out cases."""
    settings, store = installation()
    name = store.versions.resolve(version)

    from training.evaluation.suites import pack_suites, suite_from_file

    chosen = [suite_from_file(path) for path in suites]

    from training.cycle import open_workbench
    from training.evaluation.measures import measured

    bench = open_workbench(settings, store)
    with TerminalProgress(f"checking {name}") as bar:
        result = measured(bench, name, chosen or pack_suites(bench.pack), bar.update)
    if as_json:
        show({key: value for key, value in result.items() if key != "cases"}, True)
    else:
        _print_measures(result)


@commands.command()
@click.argument("candidate")
@click.option("--against", default="champion", show_default=True, help="The version to beat.")
@as_json
def gate(candidate: str, against: str, as_json: bool) -> int:
    """Ask whether a version is proven better than another; exit code 3 if not."""
    settings, store = installation()
    names = [store.versions.resolve(candidate), store.versions.resolve(against)]

    from training.cycle import open_workbench
    from training.evaluation.gate import judge
    from training.evaluation.measures import measured
    from training.evaluation.suites import pack_suites

    bench = open_workbench(settings, store)
    results = []
    for name in names:
        with TerminalProgress(f"checking {name}") as bar:
            results.append(measured(bench, name, pack_suites(bench.pack), bar.update))
    verdict = judge(*results)
    if as_json:
        show({"version": names[0], **verdict.as_dict()}, True)
    else:
        show({"version": names[0], "decision": verdict.decision, "reasons": verdict.reasons}, False)
    return 0 if verdict.promoted else HELD


@commands.command()
@click.argument("version")
def promote(version: str) -> None:
    """Let a version answer from now on."""
    from training.release.publish import promote as promoted

    _, store = installation()
    click.echo(f"{promoted(store, version, actor()).name} answers from now on")


@commands.command()
def rollback() -> None:
    """Return to what answered before the champion."""
    from training.release.publish import roll_back

    _, store = installation()
    click.echo(f"{roll_back(store, actor())} answers from now on")


@commands.command()
@as_json
def versions(as_json: bool) -> None:
    """List the versions with their measures, the champion marked."""
    _, store = installation()
    champion = store.versions.resolve("champion")
    rows = [asdict(version) | {"champion": version.name == champion} for version in store.versions.all()]
    if as_json:
        show({"champion": champion, "candidate": store.versions.alias("candidate"), "versions": rows}, True)
        return
    for row in rows:
        decision = row["gate"].get("decision", "not judged")
        click.echo(f"{'*' if row['champion'] else ' '} {row['name']}  {row['created_at'][:16]}  {decision}")
    if not rows:
        click.echo("no version yet: `python -m training cycle` makes the first")


@commands.command()
@recipe_option
@set_option
@click.option("--run-id", hidden=True)
@as_json
def cycle(recipe: str | None, overrides: tuple[str, ...], run_id: str | None, as_json: bool) -> int:
    """Collect, fine-tune, evaluate and promote if the gate agrees; exit code 3 if it holds."""
    settings, store = installation()
    chosen = load_recipe(recipe or settings.recipe, overrides)

    from training.cycle import run_cycle

    record = store.versions.run(run_id) if run_id else store.versions.start_run(actor())
    with _watched(settings, store, record, as_json):
        result = run_cycle(settings, store, chosen, record)
    show(result, as_json)
    return 0 if result["decision"] == "promote" else HELD


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
        from training.cycle import Stopped

        if self._bar:
            self._bar.__exit__(*error)
        if error[0] is not None and issubclass(error[0], Stopped):
            raise TrainingError("stopped; the checkpoint is kept and the next cycle goes on from it") from None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_file.parent.mkdir(parents=True, exist_ok=True)
        self._stop_file.touch()


def _print_measures(result: dict[str, Any]) -> None:
    click.echo(f"{result['version']}: perplexity {result['perplexity']}")
    for name, suite in result["suites"].items():
        rate = suite["pass_rate"]
        share = f"{rate['value']:.0%} [{rate['low']:.0%}, {rate['high']:.0%}]"
        click.echo(f"  {name:14} {suite['passed']:3} of {suite['cases']:3} pass  {share}")


def main() -> int:
    """Run the command line."""
    quieten()
    return run_command(commands)


if __name__ == "__main__":
    sys.exit(main())
