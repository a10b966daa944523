"""The lock holds a hash for each version that is pinned, and for nothing at another one."""

import re

from benchmarks.supply.pins import LEFT_TO_TORCH, LOCK, entries, pinned, without_torch

OF_OTHER_MACHINES = {"audioop-lts", "colorama", "httpx2-jsfetch"}
OF_BUILDING = {"pip", "setuptools"}


def test_lock_and_constraints_agree() -> None:
    locked, wanted = pinned(LOCK), pinned()
    assert {name: version for name, version in locked.items() if wanted.get(name, version) != version} == {}
    assert {name for name in wanted if not LEFT_TO_TORCH.match(name)} - locked.keys() == set(), "run `make lock`"
    assert locked.keys() - wanted.keys() == OF_OTHER_MACHINES | OF_BUILDING, "pin it, then run `make lock`"


def test_every_entry_has_hashes_and_no_address() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    assert "://" not in lock
    bare = [name for name, entry in entries(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)]
    assert bare == []


def test_torch_and_what_it_alone_brings_are_left_out() -> None:
    lock = "a==1 \\\n    --hash=sha256:0\nnvidia-nccl-cu13==2 ; x \\\n    --hash=sha256:1\ntorch==2\ntorchless-b==1\n"
    assert without_torch(lock) == "a==1 \\\n    --hash=sha256:0\ntorchless-b==1\n"
