"""The split into rows to learn from and rows to validate on: by conversation, and stable as rows come and go."""

import hashlib

from training.curation.examples import Example
from training.origins import ORIGINS

VALIDATION_SHARE = 0.05


def split(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """Training and validation rows; all rows of one group (a conversation) fall on the same side.

    A group's side is decided by the hash of its name, so that it stays where it is in every later snapshot; a group
    that holds a row ordered by the staff is always learned from.
    """
    ordered = {example.group for example in examples if ORIGINS[example.origin].ordered}
    train: list[Example] = []
    validation: list[Example] = []
    for example in examples:
        held_out = example.group not in ordered and _share(example.group) < VALIDATION_SHARE
        (validation if held_out else train).append(example)
    return train, validation


def fold_of(group: str, folds: int) -> int:
    """Which of the folds of a cross-validation a group is held out in, counted from 0."""
    return int(_share(group) * folds)


def _share(group: str) -> float:
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
