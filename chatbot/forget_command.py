"""`python -m chatbot forget`: delete conversations with every copy of what was said in them."""

import getpass
import json

import click

from chatbot.erasure.erasing import erase, preview, settle
from chatbot.erasure.findings import Findings
from chatbot.erasure.keeping import expired
from chatbot.errors import InputError
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings

HEADINGS = {
    "removed": ("deleted", "would be deleted"),
    "kept": ("kept", "would be kept"),
    "left": ("not yet, tried again every minute by the server and at its start", "not yet"),
}


@click.command()
@click.argument("identities", nargs=-1, metavar="[ID]...")
@click.option("--expired", "is_expired", is_flag=True, help="Those that the setting `retention_days` keeps no longer.")
@click.option("--dry-run", is_flag=True, help="Print the same lists and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def forget(identities: tuple[str, ...], is_expired: bool, dry_run: bool, as_json: bool) -> None:
    """Delete conversations for good: ID names one, or a visitor with all of theirs; the server may be running."""
    settings = load_settings()
    if not identities and not is_expired:
        raise InputError("nothing was named: give the id of a conversation or of a visitor, or --expired")
    if not settings.database.is_file():
        raise InputError(f"{str(settings.home)!r} holds no conversations: check CHATBOT_HOME")
    with opened_store() as store:
        chosen = {identity: store.erasures.named(identity) for identity in identities}
        if is_expired:
            chosen[""] = expired(settings, store)
        conversations = list(dict.fromkeys(one for named in chosen.values() for one in named))
        if dry_run:
            found = preview(settings.home, store, conversations)
        else:
            still = settle(settings.home, store).left
            found = erase(settings.home, store, conversations, f"operator:{getpass.getuser()}", tuple(chosen))
            found.left = list(dict.fromkeys(still + found.left))
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else _told(found, dry_run, identities))


def _told(found: Findings, dry_run: bool, identities: tuple[str, ...]) -> str:
    lines = []
    for name, lines_of in found.as_dict().items():
        if name in HEADINGS and lines_of:
            lines += [f"{HEADINGS[name][dry_run]}:", *(f"  - {line}" for line in lines_of)]
    named = " ".join(identities) or "--expired"
    lines.append("not reached:")
    for folder in found.backups:
        lines.append(f"  - {folder}: delete it, or run CHATBOT_HOME={folder} python -m chatbot forget {named}")
    lines.append("  - backups and exports that were copied elsewhere, and what a proxy or the system's log wrote down")
    lines.append("  - what a running server holds in memory, until its next start")
    return "\n".join(lines)
