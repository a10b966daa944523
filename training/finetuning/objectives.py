"""What a step minimises: imitation of replies, preferences between replies, or classes of questions.

An objective weighs units: a row; a pair of rows, preferred first; or a reply with a mismatched one. Losses are sums
over a batch, to be divided by `weight`, so that batches may be cut without changing a step. Measures are sums as well.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from training.finetuning.batches import Batch
from training.finetuning.encoding import Encoded
from training.finetuning.forward import Forward

HEAD = "classes.safetensors"
Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that are weighed together; `label` is a class, or 1 for liked and 0 for disliked.

    `reference` holds the log-probability of each row before preference learning began, in nats.
    """

    rows: tuple[Encoded, ...]
    label: int = -1
    reference: tuple[float, ...] = ()

    @property
    def length(self) -> int:
        """Tokens of the unit, padded to its longest row."""
        return len(self.rows) * max(len(row.ids) for row in self.rows)


class Scores:
    """How a model finds the rows of a batch; `compared` holds log-probabilities of rows that are only compared with."""

    def __init__(self, forward: Forward, batch: Batch, compared: torch.Tensor | None = None) -> None:
        self._forward = forward
        self._batch = batch
        self.compared = torch.empty(0) if compared is None else compared
        self.hidden = forward.hidden(batch)

    @cached_property
    def tokens(self) -> torch.Tensor:
        """Log-probability of each learned token, shape (learned,)."""
        return self._forward.log_probabilities(self.hidden, self._batch)

    @property
    def rows(self) -> torch.Tensor:
        """Log-probability of each row's learned tokens together, shape (rows,)."""
        return torch.stack([part.sum() for part in self.tokens.split(self._batch.learned)])

    @property
    def sizes(self) -> torch.Tensor:
        """How many tokens each row learns, shape (rows,)."""
        return torch.tensor(self._batch.learned, device=self.hidden.device)

    @property
    def losses(self) -> list[float]:
        """Mean negative log-likelihood a learned token of each row; none where no objective asked for tokens."""
        if "tokens" not in vars(self):
            return []
        losses: list[float] = (-self.rows.detach() / self.sizes).tolist()
        return losses

    @property
    def first(self) -> torch.Tensor:
        """The hidden state before each row's first learned token, shape (rows, model width)."""
        starts = self.sizes.cumsum(0) - self.sizes
        return self.hidden[starts]


class Objective(nn.Module, ABC):
    """Turns scores into a loss; most have no weights of their own."""

    needs_reference = False

    def rows(self, units: Sequence[Unit]) -> tuple[list[Encoded], list[Encoded]]:
        """Rows that are learned from, and rows that these are only compared with, without gradients."""
        return [row for unit in units for row in unit.rows], []

    def weight(self, units: Sequence[Unit]) -> int:
        """What the summed loss of these units is divided by."""
        return len(units)

    @abstractmethod
    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """The loss and what is worth showing of it, both summed over the units."""

    def save(self, folder: Path) -> None:
        """Write weights of its own, if it has any."""


class Imitation(Objective):
    """Mean negative log-likelihood of the learned tokens."""

    def weight(self, units: Sequence[Unit]) -> int:
        """Learned tokens."""
        return sum(row.supervised for unit in units for row in unit.rows)

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """Summed over tokens."""
        return -scores.tokens.sum(), {}


class DirectPreference(Objective):
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


class LoneFeedback(Objective):
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


class OddsRatio(Objective):
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


class Classes(Objective):
    """A linear head on the state that ends the question: cross-entropy of its class, with or without imitation.

    `share` is the weight of the class beside the reply: 1 learns classes alone, 0.1 mostly replies.
    """

    def __init__(self, names: Sequence[str], width: int, share: float = 1.0) -> None:
        super().__init__()
        self.names = list(names)
        self.share = share
        self.head = nn.Linear(width, len(names))
        nn.init.zeros_(self.head.bias)

    def save(self, folder: Path) -> None:
        """Write the head, the names of its classes in the file's metadata."""
        save_file(self.head.state_dict(), folder / HEAD, metadata={"classes": json.dumps(self.names)})

    def forward(self, scores: Scores, units: Sequence[Unit]) -> tuple[torch.Tensor, Measures]:
        """Summed over units; the reply counts by its mean token."""
        labels = torch.tensor([unit.label for unit in units], device=scores.hidden.device)
        logits = self.head(scores.first.float())
        loss = self.share * F.cross_entropy(logits, labels, reduction="sum")
        if self.share < 1:
            loss = loss - (1 - self.share) * (scores.rows / scores.sizes).sum()
        return loss, {"accuracy": (logits.argmax(-1) == labels).sum().item()}


@dataclass
class Total:
    """A loss and its measures, gathered over batches."""

    loss: float = 0.0
    weight: int = 0
    units: int = 0
    sums: Measures = field(default_factory=dict)
    row_losses: Measures = field(default_factory=dict)

    def add(self, loss: float, weight: int, units: int, measures: Measures) -> None:
        """Take another batch into account."""
        self.loss, self.weight, self.units = self.loss + loss, self.weight + weight, self.units + units
        for name, value in measures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def include(self, other: "Total") -> None:
        """Take what another process gathered into account."""
        self.add(other.loss, other.weight, other.units, other.sums)
        self.row_losses |= other.row_losses

    @property
    def mean(self) -> float:
        """The loss divided by what it was summed over."""
        return self.loss / self.weight

    @property
    def measures(self) -> Measures:
        """Means a unit."""
        return {name: round(value / self.units, 4) for name, value in self.sums.items()}
