"""What a run learns, in turn: articles, rows, preferences; each stage with its units, its objective and its rate."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.encoding import Encoded, encode_rows, encode_text
from training.finetuning.objectives import (
    Classes,
    DirectPreference,
    Imitation,
    LoneFeedback,
    Objective,
    OddsRatio,
    Unit,
    balanced_weights,
)
from training.finetuning.recipe import Recipe

Row = dict[str, Any]
Rows = Callable[[str], Iterable[Row]]
LEAST_PREFERENCES = 5
HELD_OUT = 10


@dataclass(frozen=True)
class Stage:
    """Units to learn and to validate on, the objective, how often and how fast."""

    name: str
    objective: Objective
    train: Sequence[Unit]
    validation: Sequence[Unit]
    epochs: float
    learning_rate: float
    too_long: int = 0


def stages_of(
    base: BaseModel, recipe: Recipe, rows: Rows, articles: Sequence[str], folder: Path | None = None
) -> list[Stage]:
    """The stages of a recipe; `rows` reads a file of the snapshot, `articles` are the pack's, in pieces.

    Encoded rows lie in a file in `folder`, without one in memory.

    Raises `TrainingError` when a stage has nothing to learn from.
    """
    if recipe.objective == "classify":
        raise TrainingError("the recipe 'classify' makes no version: use it with `python -m training run`")
    stages = []
    if recipe.domain_epochs:
        units = [
            Unit((part,))
            for number, text in enumerate(articles, start=1)
            for part in encode_text(base, f"piece-{number}", text, recipe.max_length)
        ]
        if not units:
            raise TrainingError("domain_epochs needs articles, and the pack has none: add some or set it to 0")
        stages.append(Stage("articles", Imitation(), units, [], recipe.domain_epochs, recipe.learning_rate))
    if recipe.epochs:
        stages.append(_replies(base, recipe, rows, folder))
    if recipe.prefers:
        stages.append(_lone_feedback(base, recipe, rows) if recipe.objective == "kto" else _pairs(base, recipe, rows))
    return stages


def _replies(base: BaseModel, recipe: Recipe, rows: Rows, folder: Path | None) -> Stage:
    """Imitation of the snapshot's replies, for multitask with the intent beside it."""
    intents: dict[str, str] = {}

    def noted(*names: str) -> Iterator[Row]:
        for row in chain.from_iterable(map(rows, names)):
            intents[row["id"]] = row["intent"]
            yield row

    encoded = [
        encode_rows(base, noted(*names), recipe.max_length, recipe.learn == "all", folder)
        for names in (("train", "reading"), ("validation",))
    ]
    too_long = sum(part.too_long for part in encoded)
    names = sorted({intent for intent in intents.values() if intent})
    objective: Objective = Imitation()
    if recipe.objective == "multitask":
        if len(names) < 2:
            raise TrainingError("multitask needs rows of two intents at least: name the intents of the pack's pairs")
        objective = Classes(names, base.width, recipe.class_share)
    labels = {"": -1} | {name: number for number, name in enumerate(names)}
    train, validation = (
        [
            Unit((row,), labels[intents[row.id]])
            for row in part.rows
            if intents[row.id] or recipe.objective != "multitask"
        ]
        for part in encoded
    )
    if not train:
        raise TrainingError(f"no row fits max_length ({too_long} are too long): raise max_length")
    if not validation:
        raise TrainingError("no row is left to validate on: add pairs to the pack")
    if recipe.validation_rows:
        validation = random.Random(recipe.seed).sample(validation, min(recipe.validation_rows, len(validation)))
    return Stage("replies", objective, train, validation, recipe.epochs, recipe.learning_rate, too_long)


def _pairs(base: BaseModel, recipe: Recipe, rows: Rows) -> Stage:
    """Corrected replies over the originals."""
    found = list(rows("preferences"))
    chosen, rejected = (
        {row.id: row for row in _encoded(base, found, recipe, lambda row, kind=kind: row[kind])}  # type: ignore[misc]
        for kind in ("chosen", "rejected")
    )
    units = [Unit((chosen[name], rejected[name])) for name in chosen if name in rejected]
    objective = DirectPreference(recipe.beta) if recipe.objective == "dpo" else OddsRatio(recipe.beta)
    return _preference_stage(recipe, objective, units, len(found) - len(units), "corrections of replies")


def _lone_feedback(base: BaseModel, recipe: Recipe, rows: Rows) -> Stage:
    """Likes and dislikes, each with another's reply as the mismatched one."""
    found = [row | {"id": f"verdict-{number}"} for number, row in enumerate(rows("unpaired"))]
    labels = {row["id"]: int(row["label"]) for row in found}
    others = {row["id"]: found[number - 1]["completion"] for number, row in enumerate(found)}
    own = {row.id: row for row in _encoded(base, found, recipe, lambda row: row["completion"])}
    mismatched = {row.id: row for row in _encoded(base, found, recipe, lambda row: others[row["id"]])}
    units = [Unit((own[name], mismatched[name]), labels[name]) for name in own if name in mismatched]
    liked = sum(unit.label for unit in units)
    objective = LoneFeedback(recipe.beta, *balanced_weights(liked, len(units) - liked))
    return _preference_stage(recipe, objective, units, len(found) - len(units), "likes and dislikes")


def _encoded(base: BaseModel, rows: Sequence[Row], recipe: Recipe, reply: Callable[[Row], list[Any]]) -> list[Encoded]:
    whole = [{"id": row["id"], "messages": [*row["prompt"], *reply(row)]} for row in rows]
    return encode_rows(base, whole, recipe.max_length).rows


def _preference_stage(recipe: Recipe, objective: Objective, units: list[Unit], too_long: int, what: str) -> Stage:
    if len(units) < LEAST_PREFERENCES:
        raise TrainingError(
            f"objective {recipe.objective!r} learns from {what} of consenting users: there are {len(units)} and "
            f"{LEAST_PREFERENCES} are the least; rate and correct replies first, or use the recipe 'sft'"
        )
    random.Random(recipe.seed).shuffle(units)
    held = max(1, len(units) // HELD_OUT)
    name, rate = "preferences", recipe.preference_learning_rate
    return Stage(name, objective, units[held:], units[:held], recipe.preference_epochs, rate, too_long)
