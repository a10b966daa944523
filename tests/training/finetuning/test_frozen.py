"""Frozen matrices that are kept in bfloat16 and multiplied in float32."""

import pytest
import torch

from training.finetuning.fast import frozen
from training.finetuning.fast.frozen import Frozen, Head, Workspace


@pytest.mark.parametrize("kept", [torch.float32, torch.bfloat16])
def test_what_stands_below_is_read_as_it_is_now(kept: torch.dtype) -> None:
    workspace = Workspace(torch.float32)
    matrix = torch.randn(3, 4).to(kept)
    whole = Frozen(matrix, 2, workspace)
    assert torch.equal(whole.wide(), torch.cat((matrix.float(), torch.zeros(2, 4))))
    whole.below[:] = 7.0
    assert torch.equal(whole.wide()[3:], torch.full((2, 4), 7.0))
    assert whole.wide().dtype == torch.float32


def test_one_workspace_is_shared_and_grows() -> None:
    workspace = Workspace(torch.float32)
    small = workspace.take(2, 3, torch.device("cpu"))
    small[:] = 1.0
    assert workspace.take(3, 2, torch.device("cpu")).data_ptr() == small.data_ptr()
    assert workspace.take(9, 9, torch.device("cpu")).shape == (9, 9)


@pytest.mark.parametrize("kept", [torch.float32, torch.bfloat16])
def test_logits_in_parts_are_those_of_one_product(kept: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "VOCABULARY", 4)
    weight = torch.randn(10, 6).to(kept)
    head, hidden = Head(weight, Workspace(torch.float32)), torch.randn(5, 6)
    logits = head.logits(hidden)
    assert torch.allclose(logits, hidden @ weight.float().T, atol=1e-5)
    assert torch.allclose(head.backward(logits), logits @ weight.float(), atol=1e-4)
