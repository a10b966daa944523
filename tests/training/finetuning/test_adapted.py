"""Several matrices with adapters as one product: values and gradients are those of autograd."""

import pytest
import torch

from training.finetuning.fast.adapted import Adapted
from training.finetuning.fast.frozen import Workspace

RANK, SCALE, SIZES = 2, 1.5, (3, 5)


@pytest.mark.parametrize("gained", [False, True])
@pytest.mark.parametrize("biased", [False, True])
def test_product_and_gradients(gained: bool, biased: bool) -> None:
    torch.manual_seed(1)
    matrices = [torch.randn(size, 4) for size in SIZES]
    biases = [torch.randn(SIZES[0]) if biased else None, None]
    gain = torch.randn(4) if gained else None
    adapters = [part for size in SIZES for part in (torch.randn(RANK, 4), torch.randn(size, RANK))]
    for part in adapters:
        part.requires_grad_()
    x = torch.randn(6, 4, requires_grad=True)

    read = x if gain is None else x * gain
    wanted = torch.cat(
        [
            read @ matrix.T + SCALE * read @ down.T @ up.T + (0 if bias is None else bias)
            for matrix, bias, down, up in zip(matrices, biases, adapters[::2], adapters[1::2], strict=True)
        ],
        1,
    )
    dy = torch.randn_like(wanted)
    d_wanted = torch.autograd.grad(wanted, [x, *adapters], dy)

    fused = Adapted(matrices, biases, RANK, SCALE, gain, Workspace(torch.float32))
    fused.put([part.detach() for part in adapters])
    x_h = fused.workspace(len(x))
    x_h[:, : fused.inputs] = x.detach()
    assert torch.allclose(fused.product(x_h), wanted.detach(), atol=1e-4)
    d_x, d_adapters = fused.backward(dy, x_h)
    for ours, theirs in zip([d_x, *d_adapters], d_wanted, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)
    later, same = fused.backward(dy, x_h, start=2)
    assert torch.allclose(later, d_wanted[0][2:], atol=1e-4)
    assert all(torch.allclose(ours, theirs, atol=1e-4) for ours, theirs in zip(same, d_wanted[1:], strict=True))


def test_without_adapters_only_the_input_has_a_gradient() -> None:
    matrix, x = torch.randn(3, 4), torch.randn(6, 4)
    plain = Adapted([matrix], [None], 0, 1.0, None, Workspace(torch.float32))
    assert torch.allclose(plain.product(x), x @ matrix.T, atol=1e-5)
    d_x, d_adapters = plain.backward(torch.ones(6, 3), x)
    assert torch.allclose(d_x, torch.ones(6, 3) @ matrix, atol=1e-5) and d_adapters == []
