"""Frozen matrices that read the same input, with the low-rank adapters beside them, as one product.

    y = x Wᵀ + s (x Aᵀ) Bᵀ + b = [x, h] [W, s B]ᵀ + b        h = x Aᵀ

A sum W + s B A would lose the small second term in bfloat16; columns beside W keep it, and one product adds both up in
float32. The backward pass is written by hand:

    [dx, dh] = dy [W, s B]        dx += dh A        dA = dhᵀ x        dB = s dyᵀ h

The gain g of the norm before the matrices is folded into W and A (n g Wᵀ = n (W g)ᵀ). [W, s B] is kept transposed, as
the product forward reads it.
"""

from collections.abc import Sequence

import torch

from training.finetuning.fast.frozen import Frozen, Workspace


class Adapted:
    """Matrices of shape (outputs, inputs) as one, shape (inputs + ranks, outputs), adapters included."""

    def __init__(
        self,
        matrices: Sequence[torch.Tensor],
        biases: Sequence[torch.Tensor | None],
        rank: int,
        scale: float,
        gain: torch.Tensor | None,
        workspace: Workspace,
    ) -> None:
        """`rank` 0 leaves the adapters out; products have the precision of the `workspace`."""
        self.inputs = matrices[0].shape[1]
        self._sizes = [len(matrix) for matrix in matrices]
        self.outputs = sum(self._sizes)
        self._ranks = [rank] * len(matrices) if rank else []
        self._scale, self._gain = scale, gain
        stacked = torch.cat(list(matrices))
        self._weight = Frozen((stacked if gain is None else stacked * gain).T, sum(self._ranks), workspace)
        self._bias = _beside(biases, self._sizes, workspace.precision)
        self.down = self._weight.below.new_zeros(sum(self._ranks), self.inputs)
        self._ups = _diagonal(self._weight.below, self._ranks, self._sizes)

    @torch.no_grad()
    def put(self, adapters: Sequence[torch.Tensor]) -> None:
        """Take A, shape (rank, inputs), and B, shape (outputs, rank), of each matrix in turn."""
        downs, ups = adapters[::2], adapters[1::2]
        torch.mul(torch.cat(list(downs)), 1.0 if self._gain is None else self._gain.float(), out=self.down)
        for place, up in zip(self._ups, ups, strict=True):
            torch.mul(up.T, self._scale, out=place)

    def workspace(self, tokens: int) -> torch.Tensor:
        """An empty [x, h], shape (tokens, inputs + ranks); x is to be written into its first `inputs` columns."""
        return self.down.new_empty(tokens, self.inputs + len(self.down))

    def product(self, x_h: torch.Tensor) -> torch.Tensor:
        """y, shape (tokens, outputs); writes h beside x."""
        if self._ranks:
            x_h[:, self.inputs :] = x_h[:, : self.inputs] @ self.down.T
        weight = self._weight.wide()
        return x_h @ weight if self._bias is None else torch.addmm(self._bias, x_h, weight)

    def backward(self, dy: torch.Tensor, x_h: torch.Tensor, start: int = 0) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The gradient of x from the token `start` on, and those of A and B in turn, which are of all tokens."""
        d_x_h = dy[start:] @ self._weight.wide().T
        d_x, d_h = d_x_h[:, : self.inputs], d_x_h[:, self.inputs :]
        if not self._ranks:
            return d_x, []
        x, h = x_h[:, : self.inputs], x_h[:, self.inputs :]
        d_x = torch.addmm(d_x, d_h, self.down)
        if start:
            d_h = torch.cat((dy[:start] @ self._weight.below.T, d_h))
        d_downs = (d_h.T @ x).float()
        if self._gain is not None:
            d_downs.mul_(self._gain)
        d_ups = [
            (inner.T @ part).T.to(d_downs.dtype, memory_format=torch.contiguous_format).mul_(self._scale)
            for part, inner in zip(dy.split(self._sizes, 1), h.split(self._ranks, 1), strict=True)
        ]
        return d_x, [gradient for pair in zip(d_downs.split(self._ranks), d_ups, strict=True) for gradient in pair]


def _beside(biases: Sequence[torch.Tensor | None], sizes: Sequence[int], precision: torch.dtype) -> torch.Tensor | None:
    """The biases one after another, zero where there is none; None where there are none at all."""
    there = next((bias for bias in biases if bias is not None), None)
    if there is None:
        return None
    parts = [there.new_zeros(size) if bias is None else bias for bias, size in zip(biases, sizes, strict=True)]
    return torch.cat(parts).to(precision)


def _diagonal(table: torch.Tensor, heights: Sequence[int], widths: Sequence[int]) -> list[torch.Tensor]:
    """Views of the blocks along the diagonal."""
    rows = table.split(list(heights))
    starts = [sum(widths[:number]) for number in range(len(widths))]
    return [row[:, start : start + width] for row, start, width in zip(rows, starts, widths, strict=False)]
