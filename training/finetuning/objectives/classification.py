"""Classes of questions, beside the replies or alone."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from training.finetuning.objectives.objective import Measures, Objective, Scores, Unit

HEAD = "classes.safetensors"


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
