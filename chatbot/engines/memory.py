"""Whether another version fits into memory beside those that answer.

What an engine takes is told from the size of its weights: with OpenVINO GenAI, 1.24 GB of them took up to 3.5 GB
(docs/serving.md). On a GPU it is the driver that refuses.
"""

from pathlib import Path

import psutil

from chatbot.bases import GB, memory_limit
from chatbot.engines.base_model import BaseModel
from chatbot.engines.loading import engine_kind, served_base
from chatbot.errors import EngineError
from chatbot.settings import Settings

TIMES_WEIGHTS = 2.8
WEIGHTS = ("*.safetensors", "*.bin")


def check_memory(settings: Settings) -> None:
    """Raise `EngineError` where one more version would not fit."""
    base = served_base(settings)
    if settings.weightless or not engine_kind(settings, base).local:
        return
    refuse_too_little(int(TIMES_WEIGHTS * weights_bytes(base)), memory_free())


def refuse_too_little(needed: int, free: int) -> None:
    """Raise `EngineError` where less is free than is needed."""
    if free < needed:
        raise EngineError(
            f"another version needs about {needed / GB:.1f} GB of memory, and {free / GB:.1f} GB are free: compare "
            "versions that are loaded already, or try again when no fine-tune is under way"
        )


def weights_bytes(base: BaseModel) -> int:
    """The size of a base's weights; 0 where they are not on this machine."""
    if base.gguf is not None:
        return base.gguf.stat().st_size
    folder = Path(str(base.source))
    return sum(file.stat().st_size for pattern in WEIGHTS for file in folder.glob(pattern))


def memory_free() -> int:
    """The bytes that this process and its children may still take."""
    own = psutil.Process()
    taken = sum(process.memory_info().rss for process in (own, *own.children(recursive=True)))
    return int(min(psutil.virtual_memory().available, memory_limit() - taken))
