"""How queries read values: a block of queries at a time on a CPU, through torch's own attention on a GPU.

A CPU keeps the weights that attention gave, which it would take long to make again. Torch's kernels for a GPU never
write them down (Dao et al., 2022, arXiv:2205.14135); their graph is kept for the way back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from training.finetuning.layout import Segment

WHOLE = ("cuda",)


@dataclass(frozen=True)
class Read:
    """What a segment's way back needs: queries, keys and values, and the weights by block or the mix with its graph.

    `asked` is of shape (sequences x groups, queries, width), scaled; `kept` (2, sequences, groups, keys, width).
    """

    asked: torch.Tensor
    kept: torch.Tensor
    parts: Sequence[torch.Tensor]


def read(asked: torch.Tensor, kept: torch.Tensor, segment: Segment, learning: bool) -> tuple[torch.Tensor, Read]:
    """The mix of values that each query reads, of the shape of `asked`, and what the way back needs if there is one."""
    if asked.device.type in WHOLE:
        mixed = _whole(asked.requires_grad_(learning), kept.requires_grad_(learning), segment, learning)
        return mixed.detach(), Read(asked, kept, [mixed])
    mixed, weights = torch.empty_like(asked), []
    rows, groups = kept.shape[1:3]
    keys, values = kept.flatten(1, 2)
    for tokens, seen in segment.blocks:
        scores = torch.bmm(_of(asked, tokens, segment), keys[:, seen].transpose(1, 2))
        masked = scores.view(rows, groups, tokens.stop - tokens.start, -1, scores.shape[-1])
        masked.add_(segment.mask[:, None, tokens, None, seen])
        weights.append(scores.softmax(-1))
        torch.bmm(weights[-1], values[:, seen], out=_of(mixed, tokens, segment))
    return mixed, Read(asked, kept, weights)


def read_backward(d_mixed: torch.Tensor, found: Read, segment: Segment) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradients of `asked` and `kept` from that of the mix."""
    if d_mixed.device.type in WHOLE:
        d_asked, d_kept = torch.autograd.grad(found.parts[0], (found.asked, found.kept), d_mixed)
        return d_asked, d_kept
    d_asked, d_kept = torch.empty_like(found.asked), torch.zeros_like(found.kept)
    (keys, values), (d_keys, d_values) = found.kept.flatten(1, 2), d_kept.flatten(1, 2)
    for (tokens, seen), weights in zip(segment.blocks, found.parts, strict=True):
        d_block, asked = _of(d_mixed, tokens, segment), _of(found.asked, tokens, segment)
        d_weights = torch.bmm(d_block, values[:, seen].transpose(1, 2))
        d_scores = torch._softmax_backward_data(d_weights, weights, -1, weights.dtype)
        torch.bmm(d_scores, keys[:, seen], out=_of(d_asked, tokens, segment))
        d_keys[:, seen].baddbmm_(d_scores.transpose(1, 2), asked)
        d_values[:, seen].baddbmm_(weights.transpose(1, 2), d_block)
    return d_asked, d_kept


def _whole(asked: torch.Tensor, kept: torch.Tensor, segment: Segment, learning: bool) -> torch.Tensor:
    """All queries at once; those of a group's heads stand side by side, so that no key is copied for each head."""
    each = asked.shape[1] // segment.length
    with torch.set_grad_enabled(learning):
        keys, values = kept.unbind(0)
        mixed = F.scaled_dot_product_attention(
            asked.view(*kept.shape[1:3], *asked.shape[1:]),
            keys,
            values,
            attn_mask=segment.mask.repeat_interleave(each, 1)[:, None],
            scale=1.0,
        )
        return mixed.reshape(asked.shape)


def _of(queries: torch.Tensor, tokens: slice, segment: Segment) -> torch.Tensor:
    """The queries of some tokens of each sequence and group, shape (sequences x groups, queries, width)."""
    each = queries.shape[1] // segment.length
    return queries[:, tokens.start * each : tokens.stop * each]
