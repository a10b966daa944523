"""From a version's name to a loaded engine, as the settings choose it."""

from pathlib import Path

from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.transformers import TransformersEngine, best_device
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE

MERGED = "model.gguf"
ADAPTER = "adapter"


def engine_kind(settings: Settings, base: BaseModel) -> str:
    """Which engine serves: what the settings name, else `transformers` for a GPU or a base that is no GGUF file."""
    if settings.engine != "auto":
        return settings.engine
    return "openvino" if base.gguf is not None and best_device(settings.device) == "cpu" else "transformers"


def load_engine(settings: Settings, base: BaseModel, store: Store, name: str) -> Engine:
    """The engine of a version (`base` or a registered name); raises `NotFoundError`, `EngineError`."""
    kind = engine_kind(settings, base)
    folder = None if name == BASE else Path(store.versions.get(name).path)
    if kind == "scripted":
        return ScriptedEngine(name)
    if kind == "transformers":
        import_libraries()
        adapter = folder / ADAPTER if folder else None
        return TransformersEngine(base, name, best_device(settings.device), adapter)
    gguf = folder / MERGED if folder else base.gguf
    if gguf is None or not gguf.is_file():
        raise EngineError(f"{name} has no GGUF file for the openvino engine: set `engine` to 'transformers'")
    return OpenVinoEngine(gguf, base, name)
