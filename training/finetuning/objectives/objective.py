"""What a step minimises: an objective turns how a model finds some rows into a loss.

An objective weighs units: a row; a pair of rows, preferred first; or a reply with a mismatched one. Losses are sums
over a batch, to be divided by `weight`, so that batches may be cut without changing a step. Measures are sums as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from torch import nn

from training.finetuning.batches import Batch
from training.finetuning.encoding import Encoded
from training.finetuning.fast.forward import Forward

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
