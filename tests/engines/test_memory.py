"""Another version is loaded only where memory allows; an engine without weights needs none."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.engines.memory import check_memory, memory_free, refuse_too_little, weights_bytes
from chatbot.errors import EngineError
from chatbot.settings import load_settings


def test_the_refusal_says_what_is_needed_and_what_is_there() -> None:
    refuse_too_little(3_000_000_000, 3_000_000_000)
    with pytest.raises(EngineError, match=r"needs about 3\.0 GB of memory, and 1\.2 GB are free"):
        refuse_too_little(3_000_000_000, 1_200_000_000)


def test_a_base_has_the_size_of_its_weights(tmp_path: Path) -> None:
    for name in ("model-1.safetensors", "model-2.safetensors", "config.json"):
        (tmp_path / name).write_bytes(b"x" * 10)
    assert weights_bytes(BaseModel("tiny", "", tmp_path, tmp_path)) == 20


def test_an_engine_without_weights_needs_no_memory() -> None:
    check_memory(load_settings(engine="scripted"))
    assert memory_free() > 0
