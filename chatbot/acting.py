"""Who acts and from where, told once where a request or a command begins, for what is recorded of it.

What the system does meanwhile is theirs. Whose address is told is kept with what they did: that of staff and of failed
sign-ins, never that of visitors.
"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

SYSTEM = "system"
TERMINAL = "terminal"


@dataclass(frozen=True)
class Doer:
    """Somebody as events name them, and the address that they act from; by itself the system, from nowhere."""

    actor: str = SYSTEM
    address: str = ""


THE_SYSTEM = Doer()
_doer: ContextVar[Doer] = ContextVar("doer", default=THE_SYSTEM)


def doer() -> Doer:
    """Who acts at present."""
    return _doer.get()


@contextmanager
def acting(actor: str = SYSTEM, address: str = "") -> Iterator[None]:
    """Let what happens meanwhile be somebody's doing."""
    token = _doer.set(Doer(actor, address))
    try:
        yield
    finally:
        _doer.reset(token)


def terminal_actor() -> str:
    """How events name whoever runs a command: by their account on this machine."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container may run as a number that has no name
        return f"operator:{os.getuid()}"
