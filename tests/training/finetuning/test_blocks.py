"""The halves of a layer on their own: values and gradients are those of the formulas under autograd."""

import torch
from torch.nn import functional as F

from training.finetuning.fast.adapted import Adapted
from training.finetuning.fast.architecture import Architecture
from training.finetuning.fast.blocks import MLP, Attention, pairwise
from training.finetuning.fast.frozen import Workspace
from training.finetuning.fast.layout import Segment

SHAPE = Architecture(heads=4, key_heads=2, width=4, epsilon=1e-5)
MODEL, INNER, TOKENS, RANK, SCALE = 6, 10, 5, 2, 0.5


def adapters(*sizes: tuple[int, int]) -> list[torch.Tensor]:
    """A and B in turn, for matrices of (outputs, inputs)."""
    return [
        part.requires_grad_()
        for outputs, inputs in sizes
        for part in (torch.randn(RANK, inputs), torch.randn(outputs, RANK))
    ]


def stacked(matrices: list[torch.Tensor], learned: list[torch.Tensor]) -> Adapted:
    found = Adapted(matrices, [None] * len(matrices), RANK, SCALE, None, Workspace(torch.float32))
    found.put([part.detach() for part in learned])
    return found


def linear(x: torch.Tensor, matrix: torch.Tensor, down: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    return x @ (matrix + SCALE * up @ down).T


def norm(x: torch.Tensor) -> torch.Tensor:
    return x * (x.square().mean(-1, keepdim=True) + SHAPE.epsilon).rsqrt()


def assert_alike(ours: torch.Tensor, theirs: torch.Tensor, x: torch.Tensor, learned: list[torch.Tensor]) -> None:
    assert torch.allclose(ours, theirs, atol=1e-4)
    d_out = torch.randn_like(ours)
    found = torch.autograd.grad(ours, [x, *learned], d_out)
    wanted = torch.autograd.grad(theirs, [x, *learned], d_out)
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-3)


def test_the_feed_forward_half() -> None:
    torch.manual_seed(3)
    gate, up, down = torch.randn(INNER, MODEL), torch.randn(INNER, MODEL), torch.randn(MODEL, INNER)
    learned = adapters((INNER, MODEL), (INNER, MODEL), (MODEL, INNER))
    x = torch.randn(TOKENS, MODEL, requires_grad=True)
    ours = MLP.apply(x, SHAPE, stacked([gate, up], learned[:4]), stacked([down], learned[4:]), *learned)
    active = F.silu(linear(norm(x), gate, *learned[:2])) * linear(norm(x), up, *learned[2:4])
    assert_alike(ours, x + linear(active, down, *learned[4:]), x, learned)


def test_the_attending_half() -> None:
    torch.manual_seed(4)
    sizes = [(heads * SHAPE.width, MODEL) for heads in (4, 2, 2)] + [(MODEL, 4 * SHAPE.width)]
    q, k, v, out = (torch.randn(*size) for size in sizes)
    learned = adapters(*sizes)
    angles = torch.arange(TOKENS)[:, None] * torch.tensor([1.0, 0.1])
    causal = torch.full((1, TOKENS, TOKENS), float("-inf")).triu(1)
    rotation = torch.polar(torch.ones_like(angles), angles)[None]
    segment = Segment(slice(0, TOKENS), 1, TOKENS, rotation, causal)
    x = torch.randn(TOKENS, MODEL, requires_grad=True)

    paired = list(learned[:6])
    paired[1], paired[3] = pairwise(learned[1].detach(), 4), pairwise(learned[3].detach(), 2)
    qkv = stacked([pairwise(q, 4), pairwise(k, 2), v], paired)
    ours, _ = Attention.apply(x, x[:0].detach(), [segment], SHAPE, qkv, None, stacked([out], learned[6:]), *learned)

    def turned(y: torch.Tensor) -> torch.Tensor:
        first, second = y.unflatten(1, (-1, 2, SHAPE.width // 2)).unbind(2)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        return torch.cat((first * cos - second * sin, second * cos + first * sin), 2)

    asked, keys = turned(linear(norm(x), q, *learned[:2])), turned(linear(norm(x), k, *learned[2:4]))
    values = linear(norm(x), v, *learned[4:6]).unflatten(1, (-1, SHAPE.width))
    keys, values = keys.repeat_interleave(2, 1), values.repeat_interleave(2, 1)
    asked, keys, values = (part.transpose(0, 1) for part in (asked, keys, values))
    read = F.scaled_dot_product_attention(asked, keys, values, is_causal=True)
    theirs = x + linear(read.transpose(0, 1).flatten(1), out, *learned[6:])
    assert_alike(ours, theirs, x, learned)


def test_rows_that_are_rotated_together_stand_together() -> None:
    rows = torch.arange(8)[:, None]
    assert pairwise(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
