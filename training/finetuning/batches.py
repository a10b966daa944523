"""Batches of rows of similar length under a token budget, in an order that a seed decides."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from training.finetuning.encoding import IGNORED, Encoded


@dataclass(frozen=True)
class Batch:
    """Token ids and labels, shape (rows, length); padding stands right, where causal attention never looks back."""

    ids: torch.Tensor
    labels: torch.Tensor
    tokens: int


def plan_batches(rows: Sequence[Encoded], budget: int, seed: int, epoch: int) -> list[list[int]]:
    """Positions of the rows of each batch: sorted by length, cut by the padded budget, shuffled by seed and epoch."""
    chance = random.Random(f"{seed}/{epoch}")
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i].ids), chance.random()))
    batches: list[list[int]] = [[]]
    for position in order:
        longest = len(rows[position].ids)
        if batches[-1] and (len(batches[-1]) + 1) * longest > budget:
            batches.append([])
        batches[-1].append(position)
    chance.shuffle(batches)
    return batches


def collate(rows: Sequence[Encoded], padding: int) -> Batch:
    """Pad to the longest row; labels hold the token itself where it is learned and -100 elsewhere."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), padding)
    labels = torch.full((len(rows), longest), IGNORED)
    for number, row in enumerate(rows):
        tokens = torch.tensor(row.ids)
        ids[number, : len(row.ids)] = tokens
        labels[number, row.prompt : len(row.ids)] = tokens[row.prompt :]
    return Batch(ids, labels, sum(len(row.ids) for row in rows))
