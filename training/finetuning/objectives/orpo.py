"""Odds ratio preference optimization: corrected replies are learned, and the originals made less likely."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from chatbot.engines.base_model import BaseModel
from training.finetuning.objectives.objective import Measures, Objective, Scores, Unit
from training.finetuning.objectives.preferences import Preferences, Rows, read_corrections
from training.finetuning.recipe import Recipe


class ORPO(Objective):
    """ORPO (Hong et al., 2024, arXiv:2403.07691): imitation, and the odds of the preferred reply over the other's."""

    def __init__(self, beta: float) -> None:
        super().__init__()
        self.beta = beta

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """- mean log p(chosen) - beta log sigmoid(log odds ratio), from mean log-probabilities a token."""
        chosen, rejected = (scores.rows / scores.sizes).view(-1, 2).unbind(1)
        odds = chosen - rejected - torch.log1p(-chosen.exp()) + torch.log1p(-rejected.exp())
        return (-chosen - self.beta * F.logsigmoid(odds)).sum(), {
            "margin": (self.beta * (chosen - rejected)).sum().item(),
            "accuracy": (odds > 0).sum().item(),
        }


def read_preferences(base: BaseModel, recipe: Recipe, rows: Rows) -> Preferences:
    """Corrected replies over the originals."""
    return read_corrections(base, recipe, rows, ORPO(recipe.beta))
