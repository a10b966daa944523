"""Frozen matrices that are kept in one precision and multiplied in another.

Many processors multiply in float32 only, where a large base takes twice the memory of bfloat16. There, matrices kept in
bfloat16 are widened just before their products, each into the one workspace that all of them share. That is bound by
memory: beside a product of a thousand tokens it takes a twentieth of the time. Where both precisions are the same
nothing is copied.
"""

import torch

VOCABULARY = 16384
"""Words of a head that are widened at once."""


class Workspace:
    """Memory of the products' precision for one matrix at a time, which holds until the next one is put there."""

    def __init__(self, precision: torch.dtype) -> None:
        self.precision = precision
        self._memory = torch.empty(0, dtype=precision)

    def take(self, rows: int, columns: int, device: torch.device) -> torch.Tensor:
        """A matrix to be written."""
        if self._memory.numel() < rows * columns or self._memory.device != device:
            self._memory = torch.empty(rows * columns, dtype=self.precision, device=device)
        return self._memory[: rows * columns].view(rows, columns)


class Frozen:
    """A matrix, and rows below it (`below`) that change."""

    def __init__(self, matrix: torch.Tensor, below: int, workspace: Workspace) -> None:
        """All rows are zero that stand below."""
        self._workspace = workspace
        rows = matrix.new_zeros(below, matrix.shape[1], dtype=workspace.precision)
        self._narrow = matrix.dtype != workspace.precision
        self._kept = matrix.contiguous() if self._narrow else torch.cat((matrix, rows))
        self.below = rows if self._narrow else self._kept[len(matrix) :]

    def wide(self) -> torch.Tensor:
        """The matrix with the rows below it as products read them, until another one is asked for."""
        if not self._narrow:
            return self._kept
        rows, columns = self._kept.shape
        place = self._workspace.take(rows + len(self.below), columns, self._kept.device)
        place[:rows].copy_(self._kept)
        place[rows:].copy_(self.below)
        return place


class Head:
    """Output embeddings, shape (vocabulary, model width), that give the logits of hidden states."""

    def __init__(self, weight: torch.Tensor, workspace: Workspace) -> None:
        self.weight = weight
        self._workspace = workspace
        at_once = len(weight) if weight.dtype == workspace.precision else VOCABULARY
        self._parts = [slice(start, start + at_once) for start in range(0, len(weight), at_once)]

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Of hidden states, shape (tokens, vocabulary)."""
        found = hidden.new_empty(len(hidden), len(self.weight))
        for part in self._parts:
            torch.mm(hidden, self._wide(part).T, out=found[:, part])
        return found

    def backward(self, d_logits: torch.Tensor) -> torch.Tensor:
        """The gradient of hidden states from that of their logits."""
        found = d_logits.new_zeros(len(d_logits), self.weight.shape[1])
        for part in self._parts:
            found.addmm_(d_logits[:, part], self._wide(part))
        return found

    def _wide(self, part: slice) -> torch.Tensor:
        rows = self.weight[part]
        if rows.dtype == self._workspace.precision:
            return rows
        return self._workspace.take(rows.shape[0], rows.shape[1], rows.device).copy_(rows)
