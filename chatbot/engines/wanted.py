"""What an engine's module is handed when its engine is to be loaded."""

from collections.abc import Callable
from dataclasses import dataclass

from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.version_folder import VersionFolder


@dataclass(frozen=True)
class Wanted:
    """What an engine is loaded for: a version, whose `folder` is None where it is the base model itself."""

    settings: Settings
    base: BaseModel
    store: Store
    version: str
    folder: VersionFolder | None


Load = Callable[[Wanted], Engine]
"""What every engine's module has under the name `load`; raises `EngineError` for what it cannot serve."""
