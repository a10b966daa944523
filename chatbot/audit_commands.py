"""The command `audit`: whether the log of who did what is as it was written, and the log as lines of JSON."""

import json
from pathlib import Path

import click

from chatbot.errors import InputError
from chatbot.people_commands import opened_store
from chatbot.store.audit import first_difference, first_fault, read_export


@click.group()
def audit() -> None:
    """Check and export the log of who did what, when and from where."""


@audit.command()
@click.argument("export", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def verify(export: Path | None, as_json: bool) -> None:
    """Name the first entry that is not as it was written; with an earlier EXPORT, one that was written anew, too."""
    with opened_store() as store:
        events, count = store.events, store.events.written()
        fault = first_fault(events.entries(), count)
        if export and not fault:
            with export.open(encoding="utf-8") as lines:
                fault = first_difference(read_export(lines), events.entries())
    if fault:
        raise InputError(f"the audit log is not as it was written: {fault}")
    text = f"{count:,} entries, all as they were written" + (f"; those of {export} among them" if export else "")
    click.echo(json.dumps({"entries": count, "whole": True}) if as_json else text)


@audit.command("export")
@click.argument("path", required=False, type=click.Path(path_type=Path))
def export_log(path: Path | None) -> None:
    """Write the log as lines of JSON into the new file PATH or on standard output; keep one away from this machine."""
    if path and path.exists():
        raise InputError(f"{str(path)!r} exists: name a new file")
    with opened_store() as store:
        store.events.add("system", "audit_exported", str(path.resolve()) if path else "standard output")
        lines = (entry.as_line() for entry in store.events.entries())
        if path is None:
            for line in lines:
                click.echo(line)
            return
        with path.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    click.echo(f"the audit log is in {path}")
