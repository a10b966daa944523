"""States below the lowest layer that learns, computed once for each row and kept on disk.

They do not change while layers above them learn, so that a row that is read again enters there. What all rows begin
with (the system text) is kept once. The states lie in bfloat16 in a file without a name, which goes with the process:
a run that goes on after a kill computes them again.
"""

import os
import shutil
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

import torch

from training.finetuning.batches import Batch, shared_prefix
from training.finetuning.encoding import Encoded

LEFT_FREE = 2 * 10**9
"""Bytes of the disk that are left to others."""


class StoredStates:
    """A file of states by the tokens that they come from; `growing`: whether rows that are new to it are kept."""

    def __init__(self, folder: Path, rows: Sequence[Encoded]) -> None:
        """Of batches of these rows."""
        self._folder = folder
        self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - it lives as long as the run
        finalize(self, self._file.close)
        self._common = rows[0].ids[: shared_prefix(rows)]
        self._common_states: torch.Tensor | None = None
        self._places: dict[bytes, int] = {}
        self._end = 0
        self.growing = True

    def read(self, batch: Batch) -> torch.Tensor | None:
        """States of all tokens of the batch in turn, shape (tokens, width), zero at padding; None if a row's lack."""
        names, common = _names(batch), self._common_states
        if common is None or not all(name in self._places for name in names):
            return None
        shared, columns, skipped = len(batch.prefix), batch.ids.shape[1], len(common)
        found = torch.zeros(shared + len(names) * columns, common.shape[1])
        found[:skipped] = common
        for row, (name, stop) in enumerate(zip(names, batch.stops.tolist(), strict=True)):
            kept = torch.empty(shared - skipped + stop, common.shape[1], dtype=torch.bfloat16)
            os.preadv(self._file.fileno(), [_content(kept)], self._places[name])
            before, own = kept.split((shared - skipped, stop))
            found[skipped:shared] = before
            start = shared + row * columns
            found[start : start + stop] = own
        return found

    def write(self, batch: Batch, states: torch.Tensor) -> None:
        """Keep the states of the batch's tokens in turn, where rows return and the disk has room."""
        shared, columns, skipped = len(batch.prefix), batch.ids.shape[1], len(self._common)
        fitting = batch.prefix[:skipped].tolist() == self._common
        if not (self.growing and fitting and shutil.disk_usage(self._folder).free > LEFT_FREE):
            return
        if self._common_states is None:
            self._common_states = states[:skipped].clone()
        for row, (name, stop) in enumerate(zip(_names(batch), batch.stops.tolist(), strict=True)):
            if name not in self._places:
                start = shared + row * columns
                kept = torch.cat((states[skipped:shared], states[start : start + stop])).bfloat16()
                self._places[name] = self._end
                self._end += os.pwrite(self._file.fileno(), _content(kept), self._end)


def _names(batch: Batch) -> list[bytes]:
    """What tells rows apart: their tokens up to the last learned one."""
    prefix = batch.prefix.tolist()
    return [
        blake2b(array("i", prefix + ids[:stop]).tobytes(), digest_size=16).digest()
        for ids, stop in zip(batch.ids.tolist(), batch.stops.tolist(), strict=True)
    ]


def _content(states: torch.Tensor) -> Any:
    """The memory of a bfloat16 tensor, to read into or to write."""
    return states.view(torch.int16).numpy().data.cast("B")
