"""From a version's name to a loaded engine, as the settings choose it."""

from importlib import import_module
from pathlib import Path

from chatbot.engine_kinds import ENGINES, EngineKind
from chatbot.engines.base import Engine
from chatbot.engines.base_model import NO_BASE, BaseModel, find_base_model
from chatbot.engines.gguf_files import GGUFFile
from chatbot.engines.transformers import best_device
from chatbot.engines.wanted import Load, Wanted
from chatbot.errors import EngineError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder


def engine_name(settings: Settings, base: BaseModel) -> str:
    """Which engine serves: what the settings name, else `transformers` for a GPU or a base that is no GGUF file."""
    if settings.engine != "auto":
        return settings.engine
    return "openvino" if base.is_gguf and best_device(settings.device) == "cpu" else "transformers"


def engine_kind(settings: Settings, base: BaseModel) -> EngineKind:
    """The entry of the engine that serves."""
    return ENGINES[engine_name(settings, base)]


def served_base(settings: Settings) -> BaseModel:
    """The base model that the engine serves, `NO_BASE` where it needs none; raises `EngineError`, `WeightsError`."""
    if settings.weightless:
        return NO_BASE
    base = find_base_model(settings.base_model, settings.home)
    refuse_unserved(settings, base)
    return base


def load_engine(settings: Settings, base: BaseModel, store: Store, name: str) -> Engine:
    """The engine of a version (`base` or a registered name); raises `NotFoundError`, `EngineError`, `WeightsError`."""
    kind = engine_kind(settings, base)
    folder = None if name == BASE or kind.weightless else _folder(base, store, name)
    if kind.local:
        refuse_unserved(settings, base)
        _refuse_long_context(settings, base)
    load: Load = import_module(kind.module).load
    return load(Wanted(settings, base, store, name, folder))


def refuse_unserved(settings: Settings, base: BaseModel) -> None:
    """Raises `EngineError` where the engine does not know the kind of model that a GGUF file holds."""
    readable = engine_kind(settings, base).architectures
    if readable is None or not base.is_gguf or not isinstance(base.source, Path):
        return
    architecture = GGUFFile(base.source).architecture
    if architecture not in readable:
        raise EngineError(
            f"{base.source.name} holds a {architecture} model, and the {engine_name(settings, base)} engine reads "
            f"{', '.join(readable)} from GGUF files: set `engine` to 'transformers'"
        )


def _folder(base: BaseModel, store: Store, name: str) -> VersionFolder:
    """Where a version lies; raises `EngineError` where it was trained on another base."""
    version = store.versions.get(name)
    if version.base != base.name:
        raise EngineError(
            f"{name} was trained on base {version.base!r}, and base_model here is {base.name!r}: set `base_model` "
            "back, or fine-tune this one"
        )
    return version.folder


def _refuse_long_context(settings: Settings, base: BaseModel) -> None:
    longest = base.context
    if longest is not None and settings.context_tokens > longest:
        raise EngineError(
            f"context_tokens = {settings.context_tokens} is more than the {longest} tokens that base {base.name!r} "
            f"reads: set it to {longest} or less"
        )
