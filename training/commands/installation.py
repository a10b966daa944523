"""What the training commands share: the installation they work on, who gives the order, how results are printed."""

import json
from collections.abc import Mapping

import click

from chatbot.acting import terminal_actor
from chatbot.bases import resolve_base
from chatbot.commands import keep_to_owner
from chatbot.errors import TrainingError
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store

HELD = 3
"""The exit code of a gate that holds."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
recipe_option = click.option("--recipe", help="A recipe's name or a .toml file. Default: the setting `recipe`.")
base_option = click.option("--base", default="", help="The base to fine-tune. Default: the one that answers here.")
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the recipe."
)


def installation() -> tuple[Settings, Store]:
    """The settings and the opened store; raises `SettingsError` with all faults."""
    settings = load_settings()
    keep_to_owner(settings.home)
    return settings, open_store(settings.database)


def on_base(settings: Settings, base: str) -> Settings:
    """The settings with another base, if one is named, and what is usual for it; raises `TrainingError`."""
    if not base or resolve_base(base) == settings.base_model:
        return settings
    if settings.engine == "remote":
        raise TrainingError("the servers of `remote_urls` hold one base: leave --base out, or set `base_model`")
    return load_settings(base_model=base)


def actor() -> str:
    """How events name whoever runs the command."""
    return terminal_actor()


def show(result: Mapping[str, object], as_json: bool) -> None:
    """Print a result on standard output: one line of JSON, or a line for each key, lists with a line for each item."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for key, value in result.items():
        if isinstance(value, list):
            click.echo(f"{key}:")
            for item in value:
                words = ", ".join(f"{name} {part}" for name, part in item.items()) if isinstance(item, dict) else item
                click.echo(f"  - {words}")
        else:
            click.echo(f"{key}: {value}")
