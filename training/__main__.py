"""The training side from a terminal.

    python -m training curate [--json]
    python -m training run [--recipe R] [--base B] [--snapshot N] [--set key=value …] [--resume RUN] [--json]
    python -m training search [--recipe R] [--trials N] [--sampler grid|random|tpe] [--name NAME] [--json]
    python -m training evaluate VERSION [--suite FILE …] [--json]
    python -m training gate CANDIDATE [--against VERSION] [--json]
    python -m training promote VERSION | rollback | versions [--json]
    python -m training cycle [--recipe R] [--base B] [--set key=value …] [--json]
    python -m training runs [--json] | stop | changes VERSION [--against VERSION] [--json]
    python -m training export VERSION --format gguf|peft|merged --out PATH [--json]
    python -m training register FOLDER [--json]

Exit codes: 0 done; 2 the user's mistake, in one line; 3 the gate held. Talking with the bot is `python -m chatbot`.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chatbot.acting import TERMINAL, acting, terminal_actor
from chatbot.commands import quieten, run_command
from training.commands.installation import HELD, actor, as_json, installation, show
from training.commands.looking import changes, runs, stop
from training.commands.progress import TerminalProgress
from training.commands.release import canary, export, register
from training.commands.runs import cycle, run
from training.commands.search import search

if TYPE_CHECKING:
    from training.evaluation.results import Evaluation


@click.group()
def commands() -> None:
    """Fine-tune, evaluate, compare, promote, roll back, export."""


commands.add_command(export)
commands.add_command(register)
commands.add_command(canary)
commands.add_command(search)
commands.add_command(run)
commands.add_command(cycle)
for command in (runs, stop, changes):
    commands.add_command(command)


@commands.command()
@as_json
def curate(as_json: bool) -> None:
    """Freeze a snapshot of what can be learned now."""
    from training.cycle import freeze_now
    from training.workbench import open_workbench

    settings, store = installation()
    snapshot = freeze_now(open_workbench(settings, store), actor())
    show({"snapshot": snapshot.number, "folder": str(snapshot.folder), **snapshot.counts.as_dict()}, as_json)


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

    from training.evaluation.measures import evaluate_cached
    from training.workbench import open_workbench

    bench = open_workbench(settings, store)
    with TerminalProgress(f"checking {name}") as bar:
        result = evaluate_cached(bench, name, chosen or pack_suites(bench.pack), bar.update)
    if as_json:
        show(result.summary, True)
    else:
        _print_measures(result)


@commands.command()
@click.argument("candidate")
@click.option("--against", default="champion", show_default=True, help="The version to beat.")
@as_json
def gate(candidate: str, against: str, as_json: bool) -> int:
    """Ask whether a version is proven better than another, and store the verdict; exit code 3 if not."""
    settings, store = installation()
    judged, beaten = store.versions.resolve(candidate), store.versions.resolve(against)

    from training.evaluation.decide import decide
    from training.workbench import open_workbench

    bench = open_workbench(settings, store)
    with TerminalProgress(f"checking {beaten}") as bar:

        def report(name: str, done: int, cases: int) -> None:
            bar.describe(f"checking {name}")
            bar.update(done, cases)

        verdict = decide(bench, judged, beaten, report)
    if as_json:
        show({"version": judged, **verdict.as_dict()}, True)
    else:
        show({"version": judged, "decision": verdict.decision, "reasons": verdict.reasons}, False)
    return 0 if verdict.promoted else HELD


@commands.command()
@click.argument("version")
def promote(version: str) -> None:
    """Let a version answer from now on."""
    from training.release.publish import promote as promoted
    from training.release.publish import refuse_other_base

    settings, store = installation()
    refuse_other_base(store, version, settings)
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


def _print_measures(result: "Evaluation") -> None:
    from training.evaluation.intervals import proportion

    click.echo(f"{result.version}: perplexity {result.metrics['perplexity']}")
    for name, suite in result.suites.items():
        rate = proportion(suite.passed, suite.cases)
        share = f"{rate.value:.0%} [{rate.low:.0%}, {rate.high:.0%}]"
        click.echo(f"  {name:14} {suite.passed:3} of {suite.cases:3} pass  {share}")


def main() -> int:
    """Run the command line."""
    quieten()
    with acting(terminal_actor(), TERMINAL):
        return run_command(commands)


if __name__ == "__main__":
    sys.exit(main())
