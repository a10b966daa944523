"""Commands for canned replies."""

import json
from dataclasses import asdict

import click

from chatbot.people_commands import opened_store

AS = click.option("--as", "name", required=True, help="The name of the agent or operator who does it.")


@click.group()
def canned() -> None:
    """List and change what agents send often."""


@canned.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_canned(as_json: bool) -> None:
    """List canned replies."""
    with opened_store() as store:
        replies = store.canned.all()
    if as_json:
        click.echo(json.dumps({"canned": [asdict(one) for one in replies]}, ensure_ascii=False))
        return
    for one in replies:
        click.echo(f"{one.name}  {one.text}")
    if not replies:
        click.echo("none yet: `python -m chatbot canned put SHORT TEXT --as NAME` adds one", err=True)


@canned.command("put")
@click.argument("short")
@click.argument("text")
@AS
def put_canned(short: str, text: str, name: str) -> None:
    """Keep TEXT under the name SHORT; `{…}` in it are places to fill."""
    with opened_store() as store:
        reply = store.canned.put(short, text, store.accounts.named(name))
    click.echo(f"{reply.name}: {reply.text}")


@canned.command("remove")
@click.argument("short")
@AS
def remove_canned(short: str, name: str) -> None:
    """Delete the canned reply SHORT."""
    with opened_store() as store:
        store.canned.remove(short, store.accounts.named(name))
