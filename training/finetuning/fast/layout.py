"""Where the tokens of a batch stand when a forward pass reads them, and how far back gradients reach.

Tokens come in segments of equal sequences side by side: the prefix that all rows share, once; the beginnings of the
rows; and their ends, which hold all that is learned. When gradients reach the replies only, the ends are as long as the
longest reply and the rest is fixed; else there are no beginnings, and nothing is fixed.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import torch

from training.finetuning.batches import Batch

BLOCK = 128


@dataclass(frozen=True)
class Segment:
    """Sequences of one length, side by side, that see the segment before and themselves up to each token.

    Their tokens are `tokens` of all. `rotation` is complex, shape (rows or 1, length, width / 2); `mask`, shape
    (rows or 1, length, length before + length), is added to the scores.
    """

    tokens: slice
    rows: int
    length: int
    rotation: torch.Tensor
    mask: torch.Tensor

    @cached_property
    def turning_back(self) -> torch.Tensor:
        """The rotation that undoes `rotation`."""
        return self.rotation.conj().resolve_conj()

    @cached_property
    def blocks(self) -> list[tuple[slice, slice]]:
        """Tokens of each sequence, a block at a time, and the keys up to its last: most later ones are never scored."""
        before = self.mask.shape[-1] - self.length
        count = max(1, round(self.length / BLOCK))
        edges = [self.length * number // count for number in range(count + 1)]
        return [(slice(start, stop), slice(0, before + stop)) for start, stop in pairwise(edges)]

    def to(self, device: torch.device) -> "Segment":
        """The segment on a device."""
        return replace(self, rotation=self.rotation.to(device), mask=self.mask.to(device))


@dataclass(frozen=True)
class Layout:
    """`places` of all tokens, shape (tokens,), among the batch's, of which the first `fixed` are not learned through.

    The batch's are its prefix and then its rows with their padding, one after another. `before_learned` says which of
    the tokens that are not fixed have a learned one after them, row after row.
    """

    places: torch.Tensor
    fixed: int
    segments: list[Segment]
    before_learned: torch.Tensor

    def to(self, device: torch.device) -> "Layout":
        """The layout on a device."""
        segments = [segment.to(device) for segment in self.segments]
        return Layout(self.places.to(device), self.fixed, segments, self.before_learned.to(device))


def lay_out(batch: Batch, frequencies: torch.Tensor, replies_only: bool, precision: torch.dtype) -> Layout:
    """Lay out a batch for rotations (Su et al., 2021, arXiv:2104.09864) of these frequencies, shape (width / 2,).

    Masks are made in the `precision` of the scores that they are added to. All of it is on the CPU, where small
    operations and reading single numbers take no detour.
    """
    shared, rows = len(batch.prefix), len(batch.ids)
    followed = batch.followed_by_learned
    columns = torch.arange(followed.shape[1])
    stops = batch.stops
    starts = torch.zeros_like(stops)
    if replies_only:
        firsts = torch.where(followed, columns, len(columns)).amin(1)
        starts = (stops - (stops - firsts).max()).clamp(min=0)
    before = int(starts.max())
    ends = starts[:, None] + torch.arange(int((stops - starts).max()))
    inside = ends < len(columns)
    ends = ends.clamp(max=len(columns) - 1)

    places = starts if before else starts[:1]
    positions = shared + places[:, None] + torch.arange(ends.shape[1])
    there = torch.arange(shared + before) < shared + places[:, None]
    segments = [_segment(shared + rows * before, rows, positions, there, frequencies, precision)]
    if before:
        positions, there = shared + torch.arange(before)[None], torch.ones(1, shared, dtype=torch.bool)
        segments.insert(0, _segment(shared, rows, positions, there, frequencies, precision))
    if shared:
        positions, there = torch.arange(shared)[None], torch.ones(1, 0, dtype=torch.bool)
        segments.insert(0, _segment(0, 1, positions, there, frequencies, precision))
    row_starts = shared + torch.arange(rows)[:, None] * batch.ids.shape[1]
    return Layout(
        torch.cat((torch.arange(shared), (row_starts + columns[:before]).flatten(), (row_starts + ends).flatten())),
        shared + rows * before if replies_only else 0,
        segments,
        (followed.gather(1, ends) & inside).flatten().nonzero()[:, 0] + (0 if replies_only else shared),
    )


def _segment(
    start: int,
    rows: int,
    positions: torch.Tensor,
    there: torch.Tensor,
    frequencies: torch.Tensor,
    precision: torch.dtype,
) -> Segment:
    """Sequences that begin with the token `start`, of `positions` (rows or 1, length) in their rows.

    `there`, shape (rows or 1, tokens before), tells which of the tokens before a sequence sees.
    """
    length = positions.shape[1]
    angles = positions[..., None] * frequencies
    earlier = torch.ones(length, length, dtype=torch.bool).tril()
    seen = torch.cat((there[:, None].expand(-1, length, -1), earlier.expand(len(there), -1, -1)), 2)
    return Segment(
        slice(start, start + rows * length),
        rows,
        length,
        torch.polar(torch.ones_like(angles), angles),
        torch.zeros(seen.shape, dtype=precision).masked_fill_(~seen, float("-inf")),
    )
