"""How this process behaves towards others, told from a process of its own, since it does so until it ends."""

import subprocess
import sys

import pytest

from chatbot.libraries import one_core_each, without

ALONE = f"""
import sys
import chatbot.__main__, training.__main__
assert not {{"pandas", "scipy", "sklearn", "torch", "gradio"}} & sys.modules.keys(), "every command starts later"
import numpy, torch
from threadpoolctl import threadpool_info
from {one_core_each.__module__} import one_core_each
one_core_each()
print(torch.get_num_threads(), *{{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}})
"""


def test_what_is_done_without_can_be_imported_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    with without("colorsys"):
        import colorsys as again
    assert again is colorsys


def test_libraries_use_one_core_a_thread() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"1"}
