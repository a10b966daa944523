"""Batches of rows of similar length under a token budget, in an order that a seed decides."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from training.finetuning.encoding import IGNORED, Encoded


@dataclass(frozen=True)
class Batch:
    """Rows side by side, without the tokens that they all begin with.

    `prefix` holds those, shape (shared,); `ids` and `labels` the rest, shape (rows, length). Padding stands right,
    where causal attention never looks back. `tokens` counts the rows whole, unpadded.
    """

    prefix: torch.Tensor
    ids: torch.Tensor
    labels: torch.Tensor
    tokens: int

    @property
    def followed_by_learned(self) -> torch.Tensor:
        """Whether the next token is learned, for all positions but the last, shape (rows, length - 1)."""
        return self.labels[:, 1:] != IGNORED

    @property
    def stops(self) -> torch.Tensor:
        """How many tokens of each row stand before its last learned one, shape (rows,)."""
        followed = self.followed_by_learned
        return torch.where(followed, torch.arange(followed.shape[1]) + 1, 0).amax(1)

    @property
    def tokens_in_turn(self) -> torch.Tensor:
        """The prefix and then the rows with their padding, shape (shared + rows x length,)."""
        return torch.cat((self.prefix, self.ids.flatten()))

    @property
    def targets(self) -> torch.Tensor:
        """The learned tokens, row after row, shape (learned,)."""
        return self.labels[:, 1:][self.followed_by_learned]

    @property
    def learned(self) -> list[int]:
        """How many tokens each row learns."""
        counts: list[int] = self.followed_by_learned.sum(1).tolist()
        return counts


def shared_prefix(rows: Sequence[Encoded]) -> int:
    """How many tokens all rows begin with and none of them learns; the system text, mostly.

    One less than what is common, so that the first learned token always has a hidden state before it.
    """
    first, last = min(row.ids[:] for row in rows), max(row.ids[:] for row in rows)
    common = 0
    for a, b in zip(first, last, strict=False):
        if a != b:
            break
        common += 1
    return max(0, min(common, *(row.prompt for row in rows)) - 1)


def plan_batches(lengths: Sequence[int], budget: int, seed: int, epoch: int) -> list[list[int]]:
    """Positions of the units of each batch: sorted by length, cut by the padded budget, shuffled by seed and epoch."""
    chance = random.Random(f"{seed}/{epoch}")
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], chance.random()))
    batches = fill_batches(order, lengths, budget)
    chance.shuffle(batches)
    return batches


def fill_batches(order: Sequence[int], lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Cut an order into batches whose longest unit times their size is within the budget, one unit at least."""
    batches: list[list[int]] = [[]]
    longest = 0
    for position in order:
        longest = max(longest, lengths[position])
        if batches[-1] and (len(batches[-1]) + 1) * longest > budget:
            batches.append([])
            longest = lengths[position]
        batches[-1].append(position)
    return batches if order else []


def collate(rows: Sequence[Encoded], padding: int) -> Batch:
    """Pad to the longest row; labels hold the token itself where it is learned and -100 elsewhere."""
    shared = shared_prefix(rows)
    longest = max(len(row.ids) for row in rows) - shared
    ids = torch.full((len(rows), longest), padding)
    labels = torch.full((len(rows), longest), IGNORED)
    for number, row in enumerate(rows):
        tokens = torch.tensor(row.ids[shared:])
        ids[number, : len(tokens)] = tokens
        for start, stop in row.spans:
            labels[number, start - shared : stop - shared] = tokens[start - shared : stop - shared]
    return Batch(torch.tensor(rows[0].ids[:shared], dtype=torch.long), ids, labels, sum(len(row.ids) for row in rows))
