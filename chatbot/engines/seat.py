"""An engine with what belongs to its version, and how many replies hold them."""

import hashlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from chatbot.engines.base import Engine
from chatbot.errors import EngineError, UserError
from chatbot.records import ChatMessage, Sampling

Companion = TypeVar("Companion")
Loaded = tuple[Engine, Companion]
PROBE: list[ChatMessage] = [{"role": "system", "content": "You answer."}, {"role": "user", "content": "Hello"}]


class Seat(Generic[Companion]):
    """What a reply leases; it is freed when it is `retired` and no reply holds it."""

    def __init__(self, loaded: Loaded[Companion]) -> None:
        self.engine, self.companion = loaded
        self.leases = 0
        self.retired = False
        self._placing = threading.Lock()

    @property
    def version(self) -> str:
        """The version whose engine it is."""
        return self.engine.version

    def renew(self, make: Callable[[Companion], Companion]) -> None:
        """Give it a companion that is made of the present one; made once more where that was replaced meanwhile."""
        while True:
            held = self.companion
            made = make(held)
            with self._placing:
                if self.companion is held:
                    self.companion = made
                    return


def draw(conversation: str) -> float:
    """A number from 0 to 1 that a conversation always draws, which tells whose seat it takes."""
    return int.from_bytes(hashlib.sha256(conversation.encode()).digest()[:4]) / 2**32


def probed(load: Callable[[str], Loaded[Companion]], version: str) -> Loaded[Companion]:
    """A version loaded and asked for a few words; raises `UserError` where it does not load or does not answer."""
    try:
        engine, companion = load(version)
    except UserError:
        raise
    except Exception as error:
        raise EngineError(f"it could not be loaded: {error}") from error
    try:
        answered = "".join(engine.generate(PROBE, Sampling(max_new_tokens=8))).strip()
    except Exception as error:
        engine.close()
        raise EngineError(f"it failed at the probe: {error}") from error
    if not answered:
        engine.close()
        raise EngineError("it did not answer the probe")
    return engine, companion
