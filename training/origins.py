"""Where a row to learn from comes from, and what that says of it: one table, which every room reads.

A new origin is an entry here and a source of rows in `training/curation/sources`.
"""

from dataclasses import dataclass
from typing import Literal

OriginName = Literal["pair", "dialogue", "correction", "like", "answer"]


@dataclass(frozen=True)
class Origin:
    """How far rows of one origin are trusted.

    Of near-duplicates the row of the lowest `precedence` stays. Rows of an origin that is `ordered`, by the staff, are
    always learned from and never held out; those that `yields` give way to a correction by the staff. `curated` rows
    are the pack's own.
    """

    precedence: int
    ordered: bool = False
    yields: bool = False
    curated: bool = False


ORIGINS: dict[OriginName, Origin] = {
    "correction": Origin(0, ordered=True),
    "answer": Origin(1, ordered=True),
    "pair": Origin(2, curated=True),
    "dialogue": Origin(3, curated=True),
    "like": Origin(4, yields=True),
}
