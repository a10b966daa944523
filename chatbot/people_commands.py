"""Commands for people and API keys: who may sign in, and which programs may use `/v1`."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import click

from chatbot.commands import keep_to_owner
from chatbot.errors import InputError
from chatbot.records import ApiKey, KeyRole, Person, Role
from chatbot.settings import load_settings
from chatbot.store import Store, open_store


@contextmanager
def opened_store() -> Iterator[Store]:
    """The installation's store, closed afterwards."""
    settings = load_settings()
    keep_to_owner(settings.home)
    store = open_store(settings.database)
    with closing(store):
        yield store


@click.group()
def user() -> None:
    """Add and list the people who review and operate."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["agent", "operator"]), required=True, help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add_user(name: str, role: Role, password_stdin: bool) -> None:
    """Add an agent or operator; asks for the password twice, without showing it."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise InputError("the password cannot be asked for without a terminal: pipe it in with --password-stdin")
    with opened_store() as store:
        person = store.people.add_staff(name, role, password)
    click.echo(f"{person.name} can sign in as {person.role} at /login")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def list_users(as_json: bool) -> None:
    """List agents and operators."""
    with opened_store() as store:
        people = store.people.staff()
    none = "nobody yet: `python -m chatbot user add NAME --role operator` adds the first"
    _print_list("users", people, as_json, none)


@click.group()
def key() -> None:
    """Add, list and revoke API keys."""


@key.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["app", "agent", "operator"]),
    default="app",
    show_default=True,
    help="`app` speaks for its visitors; the others may grade and correct too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def add_key(name: str, role: KeyRole, as_json: bool) -> None:
    """Make an API key and print it, this once; from the first key on, wrong ones are refused."""
    with opened_store() as store:
        token = store.keys.add(name, role)
    click.echo(json.dumps({"name": name, "role": role, "key": token}) if as_json else token)


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def list_keys(as_json: bool) -> None:
    """List the keys in use, without their secrets."""
    with opened_store() as store:
        keys = store.keys.all()
    _print_list("keys", keys, as_json, "no key yet: `python -m chatbot key add NAME` makes one")


@key.command("revoke")
@click.argument("name")
def revoke_key(name: str) -> None:
    """Refuse a key from now on."""
    with opened_store() as store:
        store.keys.revoke(name)
    click.echo(f"key {name} is refused from now on")


def _print_list(name: str, holders: Sequence[Person] | Sequence[ApiKey], as_json: bool, none: str) -> None:
    """Names, roles and since when; `none` is said where there is nobody."""
    rows = [{"name": one.name, "role": one.role, "created_at": one.created_at} for one in holders]
    if as_json:
        click.echo(json.dumps({name: rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['role']}  since {str(row['created_at'])[:10]}")
    if not rows:
        click.echo(none)
