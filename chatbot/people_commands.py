"""Commands for people and API keys: who may sign in, and which programs may use `/v1`."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

import click

from chatbot.commands import keep_to_owner
from chatbot.errors import InputError, LastOperatorError
from chatbot.records import ApiKey, KeyRole, Person, Role
from chatbot.settings import load_settings
from chatbot.store import Store, open_store

ACTOR = "system"


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
    """Add, list and change the people who review and operate."""


BY_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["agent", "operator"]), required=True, help="What they may do.")
@BY_STDIN
def add_user(name: str, role: Role, password_stdin: bool) -> None:
    """Add an agent or operator; asks for the password twice, without showing it."""
    password = _password(password_stdin)
    with opened_store() as store:
        person = store.people.add_staff(name, role, password, [load_settings().pack])
    click.echo(f"{person.name} can sign in as {person.role} at /login")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def list_users(as_json: bool) -> None:
    """List agents and operators."""
    with opened_store() as store:
        people = store.people.staff()
    if not as_json:
        people = [replace(one, name=f"{one.name} (disabled)") if one.disabled else one for one in people]
    none = "nobody yet: `python -m chatbot user add NAME --role operator` adds the first"
    _print_list("users", people, as_json, none)


LAST_OPERATOR = click.option("--last-operator", is_flag=True, help="Do it even if nobody could operate any more.")


@user.command("passwd")
@click.argument("name")
@BY_STDIN
def change_password(name: str, password_stdin: bool) -> None:
    """Give somebody another password, and sign them out everywhere."""
    with opened_store() as store:
        person = store.accounts.named(name)
    password = _password(password_stdin)
    with opened_store() as store:
        store.accounts.set_password(person, password, ACTOR, [load_settings().pack])
    click.echo(f"{name} has another password, and is signed out everywhere")


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(["agent", "operator"]))
@LAST_OPERATOR
def change_role(name: str, role: Role, last_operator: bool) -> None:
    """Make NAME an agent or an operator, and sign them out everywhere."""
    with _changing(name) as (store, person):
        store.accounts.set_role(person, role, ACTOR, last_operator)
    click.echo(f"{name} is {role} from now on, and is signed out everywhere")


@user.command("disable")
@click.argument("name")
@LAST_OPERATOR
def disable_user(name: str, last_operator: bool) -> None:
    """Keep somebody from signing in until they are enabled again, and sign them out everywhere."""
    with _changing(name) as (store, person):
        store.accounts.disable(person, ACTOR, last_operator)
    click.echo(f"{name} cannot sign in any more, and is signed out everywhere")


@user.command("enable")
@click.argument("name")
def enable_user(name: str) -> None:
    """Let somebody sign in again."""
    with _changing(name) as (store, person):
        store.accounts.enable(person, ACTOR)
    click.echo(f"{name} can sign in again")


@user.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@LAST_OPERATOR
def remove_user(name: str, yes: bool, last_operator: bool) -> None:
    """Delete somebody's account, and sign them out everywhere; their ratings and answers stay."""
    with _changing(name) as (store, person):
        if not yes:
            if not sys.stdin.isatty():
                raise InputError(f"nothing was changed: {name}'s account would be deleted; add --yes to do it")
            click.confirm(f"Delete the account of {name}, {person.role}?", abort=True, err=True)
        store.accounts.remove(person, ACTOR, last_operator)
    back = f"; `user disable` keeps somebody out whom {person.issuer} would let in again" if person.issuer else ""
    click.echo(f"{name} is removed, and is signed out everywhere{back}")


@user.command("reset-codes")
@click.argument("name")
def reset_codes(name: str) -> None:
    """Ask somebody for no codes from an app any more, and sign them out everywhere."""
    with _changing(name) as (store, person), store.transaction():
        store.second_factors.turn_off(person, ACTOR)
        store.sign_ins.end_all(person)
    click.echo(f"{name} signs in by password alone, and is signed out everywhere")


@contextmanager
def _changing(name: str) -> Iterator[tuple[Store, Person]]:
    """The store with somebody's account; a refusal to lock out the last operator names the option."""
    with opened_store() as store:
        try:
            yield store, store.accounts.named(name)
        except LastOperatorError as error:
            raise InputError(f"{error}; add --last-operator to do it all the same") from None


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("the password cannot be asked for without a terminal: pipe it in with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


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
