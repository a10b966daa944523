"""Kahneman-Tversky optimization: likes and dislikes, each by itself."""

from collections.abc import Sequence

import torch

from chatbot.engines.base_model import BaseModel
from training.finetuning.encoding import Encoded
from training.finetuning.objectives.objective import Measures, Objective, Scores, Unit
from training.finetuning.objectives.preferences import Preferences, Rows, encode_replies
from training.finetuning.recipe import Recipe


class KTO(Objective):
    """KTO (Ethayarajh et al., 2024, arXiv:2402.01306): likes gain and dislikes lose against the mean drift.

    The drift is the KL from the reference, estimated from mismatched replies in the batch and never below 0.
    """

    needs_reference = True

    def __init__(self, beta: float, liked_weight: float, disliked_weight: float) -> None:
        super().__init__()
        self.beta, self.liked_weight, self.disliked_weight = beta, liked_weight, disliked_weight

    def rows(self, units: Sequence[Unit]) -> tuple[list[Encoded], list[Encoded]]:
        """Replies, and the mismatched ones that the drift is measured on."""
        return [unit.rows[0] for unit in units], [unit.rows[1] for unit in units]

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """Weighted 1 - sigmoid(beta (gain - drift)) of likes, and of dislikes with the sign turned."""
        reference = torch.tensor([unit.reference for unit in units], device=scores.hidden.device)
        gains = scores.rows - reference[:, 0]
        drift = (scores.compared - reference[:, 1]).mean().clamp(min=0)
        liked = torch.tensor([unit.label == 1 for unit in units], device=gains.device)
        sign = torch.where(liked, 1.0, -1.0)
        weights = torch.where(liked, self.liked_weight, self.disliked_weight)
        losses = weights * (1 - torch.sigmoid(self.beta * sign * (gains - drift)))
        rewards = self.beta * gains.detach()
        return losses.sum(), {
            "reward_liked": rewards[liked].sum().item(),
            "reward_disliked": rewards[~liked].sum().item(),
            "margin": (sign * rewards).sum().item(),
            "kl": drift.item() * len(units),
        }


def balanced_weights(liked: int, disliked: int) -> tuple[float, float]:
    """Weights that bring likes over dislikes to between 1 and 4/3, by raising that of the rarer (KTO, section 4.2)."""
    if not liked or not disliked:
        return 1.0, 1.0
    ratio = liked / disliked
    if ratio > 4 / 3:
        return 1.0, ratio * 3 / 4
    return (1.0 if ratio >= 1 else 1 / ratio), 1.0


def read_preferences(base: BaseModel, recipe: Recipe, rows: Rows) -> Preferences:
    """Likes and dislikes, each with another's reply as the mismatched one."""
    found = [row | {"id": f"verdict-{number}"} for number, row in enumerate(rows("unpaired"))]
    labels = {row["id"]: int(row["label"]) for row in found}
    others = {row["id"]: found[number - 1]["completion"] for number, row in enumerate(found)}
    own = {row.id: row for row in encode_replies(base, found, recipe, lambda row: row["completion"])}
    mismatched = {row.id: row for row in encode_replies(base, found, recipe, lambda row: others[row["id"]])}
    units = [Unit((own[name], mismatched[name]), labels[name]) for name in own if name in mismatched]
    liked = sum(unit.label for unit in units)
    objective = KTO(recipe.beta, *balanced_weights(liked, len(units) - liked))
    return Preferences(objective, units, len(found) - len(units), "likes and dislikes")
