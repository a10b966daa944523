"""The commands `backup` and `restore`."""

import sys
from pathlib import Path

import click

from chatbot.commands import keep_to_owner
from chatbot.errors import InputError
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings
from chatbot.store.sqlite.backup import back_up, describe, opened_backup, restore
from chatbot.store.sqlite.restoring import holds_state

BY_FILE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read the passphrase from the first line of this file instead of asking.",
)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--encrypt", is_flag=True, help="Write a file that only a passphrase opens, instead of a folder.")
@BY_FILE
def backup(path: Path, encrypt: bool, passphrase_file: Path | None) -> None:
    """Copy the database, the versions and the snapshots into the new folder PATH; the server may be running."""
    if passphrase_file and not encrypt:
        raise click.UsageError("--passphrase-file goes with --encrypt")
    home = load_settings().home
    keep_to_owner(home)
    size = back_up(home, path, _passphrase(passphrase_file, confirm=True) if encrypt else None)
    held = "an encrypted backup is" if encrypt else f"{describe(path)} are"
    with opened_store() as store:
        store.events.add("system", "backup", str(path.resolve()), encrypted=encrypt)
    click.echo(f"{held} in {path} ({size / 2**20:.1f} MiB)")


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the state that is there; it is kept in a folder beside it.")
@BY_FILE
def restore_backup(path: Path, yes: bool, passphrase_file: Path | None) -> None:
    """Put the backup in PATH in the place of the present state; stop the server first."""
    home = load_settings().home
    with opened_backup(path, home, lambda: _passphrase(passphrase_file)) as folder:
        held = describe(folder)
        if holds_state(home) and not yes:
            raise InputError(
                f"nothing was changed: {held} from {str(path)!r} would replace the state in {str(home)!r}, which would "
                f"be kept in {home.name}.before-restore-<time>; add --yes to do it"
            )
        old = restore(folder, home, path)
    with opened_store():
        pass  # which records the restore
    click.echo(f"{held} are back in {home}, each row as it was" + (f"; what was there is kept in {old}" if old else ""))


def _passphrase(file: Path | None, confirm: bool = False) -> str:
    if file:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("the passphrase cannot be asked for without a terminal: name a file with --passphrase-file")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
