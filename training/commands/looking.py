"""The commands that look at runs and versions, and ask a run to stop.

    python -m training runs [--json]
    python -m training stop
    python -m training changes VERSION [--against VERSION] [--json]

`training.__main__` hands them to its group.
"""

from dataclasses import asdict

import click

from chatbot.knowledge.packs import load_pack
from training.commands.installation import actor, as_json, installation, show
from training.evaluation.changes import Change
from training.release.comparison import compare
from training.runs.jobs import Jobs
from training.runs.wish import Wish

EFFECTS = {"worse": "now wrong", "better": "now right", "other": "other words"}


@click.command()
@as_json
def runs(as_json: bool) -> None:
    """List the latest runs with their recipes and what came of them."""
    settings, store = installation()
    Jobs(settings, store).current()  # marks a run whose process is gone
    found = store.versions.runs()
    if as_json:
        show({"runs": [asdict(run) for run in found]}, True)
        return
    for run in found:
        told = [run.started_at[:16], run.id, run.status, Wish.of(run).recipe or "–"]
        told += [f"{run.progress.get('fraction', 0):.0%}"] if run.status == "running" else []
        click.echo("  ".join([*told, run.version or run.error or ""]).rstrip())
    if not found:
        click.echo("no run yet: `python -m training cycle` makes the first")


@click.command()
def stop() -> None:
    """Ask the run under way to stop; its checkpoint is kept, and the next run can go on from it."""
    settings, store = installation()
    run = Jobs(settings, store).stop(actor())
    click.echo(f"run {run.id} stops after the step under way")


@click.command()
@click.argument("version")
@click.option("--against", default="", help="The version to compare with. Default: the one that answers.")
@as_json
def changes(version: str, against: str, as_json: bool) -> None:
    """Show which replies to the test questions changed, old beside new."""
    settings, store = installation()
    found = compare(settings, store, load_pack(settings.pack_folder), version, against)
    if as_json:
        show({**asdict(found), "counts": found.counts}, True)
        return
    if not found.compared:
        click.echo(
            f"{found.version} and {found.against} were never asked the same test questions: "
            f"`python -m training gate {found.version} --against {found.against}` does"
        )
    for change in found.changes:
        click.echo(_told(change))
    if found.compared:
        counts = ", ".join(f"{number} {EFFECTS[effect]}" for effect, number in found.counts.items())
        click.echo(f"{found.version} against {found.against}, {found.compared} test questions: {counts}")


def _told(change: Change) -> str:
    asked = change.asked[-1] if change.asked else change.case
    return f"{EFFECTS[change.effect]}: {asked}\n  before: {change.before.reply}\n  now:    {change.after.reply}\n"
