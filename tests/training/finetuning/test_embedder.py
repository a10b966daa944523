"""Steps of an embedder's fine-tune: a rate that rises and falls, weights that move, frozen ones that stay."""

import pytest
import torch

from training.finetuning.embedders.embedder import WARMUP_STEPS, descend
from training.finetuning.recipe import Recipe


def test_weights_move_towards_the_rows_and_frozen_ones_stay() -> None:
    weight, frozen = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.ones(1), requires_grad=False)
    told: list[float] = []
    batches = [1.0] * 20
    groups = [([weight, frozen], 0.05)]
    descend(groups, batches, lambda batch: (weight - batch).square().sum(), Recipe(weight_decay=0.0), told.append)
    assert 0.2 < weight.item() < 1.0 and frozen.item() == 1.0
    assert told == [step / 20 for step in range(1, 21)]
    assert weight.grad is None


def test_each_group_has_its_rate_which_rises_and_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[float]] = []
    stepped = torch.optim.AdamW.step

    def step(self: torch.optim.AdamW, *rest: object) -> object:
        seen.append([group["lr"] for group in self.param_groups])
        return stepped(self)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    one, other = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    descend(
        [([one], 0.1), ([other], 0.2)], [1.0] * 10, lambda batch: (one + other - batch).square().sum(), Recipe(), print
    )
    assert seen[0] == pytest.approx([0.1 / WARMUP_STEPS, 0.2 / WARMUP_STEPS])
    assert seen[-1] == pytest.approx([0.1 / 10, 0.2 / 10])
    assert max(seen)[0] < 0.1
