"""Supervised fine-tuning: replies are learned as they stand."""

from collections.abc import Sequence

import torch

from training.finetuning.objectives.objective import Measures, Objective, Scores, Unit


class SFT(Objective):
    """Mean negative log-likelihood of the learned tokens."""

    def weight(self, units: Sequence[Unit]) -> int:
        """Learned tokens."""
        return sum(row.supervised for unit in units for row in unit.rows)

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """Summed over tokens."""
        return -scores.tokens.sum(), {}
