"""What people preferred, read from a snapshot for an objective that learns it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chatbot.engines.base_model import BaseModel
from chatbot.records import ChatMessage
from training.finetuning.encoding import Encoded, encode_rows
from training.finetuning.objectives.objective import Objective, Unit
from training.finetuning.recipe import Recipe
from training.rows import Row

Rows = Callable[[str], Iterable[Row]]
"""Reads a file of a snapshot by its name."""


@dataclass(frozen=True)
class Preferences:
    """Units with the objective that learns them, how many rows were too long, and `what` they are in words."""

    objective: Objective
    units: list[Unit]
    too_long: int
    what: str


def read_corrections(base: BaseModel, recipe: Recipe, rows: Rows, objective: Objective) -> Preferences:
    """Corrected replies over the originals, as pairs of rows."""
    found = list(rows("preferences"))
    chosen, rejected = (
        {row.id: row for row in encode_replies(base, found, recipe, lambda row, kind=kind: row[kind])}  # type: ignore[misc]
        for kind in ("chosen", "rejected")
    )
    units = [Unit((chosen[name], rejected[name])) for name in chosen if name in rejected]
    return Preferences(objective, units, len(found) - len(units), "corrections of replies")


def encode_replies(
    base: BaseModel, rows: Sequence[Row], recipe: Recipe, reply: Callable[[Row], list[ChatMessage]]
) -> list[Encoded]:
    """The prompts of rows, each with one of its replies; those that are too long are left out."""
    whole: list[Row] = [{"id": row["id"], "messages": [*row["prompt"], *reply(row)]} for row in rows]
    return encode_rows(base, whole, recipe.max_length).rows
