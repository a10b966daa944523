"""Which bases an operator may fine-tune: the one that answers first, others where they fit and are there."""

import pytest

from chatbot.bases import GB
from chatbot.errors import InputError
from chatbot.settings import Settings
from chatbot.weights import QWEN_05B, QWEN_15B, SMOLLM2
from training.console import bases
from training.console.bases import bases_here, check_base


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four gigabytes of memory, and every base but that of half a billion parameters."""
    monkeypatch.setattr(bases, "memory_limit", lambda: 4 * GB)
    monkeypatch.setattr(bases, "is_here", lambda base, home: base is not QWEN_05B)


def test_each_says_what_it_needs_and_lacks(settings: Settings, machine: None) -> None:
    offered = {base.name: base for base in bases_here(settings)}
    assert list(offered) == [SMOLLM2.name, QWEN_15B.name, QWEN_05B.name]
    assert offered[SMOLLM2.name].missing == "" and offered[SMOLLM2.name].recipe == "sft"
    assert offered[QWEN_15B.name].missing == "needs 5 GB of memory, and this machine has 4.0 GB"
    assert (offered[QWEN_15B.name].memory_gb, offered[QWEN_15B.name].recipe) == (5.0, "reading")
    assert "base install qwen2.5-coder-0.5b-instruct" in offered[QWEN_05B.name].missing


def test_one_that_cannot_be_had_is_refused_in_words(settings: Settings, machine: None) -> None:
    check_base(settings, SMOLLM2.name)
    with pytest.raises(InputError, match="needs 5 GB of memory"):
        check_base(settings, QWEN_15B.name)
    with pytest.raises(InputError, match="is not offered here"):
        check_base(settings, "mine.gguf")
    own = Settings(base_model="mine.gguf")
    check_base(own, "mine.gguf")
    check_base(own, SMOLLM2.name)


def test_servers_elsewhere_hold_one_base(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"engine": "remote"})
    with pytest.raises(InputError, match="servers of remote_urls"):
        check_base(elsewhere, QWEN_05B.name)
