"""What things and people are called on the operators' page."""

import re

from chatbot.store.versions import BASE

NUMBER = re.compile(r".+-v0*(\d+)-[0-9a-f]+")
NAME = re.compile(r"\b[a-z0-9][a-z0-9_-]*-v\d{4,}-[0-9a-f]{8}\b")


def title(version: str) -> str:
    """A version's short name: `v6`, or `Base model`."""
    if version == BASE:
        return "Base model"
    match = NUMBER.fullmatch(version)
    return f"v{match[1]}" if match else version


def named(version: str) -> str:
    """The same within a sentence."""
    return "the base model" if version == BASE else title(version)


def beginning(version: str) -> str:
    """The same where a sentence begins."""
    return "The base model" if version == BASE else title(version)


def with_titles(text: str) -> str:
    """A text with the short names of the versions that it names."""
    return NAME.sub(lambda match: title(match[0]), text)


def who(actor: str) -> str:
    """How people call an actor."""
    role, _, name = actor.partition(":")
    if role == "visitor":
        return "A visitor"
    return f"{name} ({role})" if name else {"system": "The system", "stranger": "Somebody"}.get(role, role)


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A rough time."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return count(minutes, "minute") if minutes < 90 else f"{round(minutes / 60)} hours"
