"""The commands that take versions out of an installation, adapters into one, and try a version on some visitors.

    python -m training export VERSION --format gguf|peft|merged --out PATH [--json]
    python -m training register FOLDER [--json]
    python -m training canary VERSION | --end

`training.__main__` hands them to its group.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chatbot.owner_only import hand_over
from training.commands.installation import actor, as_json, installation, show
from training.commands.progress import TerminalProgress

if TYPE_CHECKING:
    from training.release.exporting import Format


@click.command()
@click.argument("version")
@click.option(
    "--format",
    "chosen",
    type=click.Choice(["gguf", "peft", "merged"]),
    required=True,
    help="gguf: one file, as served, for llama.cpp; peft: the adapter alone; merged: a Hugging Face folder.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The file (gguf) or folder (peft, merged) to write; it must not exist yet.",
)
@as_json
def export(version: str, chosen: "Format", out: Path, as_json: bool) -> None:
    """Write a version (a name, `champion`, `candidate` or `base`) as files that run elsewhere."""
    settings, store = installation()
    name = store.versions.resolve(version)

    from training.release.exporting import export_version

    with TerminalProgress(f"exporting {name}") as bar:
        written = export_version(settings, store, name, chosen, out, bar.describe)
    for path in (written.path, written.card):
        hand_over(Path(path))
    store.events.add(actor(), "exported", name, format=chosen, path=written.path)
    show(asdict(written), as_json)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@as_json
def register(folder: Path, as_json: bool) -> None:
    """Make a version of a LoRA adapter that was trained elsewhere (PEFT's format); no evaluation, no promotion."""
    settings, store = installation()

    from training.release.importing import register_adapter

    with TerminalProgress("registering the adapter") as bar:
        version = register_adapter(settings, store, folder, actor(), bar.describe)
    show({"version": version.name, "base": version.base, "folder": version.path}, as_json)


@click.command()
@click.argument("version", required=False)
@click.option("--end", is_flag=True, help="End the trial: the champion answers everybody again.")
def canary(version: str | None, end: bool) -> None:
    """Let VERSION answer a share of the conversations (the setting `canary`); its feedback is counted apart."""
    if (version is None) != end:
        raise click.UsageError("give either a VERSION or --end")
    from training.release.publish import end_canary, refuse_other_base, start_canary

    settings, store = installation()
    if version is None:
        click.echo(f"the trial of {end_canary(store, actor())} has ended")
    else:
        refuse_other_base(store, version, settings)
        click.echo(f"{start_canary(store, version, actor()).name} answers {settings.canary:.0%} of the conversations")
