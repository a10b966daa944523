"""From a version's name to a loaded engine, as the settings choose it."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel
from chatbot.engines.gguf_files import GGUFFile
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.transformers import TransformersEngine, best_device
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder

if TYPE_CHECKING:
    from chatbot.engines.vllm_adapters import VllmAdapters

READ_BY_OPENVINO = ("llama", "qwen2", "qwen3")


def engine_kind(settings: Settings, base: BaseModel) -> str:
    """Which engine serves: what the settings name, else `transformers` for a GPU or a base that is no GGUF file."""
    if settings.engine != "auto":
        return settings.engine
    return "openvino" if base.is_gguf and best_device(settings.device) == "cpu" else "transformers"


def refuse_unserved(settings: Settings, base: BaseModel) -> None:
    """Raises `EngineError` where the engine does not know the kind of model that a GGUF file holds."""
    if engine_kind(settings, base) != "openvino" or not base.is_gguf or not isinstance(base.source, Path):
        return
    architecture = GGUFFile(base.source).architecture
    if architecture not in READ_BY_OPENVINO:
        raise EngineError(
            f"{base.source.name} holds a {architecture} model, and the openvino engine reads "
            f"{', '.join(READ_BY_OPENVINO)} from GGUF files: set `engine` to 'transformers'"
        )


def load_engine(settings: Settings, base: BaseModel, store: Store, name: str) -> Engine:
    """The engine of a version (`base` or a registered name); raises `NotFoundError`, `EngineError`, `WeightsError`."""
    kind = engine_kind(settings, base)
    folder = None if name == BASE else _folder(base, store, name)
    if kind == "scripted":
        return ScriptedEngine(name)
    if kind == "remote":
        return _remote(settings, base, store, name, folder)
    refuse_unserved(settings, base)
    _refuse_long_context(settings, base)
    if kind == "transformers":
        import_libraries()
        adapter = folder.adapter if folder else None
        return TransformersEngine(base, name, best_device(settings.device), adapter)
    gguf = folder.merged if folder else base.gguf
    if gguf is None or not gguf.is_file():
        raise EngineError(f"{name} has no GGUF file for the openvino engine: set `engine` to 'transformers'")
    return OpenVinoEngine(gguf, base, name, writes=not settings.quotes)


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


def _remote(settings: Settings, base: BaseModel, store: Store, name: str, folder: VersionFolder | None) -> Engine:
    """The servers' base model, or a version whose adapter vLLM servers have loaded and answered with."""
    from chatbot.engines.remote import RemoteEngine
    from chatbot.engines.vllm_adapters import VllmAdapters

    urls, model = settings.remote_urls, settings.remote_model
    key = settings.remote_api_key.get_secret_value() if settings.remote_api_key else None
    if not urls or not model:
        raise EngineError("the remote engine needs to know its servers: set `remote_urls` and `remote_model`")
    import_libraries()
    if folder is not None:
        if not settings.remote_adapters:
            raise EngineError(
                f"{name} cannot be served by these servers: with vLLM set `remote_adapters`, with others have them "
                "serve the exported version and roll back to the base here"
            )
        with closing(VllmAdapters(urls, key)) as adapters:
            adapters.load(name, str(folder.adapter.resolve()))
            _unload_idle(adapters, store, name)
    return RemoteEngine(urls, name if folder else model, name, key, lambda said: len(base.encode(said)))


def _unload_idle(adapters: "VllmAdapters", store: Store, name: str) -> None:
    """Unload the versions that were replaced twice: neither this process nor one beside it writes with them."""
    kept = {name, store.versions.alias("canary"), *list(dict.fromkeys(store.versions.champions()))[:2]}
    ours = {version.name for version in store.versions.all()} - kept
    for idle in sorted({adapter for there in adapters.loaded().values() for adapter in there} & ours):
        adapters.unload(idle)
