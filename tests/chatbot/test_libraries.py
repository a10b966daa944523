"""How this process behaves towards others, told from a process of its own, since it does so until it ends."""

import subprocess
import sys

from chatbot.libraries import LAST

NICE = """
import os, threading
from chatbot.libraries import behind_others
def behind():
    behind_others()
    print(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
thread = threading.Thread(target=behind)
thread.start()
thread.join()
print(os.getpriority(os.PRIO_PROCESS, os.getpid()))
"""
ALONE = """
import numpy, torch
from threadpoolctl import threadpool_info
from chatbot.libraries import one_core_each
one_core_each()
print(torch.get_num_threads(), *{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""


def said(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_one_thread_goes_behind_the_others() -> None:
    behind, before = said(NICE)
    assert int(behind) == LAST > int(before)


def test_libraries_use_one_core_a_thread() -> None:
    assert set(said(ALONE)) == {"1"}
