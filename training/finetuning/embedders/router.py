"""The router of a version: the embedder, fine-tuned so that messages under different rules lie apart.

Cross-entropy of a linear head on the vectors. The head is not kept: what serves learns one of its own from the vectors,
so that rules which are edited later hold at once (as in SetFit: Tunstall et al., 2022, arXiv:2209.11055).
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from training.finetuning.embedders.embedder import descend, encode, learning_copy, save
from training.finetuning.recipe import Recipe

BATCH = 32
HEAD_RATE = 1e-2
SHARPNESS = 16.0


def finetune_router(
    embedder: Path | str,
    messages: Sequence[tuple[str, str]],
    recipe: Recipe,
    out: Path,
    report: Callable[[float], None] = lambda fraction: None,
) -> None:
    """Teach a copy of the embedder messages with the name of their rule, and save it under `out`.

    `report` hears the share done and may raise to stop. Rare rules weigh more, by the square root of their rarity.
    """
    model = learning_copy(embedder, recipe.seed)
    counts = Counter(rule for _, rule in messages)
    rules = sorted(counts)
    weights = torch.tensor([(len(messages) / len(rules) / counts[rule]) ** 0.5 for rule in rules])
    head = torch.nn.Linear(model.get_embedding_dimension(), len(rules))

    def loss(batch: Sequence[tuple[str, str]]) -> torch.Tensor:
        vectors = encode(model, [message for message, _ in batch])
        wanted = torch.tensor([rules.index(rule) for _, rule in batch])
        return cross_entropy(head(SHARPNESS * vectors), wanted, weight=weights)

    groups = [(model.parameters(), recipe.retriever_learning_rate), (head.parameters(), HEAD_RATE)]
    batches = [batch for epoch in range(recipe.router_epochs) for batch in _batches(messages, f"{recipe.seed}/{epoch}")]
    descend(groups, batches, loss, recipe, report)
    save(model, out)


def _batches(messages: Sequence[tuple[str, str]], seed: str) -> list[list[tuple[str, str]]]:
    """Messages of about the same length together, in an order that the seed decides."""
    chance = random.Random(seed)
    order = sorted(messages, key=lambda message: (len(message[0]) // 20, chance.random()))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches
