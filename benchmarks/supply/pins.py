"""The versions that `.ci/constraints.txt` pins, and the hashes that `.ci/requirements.lock` adds to them."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
LOCK = ROOT / ".ci" / "requirements.lock"
PIN = re.compile(r"^([\w.-]+)==([\w.+!-]+)")
LEFT_TO_TORCH = re.compile(r"(torch|triton)$|cuda-|nvidia-")
"""torch and what it alone brings differ by machine: a build for processors, or one of several for GPUs."""


class SupplyError(click.ClickException):
    """A tool could not do its part."""

    exit_code = 2


def plain(name: str) -> str:
    """A package's name in the one form in which all spellings of it are the same."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: Path = CONSTRAINTS) -> dict[str, str]:
    """Versions by plain name."""
    found = map(PIN.match, file.read_text(encoding="utf-8").splitlines())
    return {plain(pin[1]): pin[2] for pin in found if pin}


def entries(lock: str) -> Iterator[tuple[str, str]]:
    """The entries of a lock, each with its name: a line that pins, then lines of hashes."""
    for entry in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        if pin := PIN.match(entry):
            yield plain(pin[1]), entry


def without_torch(lock: str) -> str:
    """A lock without what is left to torch."""
    return "".join(entry for name, entry in entries(lock) if not LEFT_TO_TORCH.match(name))
