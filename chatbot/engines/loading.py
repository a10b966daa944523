"""From a version's name to a loaded engine, as the settings choose it.

An engine is a module with a function `load` and its entry in `ENGINES`.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel
from chatbot.engines.gguf_files import GGUFFile
from chatbot.engines.transformers import best_device
from chatbot.engines.wanted import Load, Wanted
from chatbot.errors import EngineError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder


@dataclass(frozen=True)
class EngineKind:
    """An engine by its module, which is imported when it is loaded.

    One that is `local` runs the base model's weights on this machine, and one that is `in_process` computes in this
    process. `architectures` are those that it reads from GGUF files, where it does not read all.
    """

    module: str
    about: str
    local: bool = True
    in_process: bool = False
    architectures: tuple[str, ...] | None = None


ENGINES = {
    "openvino": EngineKind(
        "chatbot.engines.openvino",
        "OpenVINO GenAI's continuous batching on a CPU, of a base that is a GGUF file; a version's adapter is merged.",
        architectures=("llama", "qwen2", "qwen3"),
    ),
    "transformers": EngineKind(
        "chatbot.engines.transformers",
        "transformers' continuous batching on a CPU or GPU, of any base; a version's adapter is applied unmerged.",
        in_process=True,
    ),
    "remote": EngineKind(
        "chatbot.engines.remote",
        "OpenAI-compatible servers that hold the base; vLLM servers load a version's adapter.",
        local=False,
    ),
    "scripted": EngineKind(
        "chatbot.engines.scripted",
        "No model: repeats the best passage, for tests and for trying the pages.",
        local=False,
    ),
}


def engine_name(settings: Settings, base: BaseModel) -> str:
    """Which engine serves: what the settings name, else `transformers` for a GPU or a base that is no GGUF file."""
    if settings.engine != "auto":
        return settings.engine
    return "openvino" if base.is_gguf and best_device(settings.device) == "cpu" else "transformers"


def engine_kind(settings: Settings, base: BaseModel) -> EngineKind:
    """The entry of the engine that serves."""
    return ENGINES[engine_name(settings, base)]


def load_engine(settings: Settings, base: BaseModel, store: Store, name: str) -> Engine:
    """The engine of a version (`base` or a registered name); raises `NotFoundError`, `EngineError`, `WeightsError`."""
    kind = engine_kind(settings, base)
    wanted = Wanted(settings, base, store, name, None if name == BASE else _folder(base, store, name))
    if kind.local:
        refuse_unserved(settings, base)
        _refuse_long_context(settings, base)
    load: Load = import_module(kind.module).load
    return load(wanted)


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
