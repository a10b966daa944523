"""The two halves of a Llama block with low-rank adapters, their backward passes written by hand.

y = x (W + s B A)ᵀ is computed from the sum W' = W + s B A, made once a step, so that an adapter costs nothing on the
way forward and its gradients two thin products a matrix on the way back:

    dB = s dyᵀ (x Aᵀ)        dA = s (dy B)ᵀ x        dx = dy W'

Projections that read the same input are one product. The norm's gain g is folded into W' (n g W'ᵀ = n (W' g)ᵀ), and
the rows of q and k are reordered so that a rotation (Su et al., 2021, arXiv:2104.09864) is one complex product.
Only what the backward pass needs is kept. Everything is float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from training.finetuning.layout import Segment

Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Shape:
    """Of a block: heads, heads of keys and values, the width of a head, the norm's epsilon, the adapter's scale."""

    heads: int
    key_heads: int
    width: int
    epsilon: float
    scale: float


@dataclass(frozen=True)
class Seen:
    """What a segment's backward pass needs: queries, keys and values, and the weights that attention gave."""

    asked: torch.Tensor
    kept: torch.Tensor
    weights: torch.Tensor


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
        shape: Shape,
        qkv: torch.Tensor,
        out: torch.Tensor,
        gain: torch.Tensor,
        *adapters: torch.Tensor,
    ) -> Pair:
        """`fixed` and `x`, shape (tokens, model width), are the tokens of all segments in turn; gives new `x`, `fixed`.

        `adapters` are A and B of q, k, v and the output.
        """
        start = len(fixed)
        x = torch.cat((fixed, x)) if start else x
        normed, inverse = _norm(x, shape.epsilon)
        y = normed @ qkv.T
        read = torch.empty(len(x), shape.heads * shape.width)
        seen: list[Seen] = []
        for segment in segments:
            seen.append(_look(y[segment.tokens], segment, shape, seen[-1].kept if seen else None))
            _read(seen[-1], segment, shape, read[segment.tokens])
        kept = [
            part
            for found, segment in zip(seen, segments, strict=True)
            if segment.tokens.start >= start
            for part in (found.asked, found.kept, found.weights)
        ]
        ctx.save_for_backward(normed, inverse[start:], read[start:], qkv, out, gain, *adapters, *kept)
        ctx.segments, ctx.shape = segments, shape
        x, fixed = torch.addmm(x[start:], read[start:], out.T), torch.addmm(x[:start], read[:start], out.T)
        ctx.mark_non_differentiable(fixed)
        return x, fixed

    @staticmethod
    def backward(ctx: Any, d_out: torch.Tensor, _: Any) -> Any:
        """Gradients of `x` and of the adapters."""
        normed, inverse, read, qkv, out, gain, *rest = ctx.saved_tensors
        (a_q, b_q), *kv_adapters, (a_o, b_o) = _pairs(rest[:8])
        shape, scale = ctx.shape, ctx.shape.scale
        start = len(normed) - len(d_out)
        seen = [Seen(*rest[first : first + 3]) for first in range(8, len(rest), 3)]
        d_o = _adapter_gradients(d_out, read, a_o, b_o, scale)
        d_read = d_out @ out
        dy = torch.empty(len(normed), len(qkv))
        d_kept: Any = None
        for segment in ctx.segments[::-1]:
            tokens = segment.tokens
            if tokens.start >= start:
                d_own = d_read[tokens.start - start : tokens.stop - start]
                d_kept = _look_backward(d_own, seen.pop(), segment, shape, d_kept, dy[tokens])
            else:
                d_kept = _keys_backward(d_kept, segment, shape, dy[tokens])
        dq, dk, dv = dy.split([heads * shape.width for heads in (shape.heads, shape.key_heads, shape.key_heads)], 1)
        (a_k, b_k), (a_v, b_v) = kv_adapters
        d_q = _joined_gradients((dq[start:],), normed[start:], gain, (a_q,), (b_q,), scale)
        d_kv = _joined_gradients((dk, dv), normed, gain, (a_k, a_v), (b_k, b_v), scale)
        d_x = None
        if ctx.needs_input_grad[0]:
            d_x = _norm_backward(dy[start:] @ qkv, normed[start:], inverse).add_(d_out)
        return d_x, None, None, None, None, None, None, *d_q, *d_kv, *d_o


def _look(y: torch.Tensor, segment: Segment, shape: Shape, past: torch.Tensor | None) -> Seen:
    """Queries, keys, values and weights; `y` holds q, k and v of the segment's tokens, unrotated."""
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    half, before = shape.width // 2, segment.mask.shape[-1] - segment.length
    turned, values = y[:, : -groups * shape.width], y[:, -groups * shape.width :]
    queries, keys = _as_complex(turned).view(rows, length, -1, half).split((shape.heads, groups), 2)
    asked = torch.empty(rows, groups, shape.heads // groups, length, half, dtype=torch.complex64)
    queries = queries.view(rows, length, groups, -1, half).permute(0, 2, 3, 1, 4)
    torch.mul(queries, segment.rotation[:, None, None] * shape.width**-0.5, out=asked)
    kept = torch.empty(2, rows, groups, before + length, shape.width)
    if past is not None:
        kept[:, :, :, :before] = past
    torch.mul(keys.transpose(1, 2), segment.rotation[:, None], out=_as_complex(kept[0])[:, :, before:])
    kept[1, :, :, before:] = values.view(rows, length, groups, -1).transpose(1, 2)
    asked = torch.view_as_real(asked).view(rows * groups, -1, shape.width)
    scores = torch.bmm(asked, kept[0].flatten(0, 1).transpose(1, 2))
    scores.view(rows, -1, length, before + length).add_(segment.mask[:, None])
    return Seen(asked, kept, scores.softmax(-1))


def _read(seen: Seen, segment: Segment, shape: Shape, out: torch.Tensor) -> None:
    """Write the mix of values that each token reads, shape (tokens, heads x width)."""
    rows, groups = segment.rows, shape.key_heads
    mixed = torch.bmm(seen.weights, seen.kept[1].flatten(0, 1)).view(rows, groups, -1, segment.length, shape.width)
    out.view(rows, segment.length, groups, -1, shape.width).copy_(mixed.permute(0, 3, 1, 2, 4))


def _look_backward(
    d_read: torch.Tensor, seen: Seen, segment: Segment, shape: Shape, d_kept: torch.Tensor | None, dy: torch.Tensor
) -> torch.Tensor:
    """Write the gradient of q, k and v into `dy`; returns that of the keys and values of the segments before.

    `d_kept` is what the segment after adds to the gradient of the keys and values.
    """
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    d_mixed = d_read.view(rows, length, groups, -1, shape.width).permute(0, 2, 3, 1, 4)
    d_mixed = d_mixed.reshape(rows * groups, -1, shape.width)
    keys, values = seen.kept.flatten(1, 2)
    d_weights = torch.bmm(d_mixed, values.transpose(1, 2))
    d_scores = torch._softmax_backward_data(d_weights, seen.weights, -1, torch.float32)
    d_all = torch.empty_like(seen.kept)
    torch.bmm(d_scores.transpose(1, 2), seen.asked, out=d_all[0].flatten(0, 1))
    torch.bmm(seen.weights.transpose(1, 2), d_mixed, out=d_all[1].flatten(0, 1))
    if d_kept is not None:
        d_all += _for_rows(d_kept, rows)
    d_queries = _as_complex(torch.bmm(d_scores, keys).view(rows, groups, -1, length, shape.width))

    back = segment.rotation.conj().resolve_conj() * shape.width**-0.5
    queries = _as_complex(dy[:, : shape.heads * shape.width]).view(rows, length, groups, -1, shape.width // 2)
    torch.mul(d_queries.permute(0, 3, 1, 2, 4), back[:, :, None, None], out=queries)
    return _keys_backward(d_all, segment, shape, dy)


def _keys_backward(d_kept: torch.Tensor, segment: Segment, shape: Shape, dy: torch.Tensor) -> torch.Tensor:
    """Write the gradient of k and v into `dy` from that of all keys and values; returns the part of those before."""
    rows, length, groups = segment.rows, segment.length, shape.key_heads
    before = segment.mask.shape[-1] - length
    d_kept = _for_rows(d_kept, rows)
    d_keys, d_values = dy[:, shape.heads * shape.width :].unflatten(1, (2, groups, shape.width)).unbind(1)
    d_keys, d_values = d_keys.view(rows, length, groups, -1), d_values.view(rows, length, groups, -1)
    back = segment.rotation.conj().resolve_conj()
    torch.mul(_as_complex(d_kept[0, :, :, before:]).transpose(1, 2), back[:, :, None], out=_as_complex(d_keys))
    d_values.copy_(d_kept[1, :, :, before:].transpose(1, 2))
    return d_kept[:, :, :, :before]


def _for_rows(d_kept: torch.Tensor, rows: int) -> torch.Tensor:
    """The gradient of keys and values that one row of a segment, or each, gave to all that come after."""
    return d_kept if d_kept.shape[1] == rows else d_kept.sum(1, keepdim=True)


class FeedForward(torch.autograd.Function):
    """x + down(silu(gate(norm(x))) * up(norm(x)))."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        shape: Shape,
        gate_up: torch.Tensor,
        down: torch.Tensor,
        gain: torch.Tensor,
        *adapters: torch.Tensor,
    ) -> torch.Tensor:
        """`x` (tokens, model width); `adapters` A, B of gate, up and down."""
        normed, inverse = _norm(x, shape.epsilon)
        y = normed @ gate_up.T
        gate, up = y.chunk(2, 1)
        active = F.silu(gate).mul_(up)
        ctx.save_for_backward(normed, inverse, y, active, gate_up, down, gain, *adapters)
        ctx.scale = shape.scale
        return torch.addmm(x, active, down.T)

    @staticmethod
    def backward(ctx: Any, d_out: torch.Tensor) -> Any:
        """Gradients of `x` and of the adapters."""
        normed, inverse, y, active, gate_up, down, gain, *adapters = ctx.saved_tensors
        (a_gate, b_gate), (a_up, b_up), (a_down, b_down) = _pairs(adapters)
        d_down = _adapter_gradients(d_out, active, a_down, b_down, ctx.scale)
        d_active = d_out @ down
        gate, up = y.chunk(2, 1)
        dy = torch.empty_like(y)
        d_gate, d_up = dy.chunk(2, 1)
        torch.mul(d_active, F.silu(gate), out=d_up)
        torch.ops.aten.silu_backward.grad_input(d_active.mul_(up), gate, grad_input=d_gate)
        d_adapters = _joined_gradients((d_gate, d_up), normed, gain, (a_gate, a_up), (b_gate, b_up), ctx.scale)
        d_x = _norm_backward(dy @ gate_up, normed, inverse).add_(d_out) if ctx.needs_input_grad[0] else None
        return d_x, None, None, None, None, *d_adapters, *d_down


def _norm(x: torch.Tensor, epsilon: float) -> Pair:
    """x / rms(x) without gain (Zhang and Sennrich, 2019, arXiv:1910.07467), and 1 / rms(x), shape (tokens, 1)."""
    square = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()
    inverse = square.mul_(1 / x.shape[-1]).add_(epsilon).rsqrt_()
    return x * inverse, inverse


def _norm_backward(d_normed: torch.Tensor, normed: torch.Tensor, inverse: torch.Tensor) -> torch.Tensor:
    """In place."""
    along = torch.linalg.vecdot(d_normed, normed).mul_(-1 / normed.shape[-1])
    return d_normed.addcmul_(normed, along[:, None]).mul_(inverse)


def _adapter_gradients(dy: torch.Tensor, x: torch.Tensor, a: torch.Tensor, b: torch.Tensor, scale: float) -> Pair:
    return ((dy @ b).T @ x).mul_(scale), ((x @ a.T).T @ dy).mul_(scale).T


def _joined_gradients(
    dys: tuple[torch.Tensor, ...],
    normed: torch.Tensor,
    gain: torch.Tensor,
    downs: tuple[torch.Tensor, ...],
    ups: tuple[torch.Tensor, ...],
    scale: float,
) -> list[torch.Tensor]:
    """Of adapters that read the same normed input: their A, B in turn."""
    ranks = [a.shape[0] for a in downs]
    inner = (normed @ (torch.cat(downs) * gain).T).split(ranks, 1)
    outer = torch.cat([dy @ b for dy, b in zip(dys, ups, strict=True)], 1)
    d_downs = (outer.T @ normed).mul_(gain * scale).split(ranks)
    d_ups = [(h.T @ dy).mul_(scale).T for dy, h in zip(dys, inner, strict=True)]
    return [gradient for pair in zip(d_downs, d_ups, strict=True) for gradient in pair]


def _pairs(adapters: list[torch.Tensor]) -> list[Pair]:
    return list(zip(adapters[::2], adapters[1::2], strict=True))


def _as_complex(x: torch.Tensor) -> torch.Tensor:
    """Neighbours of the last dimension as one complex number: shape (…, width) to (…, width / 2)."""
    return torch.view_as_complex(x.unflatten(-1, (-1, 2)))
