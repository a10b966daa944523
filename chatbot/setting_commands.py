"""Commands for settings: what they are and where they come from, and those that change while the product serves."""

import json
from dataclasses import asdict

import click

from chatbot.acting import terminal_actor
from chatbot.changing_settings import all_settings, change
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings


@click.group()
def setting() -> None:
    """List settings with where they come from, and change those that may be; a running server takes them over."""


@setting.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_settings(as_json: bool) -> None:
    """List all settings; `*` marks those that can be changed here."""
    found = all_settings(load_settings())
    if as_json:
        click.echo(json.dumps({"settings": [asdict(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        mark = "*" if one.changeable else " "
        where = "" if one.source == "default" else f"  (set by {one.where})"
        click.echo(f"{mark} {one.name} = {one.value}{where}".rstrip())


@setting.command("set")
@click.argument("name")
@click.argument("value")
def set_setting(name: str, value: str) -> None:
    """Give the setting NAME the value VALUE from now on."""
    _change(name, value)


@setting.command("unset")
@click.argument("name")
def unset_setting(name: str) -> None:
    """Let the setting NAME be what it usually is."""
    _change(name, None)


def _change(name: str, value: str | None) -> None:
    settings = load_settings()
    with opened_store() as store:
        change(settings, store, name, value, terminal_actor())
    now = next(one for one in all_settings(settings) if one.name == name)
    click.echo(f"{name} = {now.value}")
