"""An engine with what belongs to its version, and how many replies hold them."""

from typing import Generic, TypeVar

from chatbot.engines.base import Engine

Companion = TypeVar("Companion")
Loaded = tuple[Engine, Companion]


class Seat(Generic[Companion]):
    """What a reply leases; it is freed when it is `retired` and no reply holds it."""

    def __init__(self, loaded: Loaded[Companion]) -> None:
        self.engine, self.companion = loaded
        self.leases = 0
        self.retired = False

    @property
    def version(self) -> str:
        """The version whose engine it is."""
        return self.engine.version
