"""The settings that an operator chose, as they may be recorded: without secrets."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from chatbot.settings import Settings

SIGN_IN_OF_ADDRESS = re.compile(r"(?<=://)[^/@\s]*@")
HIDDEN = "…"


def chosen_settings(settings: Settings) -> Mapping[str, object]:
    """What is not left to its default, as plain JSON."""
    return {name: shown(getattr(settings, name)) for name in sorted(settings.model_fields_set)}


def shown(value: object) -> object:
    """A value as plain JSON, without what signs in somewhere."""
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, str | Path):
        return SIGN_IN_OF_ADDRESS.sub(f"{HIDDEN}@", str(value))
    if isinstance(value, list | tuple):
        return [shown(part) for part in value]
    if isinstance(value, dict):
        return {str(name): shown(part) for name, part in value.items()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)
