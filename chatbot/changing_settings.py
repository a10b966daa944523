"""Settings as operators see and change them, on the page and from the command line; a running server takes them over.

change(settings, store, "temperature", "0.3", actor)
"""

import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from chatbot.broker import Happening
from chatbot.chosen_settings import HIDDEN, shown
from chatbot.errors import InputError, NotFoundError, SettingsError
from chatbot.kept_settings import CHANGEABLE, read_kept, write_kept
from chatbot.setting_sources import config_file
from chatbot.settings import Settings, load_settings
from chatbot.store import Store

CHANGED = "setting_changed"
Source = Literal["default", "kept", "environment", "file", "command line"]


@dataclass(frozen=True)
class Seen:
    """A setting with its value in words and where that comes from; `usual` is its default."""

    name: str
    value: str
    usual: str
    description: str
    source: Source
    where: str
    changeable: bool
    flag: bool


def all_settings(settings: Settings) -> list[Seen]:
    """Every setting; secrets are hidden."""
    sources = dict(_sources(settings))
    return [
        Seen(
            name,
            _words(getattr(settings, name)),
            _usual(name),
            field.description or "",
            *sources[name],
            changeable=name in CHANGEABLE and sources[name][0] in ("default", "kept"),
            flag=field.annotation is bool,
        )
        for name, field in Settings.model_fields.items()
    ]


def change(settings: Settings, store: Store, name: str, value: str | None, actor: str) -> None:
    """Give a setting another value from now on, or none of its own; raises `InputError` for what cannot be."""
    before = _refuse_fixed(settings, name)
    kept = read_kept(settings.home)
    kept.pop(name, None)
    if value is not None and value.strip():
        taken = _read(settings, name, value.strip())
        kept[name] = taken if isinstance(taken, bool | int | float) else str(taken)
    try:
        write_kept(settings.home, kept)
    except OSError as error:
        raise InputError(f"nothing was changed: {str(error.filename)!r} cannot be written ({error.strerror})") from None
    adopt_kept(settings, name)
    now = _words(getattr(settings, name))
    store.events.add(actor, CHANGED, name, value=now, was=before)
    store.broker.publish(Happening("setting", "", {"name": name}))


def adopt_kept(settings: Settings, name: str) -> None:
    """Take over what a setting is in the home now, for all who share this object."""
    settings.adopt(load_settings(home=settings.home), [name])


def _refuse_fixed(settings: Settings, name: str) -> str:
    """The setting's value; raises for one that cannot be changed here."""
    if name not in Settings.model_fields:
        raise NotFoundError(f"there is no setting {name!r}: docs/config.md lists them")
    source, where = dict(_sources(settings))[name]
    if name not in CHANGEABLE:
        raise InputError(f"{name} is read at the start: set it in the environment or in chatbot.toml, and start anew")
    if source not in ("default", "kept"):
        raise InputError(f"{name} is set by {where}: change it there")
    return _words(getattr(settings, name))


def _read(settings: Settings, name: str, value: str) -> object:
    try:
        return getattr(load_settings(home=settings.home, **{name: value}), name)
    except SettingsError as error:
        raise InputError(str(error).removeprefix("settings: ")) from None


def _sources(settings: Settings) -> Iterator[tuple[str, tuple[Source, str]]]:
    """Where each setting's value comes from, and that in words."""
    environment = {name.upper() for name in os.environ}
    file = config_file()
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.is_file() else {}
    except (OSError, ValueError):
        written = {}
    kept = read_kept(settings.home)
    for name in Settings.model_fields:
        variable = f"CHATBOT_{name}".upper()
        if variable in environment:
            yield name, ("environment", f"the variable {variable}")
        elif name in written:
            yield name, ("file", f"the file {file}")
        elif name in kept:
            yield name, ("kept", "an operator")
        elif name in settings.model_fields_set:
            yield name, ("command line", "the command that started the server")
        else:
            yield name, ("default", "nobody")


def _words(value: object) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, SecretStr):
        return HIDDEN
    said = shown(value)
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def _usual(name: str) -> str:
    """A default in words; empty where it depends on others."""
    field = Settings.model_fields[name]
    return "" if field.default_factory is not None else _words(field.default)
