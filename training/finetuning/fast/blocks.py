"""The two halves of a decoder layer with low-rank adapters, their backward passes written by hand.

Projections that read the same input are one product (`adapted`). The rows of q and k are reordered so that a rotation
(Su et al., 2021, arXiv:2104.09864) is one complex product. Only what the backward pass needs is kept. Products and what
is kept have one precision; the states between blocks, norms and rotations are float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch.nn import functional as F

from training.finetuning.fast.adapted import Adapted
from training.finetuning.fast.architecture import Architecture
from training.finetuning.fast.layout import Segment

Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Seen:
    """What a segment's backward pass needs: queries, keys and values, and the weights that attention gave by block."""

    asked: torch.Tensor
    kept: torch.Tensor
    weights: Sequence[torch.Tensor]


class Attention(torch.autograd.Function):
    """x + attention(norm(x)).

    Tokens before those that are learned through can be fixed: their states get no gradient, nor do their queries, but
    the adapters learn through their keys and values.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        fixed: torch.Tensor,
        segments: Sequence[Segment],
        shape: Architecture,
        qkv: Adapted,
        gains: torch.Tensor | None,
        out: Adapted,
        *adapters: torch.Tensor,
    ) -> Pair:
        """`fixed` and `x`, shape (tokens, model width), are the tokens of all segments in turn; gives new `x`, `fixed`.

        `adapters` are A and B of q, k, v and the output, whose values `qkv` and `out` hold. `gains` are those of the
        norms of queries and keys where the architecture has them, shape (heads + heads of keys, width).
        """
        start = len(fixed)
        x = torch.cat((fixed, x)) if start else x
        normed, inverse = _norm(x, shape.epsilon, qkv)
        y = qkv.product(normed)
        unit = (None, None) if gains is None else _norm_heads(y, gains, shape)
        read = out.workspace(len(x))
        seen: list[Seen] = []
        for segment in segments:
            seen.append(_look(y[segment.tokens], segment, shape, seen[-1].kept if seen else None))
            _read(seen[-1], segment, shape, read[segment.tokens, : out.inputs])
        kept = [
            part
            for found, segment in zip(seen, segments, strict=True)
            if segment.tokens.start >= start
            for part in (found.asked, found.kept, *found.weights)
        ]
        x = x + out.product(read)
        ctx.save_for_backward(normed, inverse[start:], read[start:], *unit, *kept)
        ctx.segments, ctx.shape, ctx.qkv, ctx.gains, ctx.out = segments, shape, qkv, gains, out
        x, fixed = x[start:], x[:start]
        ctx.mark_non_differentiable(fixed)
        return x, fixed

    @staticmethod
    def backward(ctx: Any, d_out: torch.Tensor, _: Any) -> Any:
        """Gradients of `x` and of the adapters."""
        normed, inverse, read, unit, unit_inverse, *kept = ctx.saved_tensors
        shape = ctx.shape
        start = len(normed) - len(d_out)
        parts = iter(kept)
        seen = [
            Seen(next(parts), next(parts), list(islice(parts, len(segment.blocks))))
            for segment in ctx.segments
            if segment.tokens.start >= start
        ]
        d_read, d_o = ctx.out.backward(d_out.to(read.dtype), read)
        dy = normed.new_empty(len(normed), ctx.qkv.outputs)
        dy[:start, : shape.heads * shape.width] = 0
        d_kept: Any = None
        for segment in ctx.segments[::-1]:
            tokens = segment.tokens
            if tokens.start >= start:
                d_own = d_read[tokens.start - start : tokens.stop - start]
                d_kept = _look_backward(d_own, seen.pop(), segment, shape, d_kept, dy[tokens])
            else:
                d_kept = _keys_backward(d_kept, segment, shape, dy[tokens])
        if ctx.gains is not None:
            _norm_heads_backward(dy, unit, unit_inverse, ctx.gains)
        d_normed, d_qkv = ctx.qkv.backward(dy, normed, start)
        if d_qkv:
            d_qkv[1], d_qkv[3] = _halves(d_qkv[1], shape.heads), _halves(d_qkv[3], shape.key_heads)
        d_x = None
        if ctx.needs_input_grad[0]:
            d_x = _norm_backward(d_normed, normed[start:, : ctx.qkv.inputs], inverse, d_out)
        return d_x, None, None, None, None, None, None, *d_qkv, *d_o


def _look(y: torch.Tensor, segment: Segment, shape: Architecture, past: torch.Tensor | None) -> Seen:
    """Queries, keys, values and weights; `y` holds q, k and v of the segment's tokens, unrotated."""
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    half, before = shape.width // 2, segment.mask.shape[-1] - segment.length
    turned, values = y[:, : -groups * shape.width], y[:, -groups * shape.width :]
    queries, keys = _as_complex(turned).view(rows, length, -1, half).split((shape.heads, groups), 2)
    asked = queries.new_empty(rows, groups, length, shape.heads // groups, half)
    queries = queries.view(rows, length, groups, -1, half).transpose(1, 2)
    torch.mul(queries, segment.rotation[:, None, :, None], out=asked)
    kept = y.new_empty(2, rows, groups, before + length, shape.width)
    if past is not None:
        kept[:, :, :, :before] = past
    kept[0, :, :, before:] = _as_real(keys.transpose(1, 2) * segment.rotation[:, None])
    kept[1, :, :, before:] = values.view(rows, length, groups, -1).transpose(1, 2)
    questions = y.new_empty(rows * groups, length * (shape.heads // groups), shape.width)
    torch.mul(_as_real(asked).view(questions.shape), shape.width**-0.5, out=questions)
    weights, every_key = [], kept[0].flatten(0, 1)
    for tokens, keys_seen in segment.blocks:
        scores = torch.bmm(_of(questions, tokens, shape), every_key[:, keys_seen].transpose(1, 2))
        masked = scores.view(rows, groups, tokens.stop - tokens.start, -1, scores.shape[-1])
        masked.add_(segment.mask[:, None, tokens, None, keys_seen])
        weights.append(scores.softmax(-1))
    return Seen(questions, kept, weights)


def _read(seen: Seen, segment: Segment, shape: Architecture, out: torch.Tensor) -> None:
    """Write the mix of values that each token reads, shape (tokens, heads x width)."""
    rows, groups = segment.rows, shape.key_heads
    mixed, values = torch.empty_like(seen.asked), seen.kept[1].flatten(0, 1)
    for (tokens, keys_seen), weights in zip(segment.blocks, seen.weights, strict=True):
        torch.bmm(weights, values[:, keys_seen], out=_of(mixed, tokens, shape))
    mixed = mixed.view(rows, groups, segment.length, -1)
    out.view(rows, segment.length, groups, -1).copy_(mixed.transpose(1, 2))


def _look_backward(
    d_read: torch.Tensor,
    seen: Seen,
    segment: Segment,
    shape: Architecture,
    d_kept: torch.Tensor | None,
    dy: torch.Tensor,
) -> torch.Tensor:
    """Write the gradient of q, k and v into `dy`; returns that of the keys and values of the segments before.

    `d_kept` is what the segment after adds to the gradient of the keys and values.
    """
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    d_mixed = d_read.view(rows, length, groups, -1).transpose(1, 2).reshape(rows * groups, -1, shape.width)
    d_asked, d_all = torch.empty_like(seen.asked), torch.zeros_like(seen.kept)
    (keys, values), (d_keys, d_values) = seen.kept.flatten(1, 2), d_all.flatten(1, 2)
    for (tokens, keys_seen), weights in zip(segment.blocks, seen.weights, strict=True):
        d_block, asked = _of(d_mixed, tokens, shape), _of(seen.asked, tokens, shape)
        d_weights = torch.bmm(d_block, values[:, keys_seen].transpose(1, 2))
        d_scores = torch._softmax_backward_data(d_weights, weights, -1, weights.dtype)
        torch.bmm(d_scores, keys[:, keys_seen], out=_of(d_asked, tokens, shape))
        d_keys[:, keys_seen].baddbmm_(d_scores.transpose(1, 2), asked)
        d_values[:, keys_seen].baddbmm_(weights.transpose(1, 2), d_block)
    if d_kept is not None:
        d_all += _for_rows(d_kept, rows)
    d_queries = _as_complex(d_asked.view(rows, groups, length, -1, shape.width))
    queries = dy[:, : shape.heads * shape.width].view(rows, length, groups, -1, shape.width)
    turned = _as_real(d_queries.transpose(1, 2) * segment.turning_back[:, :, None, None])
    torch.mul(turned, shape.width**-0.5, out=queries)
    return _keys_backward(d_all, segment, shape, dy)


def _of(queries: torch.Tensor, tokens: slice, shape: Architecture) -> torch.Tensor:
    """The queries of some tokens of each sequence and group, shape (sequences x groups, queries, width)."""
    each = shape.heads // shape.key_heads
    return queries[:, tokens.start * each : tokens.stop * each]


def _keys_backward(d_kept: torch.Tensor, segment: Segment, shape: Architecture, dy: torch.Tensor) -> torch.Tensor:
    """Write the gradient of k and v into `dy` from that of all keys and values; returns the part of those before."""
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    before = segment.mask.shape[-1] - length
    d_kept = _for_rows(d_kept, rows)
    d_keys, d_values = dy[:, shape.heads * shape.width :].unflatten(1, (2, groups, shape.width)).unbind(1)
    d_keys, d_values = d_keys.view(rows, length, groups, -1), d_values.view(rows, length, groups, -1)
    d_keys.copy_(_as_real(_as_complex(d_kept[0, :, :, before:]).transpose(1, 2) * segment.turning_back[:, :, None]))
    d_values.copy_(d_kept[1, :, :, before:].transpose(1, 2))
    return d_kept[:, :, :, :before]


def _for_rows(d_kept: torch.Tensor, rows: int) -> torch.Tensor:
    """The gradient of keys and values that one row of a segment, or each, gave to all that come after."""
    return d_kept if d_kept.shape[1] == rows else d_kept.sum(1, keepdim=True)


class MLP(torch.autograd.Function):
    """x + down(silu(gate(norm(x))) * up(norm(x)))."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, shape: Architecture, gate_up: Adapted, down: Adapted, *adapters: torch.Tensor
    ) -> torch.Tensor:
        """`x` (tokens, model width); `adapters` A, B of gate, up and down, whose values `gate_up` and `down` hold."""
        normed, inverse = _norm(x, shape.epsilon, gate_up)
        y = gate_up.product(normed)
        gate, up = y.chunk(2, 1)
        active = down.workspace(len(x))
        torch.mul(F.silu(gate), up, out=active[:, : down.inputs])
        out = down.product(active)
        ctx.save_for_backward(normed, inverse, y, active)
        ctx.gate_up, ctx.down = gate_up, down
        return x + out

    @staticmethod
    def backward(ctx: Any, d_out: torch.Tensor) -> Any:
        """Gradients of `x` and of the adapters."""
        normed, inverse, y, active = ctx.saved_tensors
        d_active, d_down = ctx.down.backward(d_out.to(y.dtype), active)
        gate, up = y.chunk(2, 1)
        dy = torch.empty_like(y)
        d_gate, d_up = dy.chunk(2, 1)
        torch.mul(d_active, F.silu(gate), out=d_up)
        torch.ops.aten.silu_backward.grad_input(d_active * up, gate, grad_input=d_gate)
        d_normed, d_gate_up = ctx.gate_up.backward(dy, normed)
        d_x = None
        if ctx.needs_input_grad[0]:
            d_x = _norm_backward(d_normed, normed[:, : ctx.gate_up.inputs], inverse, d_out)
        return d_x, None, None, None, *d_gate_up, *d_down


def _norm(x: torch.Tensor, epsilon: float, reader: Adapted) -> Pair:
    """x / rms(x) without gain (Zhang and Sennrich, 2019, arXiv:1910.07467), in its reader's workspace; 1 / rms(x)."""
    square = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()
    inverse = square.mul_(1 / x.shape[-1]).add_(epsilon).rsqrt_()
    workspace = reader.workspace(len(x))
    torch.mul(x, inverse, out=workspace[:, : reader.inputs])
    return workspace, inverse


def _norm_heads(y: torch.Tensor, gains: torch.Tensor, shape: Architecture) -> Pair:
    """Norm each query and key in `y`; returns them without gain, and 1 / rms of each."""
    found = y[:, : gains.numel()].unflatten(1, gains.shape)
    inverse = found.float().square().mean(-1, keepdim=True).add_(shape.epsilon).rsqrt_()
    unit = (found * inverse).to(y.dtype)
    found.copy_(unit * gains)
    return unit, inverse


def _norm_heads_backward(dy: torch.Tensor, unit: torch.Tensor, inverse: torch.Tensor, gains: torch.Tensor) -> None:
    """Turn the gradient of normed queries and keys in `dy` into that of what was normed."""
    found = dy[:, : gains.numel()].unflatten(1, gains.shape)
    d_unit = found.float() * gains
    along = (d_unit * unit).mean(-1, keepdim=True)
    found.copy_(torch.addcmul(d_unit, unit.float(), along, value=-1).mul_(inverse))


def _norm_backward(
    d_normed: torch.Tensor, normed: torch.Tensor, inverse: torch.Tensor, d_past: torch.Tensor
) -> torch.Tensor:
    """Of x, in float32, with the gradient that comes past the norm."""
    d_normed, normed = d_normed.float(), normed.float()
    along = torch.linalg.vecdot(d_normed, normed)[:, None].mul_(inverse).mul_(-1 / normed.shape[-1])
    return torch.addcmul(d_past, d_normed, inverse).addcmul_(normed, along)


def pairwise(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """The rows of each head reordered from halves to neighbours, so that those rotated together stand together."""
    return rows.view(heads, 2, -1, *rows.shape[1:]).transpose(1, 2).reshape(rows.shape)


def _halves(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """The other way."""
    return rows.view(heads, -1, 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)


def _as_complex(x: torch.Tensor) -> torch.Tensor:
    """Neighbours of the last dimension as one complex number: shape (…, width) to (…, width / 2)."""
    return torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))


def _as_real(x: torch.Tensor) -> torch.Tensor:
    """The other way: shape (…, width / 2) to (…, width)."""
    return torch.view_as_real(x).flatten(-2)
