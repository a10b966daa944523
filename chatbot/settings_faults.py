"""What is wrong with settings, in words, all of it together."""

import os
from collections.abc import Collection

from pydantic import ValidationError


def misspelt(fields: Collection[str]) -> list[str]:
    """The variables of the environment that look like settings and are none."""
    known = {f"CHATBOT_{name}".upper() for name in fields} | {"CHATBOT_CONFIG"}
    named = sorted(name for name in os.environ if name.upper().startswith("CHATBOT_"))
    return [f"{name}: no such setting (docs/config.md lists them)" for name in named if name.upper() not in known]


def explained(error: ValidationError) -> list[str]:
    """The faults of values, without defaults that could not be told because of them."""
    faults = []
    for fault in error.errors():
        if fault["type"] == "default_factory_not_called":
            continue
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            faults.append(f"{key}: no such setting (docs/config.md lists them)")
        else:
            faults.append(f"{key} = {fault['input']!r}: {fault['msg']}")
    return faults
