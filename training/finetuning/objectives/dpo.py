"""Direct preference optimization: corrected replies over the originals."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from chatbot.engines.base_model import BaseModel
from training.finetuning.objectives.objective import Measures, Objective, Scores, Unit
from training.finetuning.objectives.preferences import Preferences, Rows, read_corrections
from training.finetuning.recipe import Recipe


class DPO(Objective):
    """DPO (Rafailov et al., 2023, arXiv:2305.18290): the preferred reply gains more on the reference than the other."""

    needs_reference = True

    def __init__(self, beta: float) -> None:
        super().__init__()
        self.beta = beta

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """- log sigmoid(beta (chosen gain - rejected gain))."""
        reference = torch.tensor([unit.reference for unit in units], device=scores.hidden.device)
        gains = scores.rows.view(-1, 2) - reference
        rewards = self.beta * gains.detach()
        margins = rewards[:, 0] - rewards[:, 1]
        return -F.logsigmoid(self.beta * (gains[:, 0] - gains[:, 1])).sum(), {
            "reward_chosen": rewards[:, 0].sum().item(),
            "reward_rejected": rewards[:, 1].sum().item(),
            "margin": margins.sum().item(),
            "accuracy": (margins > 0).sum().item(),
            "kl": gains.detach().mean(1).sum().item(),
        }


def read_preferences(base: BaseModel, recipe: Recipe, rows: Rows) -> Preferences:
    """Corrected replies over the originals."""
    return read_corrections(base, recipe, rows, DPO(recipe.beta))
