"""Commands for cases: what agents do in the inbox, from a terminal, in the name of one of the staff.

What is done here beside a running server reaches its open pages within seconds.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import get_args

import click

from chatbot.desk.sent_files import ToldFile, told_file
from chatbot.people_commands import opened_store
from chatbot.records import CaseReason, CaseStatus, Person
from chatbot.store import Store
from chatbot.store.cases import Case, CaseFilter

AS = click.option("--as", "name", required=True, help="The name of the agent or operator who does it.")
SPEAKERS = {"user": "visitor", "assistant": "bot", "agent": "somebody who left"}
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True)
class Said:
    """A message as it is printed; `files` are what the visitor sent with it."""

    id: str
    who: str
    content: str
    created_at: str
    files: list[ToldFile]


@click.group()
def case() -> None:
    """List conversations as cases, hold them, write to visitors, and hand back."""


@case.command("list")
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Only these.")
@click.option("--reason", type=click.Choice(get_args(CaseReason)), help="Only those that are worth a look for this.")
@click.option("--holder", help="Only those that this agent holds.")
@click.option("--label", help="Only those with this label.")
@click.option("--text", default="", help="Only those in which these words were said or noted.")
@click.option("--cursor", default="", help="Go on behind the page that told this.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200), help="How many.")
@JSON
def list_cases(
    status: CaseStatus | None,
    reason: CaseReason | None,
    holder: str | None,
    label: str | None,
    text: str,
    cursor: str,
    limit: int,
    as_json: bool,
) -> None:
    """List cases, those who have waited longest first."""
    with opened_store() as store:
        holding = store.accounts.named(holder).id if holder else None
        wanted = CaseFilter(status, holding, reason, label, text=text, cursor=cursor, limit=limit)
        page = store.cases.page(wanted)
    if as_json:
        told = {"cases": [asdict(one) for one in page.items], "next": page.next, "counts": page.counts}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in page.items:
        click.echo(_line(one))
    if not page.items:
        click.echo("no such case", err=True)
    if page.next:
        click.echo(f"more: --cursor '{page.next}'", err=True)


@case.command("show")
@click.argument("conversation")
@JSON
def show_case(conversation: str, as_json: bool) -> None:
    """Print a case with its conversation, files and notes."""
    with opened_store() as store:
        found = store.cases.get(conversation)
        branch = store.conversations.path(store.conversations.get(conversation).head)
        notes = store.cases.notes(conversation)
        sent = store.uploads.sent_in(conversation)
        said = [
            Said(
                message.id,
                store.people.name_of(message.author, SPEAKERS[message.role]),
                message.content,
                message.created_at,
                [told_file(upload) for upload in sent.get(message.id, [])],
            )
            for message in branch
            if message.content
        ]
    if as_json:
        told = {"case": found, "messages": said, "notes": notes}
        click.echo(json.dumps(told, ensure_ascii=False, default=asdict))
        return
    click.echo(_line(found))
    for one in said:
        click.echo(f"\n{one.who}, {one.created_at[:16]}\n{one.content}")
        for file in one.files:
            click.echo(f"file: {file['name']} ({file['type']}, {file['size']:,} bytes), {file['address']}")
    for note in notes:
        click.echo(f"\nnote of {note.name}, {note.created_at[:16]}\n{note.text}")


@case.command("claim")
@click.argument("conversation")
@AS
@click.option("--over", is_flag=True, help="Take it from whoever holds it.")
def claim(conversation: str, name: str, over: bool) -> None:
    """Hold a case, so that the bot is silent."""
    _do(name, lambda store, person: store.cases.claim(conversation, person, over))


@case.command("release")
@click.argument("conversation")
@AS
@click.option("--note", default="", help="For the colleagues who come after.")
def release(conversation: str, name: str, note: str) -> None:
    """Hand a case back to the bot."""
    _do(name, lambda store, person: store.cases.release(conversation, person, note))


@case.command("transfer")
@click.argument("conversation")
@click.argument("to")
@AS
@click.option("--note", default="", help="For whoever gets it.")
def transfer(conversation: str, to: str, name: str, note: str) -> None:
    """Let TO hold a case."""
    _do(name, lambda store, person: store.cases.transfer(conversation, person, store.accounts.named(to), note))


@case.command("close")
@click.argument("conversation")
@AS
def close(conversation: str, name: str) -> None:
    """Be done with a case."""
    _do(name, lambda store, person: store.cases.close(conversation, person))


@case.command("reopen")
@click.argument("conversation")
@AS
def reopen(conversation: str, name: str) -> None:
    """Take a case up that was done."""
    _do(name, lambda store, person: store.cases.reopen(conversation, person))


@case.command("write")
@click.argument("conversation")
@click.argument("text")
@AS
def write(conversation: str, text: str, name: str) -> None:
    """Say TEXT to the visitor, and hold the case from then on."""
    with _acting_as(name) as (store, person):
        store.cases.write(conversation, person, text)
        click.echo(_line(store.cases.get(conversation)))


@case.command("note")
@click.argument("conversation")
@click.argument("text")
@AS
def note(conversation: str, text: str, name: str) -> None:
    """Write TEXT for the staff; @NAME mentions somebody."""
    with _acting_as(name) as (store, person):
        store.cases.add_note(conversation, person, text)


@case.command("label")
@click.argument("conversation")
@click.argument("text")
@AS
@click.option("--remove", is_flag=True, help="Take it off.")
def label(conversation: str, text: str, name: str, remove: bool) -> None:
    """Put a label on a case, or take it off."""
    with _acting_as(name) as (store, person):
        put = store.cases.remove_label if remove else store.cases.add_label
        click.echo(_line(put(conversation, person, text)))


@case.command("contact")
@click.argument("conversation")
@click.argument("address")
@AS
def contact(conversation: str, address: str, name: str) -> None:
    """Keep the address at which the visitor wants to be answered."""
    _do(name, lambda store, person: store.cases.set_contact(conversation, address, person.actor))


@contextmanager
def _acting_as(name: str) -> Iterator[tuple[Store, Person]]:
    with opened_store() as store:
        yield store, store.accounts.named(name)


def _do(name: str, act: Callable[[Store, Person], Case]) -> None:
    """Do it in somebody's name, and say how the case stands."""
    with _acting_as(name) as (store, person):
        click.echo(_line(act(store, person)))


def _line(found: Case) -> str:
    parts = [found.conversation, found.status, found.reason, found.last_at[:16], found.title]
    parts += [f"held by {found.holder_name}"] if found.holder else []
    parts += [f"waits since {found.waiting_since[:16]}"] if found.waiting_since else []
    parts += [f"answer to {found.contact}"] if found.contact else []
    return "  ".join([*parts, *(f"#{label}" for label in found.labels)])
