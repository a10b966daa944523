"""How this process behaves towards others, told from a process of its own, since it does so until it ends."""

import subprocess
import sys

from chatbot.libraries import one_core_each

ALONE = f"""
import numpy, torch
from threadpoolctl import threadpool_info
from {one_core_each.__module__} import one_core_each
one_core_each()
print(torch.get_num_threads(), *{{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}})
"""


def test_libraries_use_one_core_a_thread() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"1"}
