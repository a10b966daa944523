"""From a version's name to a loaded engine, as the settings choose it."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from chatbot.engines.vllm_adapters import VllmAdapters

MERGED = "model.gguf"
ADAPTER = "adapter"


def engine_kind(settings: Settings, base: BaseModel) -> str:
    """Which engine serves: what the settings name, else `transformers` for a GPU or a base that is no GGUF file."""
    if settings.engine != "auto":
        return settings.engine
    return "openvino" if base.is_gguf and best_device(settings.device) == "cpu" else "transformers"


def load_engine(settings: Settings, base: BaseModel, store: Store, name: str) -> Engine:
    """The engine of a version (`base` or a registered name); raises `NotFoundError`, `EngineError`."""
    kind = engine_kind(settings, base)
    folder = None if name == BASE else Path(store.versions.get(name).path)
    if kind == "scripted":
        return ScriptedEngine(name)
    if kind == "remote":
        return _remote(settings, base, store, name, folder)
    if kind == "transformers":
        import_libraries()
        adapter = folder / ADAPTER if folder else None
        return TransformersEngine(base, name, best_device(settings.device), adapter)
    gguf = folder / MERGED if folder else base.gguf
    if gguf is None or not gguf.is_file():
        raise EngineError(f"{name} has no GGUF file for the openvino engine: set `engine` to 'transformers'")
    return OpenVinoEngine(gguf, base, name, twice=not settings.quotes)


def _remote(settings: Settings, base: BaseModel, store: Store, name: str, folder: Path | None) -> Engine:
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
            adapters.load(name, str((folder / ADAPTER).resolve()))
            _unload_idle(adapters, store, name)
    return RemoteEngine(urls, name if folder else model, name, key, lambda said: len(base.encode(said)))


def _unload_idle(adapters: "VllmAdapters", store: Store, name: str) -> None:
    """Unload the versions that were replaced twice: neither this process nor one beside it writes with them."""
    kept = {name, store.versions.alias("canary"), *list(dict.fromkeys(store.versions.champions()))[:2]}
    ours = {version.name for version in store.versions.all()} - kept
    for idle in sorted({adapter for there in adapters.loaded().values() for adapter in there} & ours):
        adapters.unload(idle)
