"""What a run learns, in turn: articles, rows, preferences; each stage with its units, its objective and its rate."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.encoding import encode_rows, encode_text
from training.finetuning.objectives import dpo, kto, orpo
from training.finetuning.objectives.classification import Classes
from training.finetuning.objectives.objective import Objective, Unit
from training.finetuning.objectives.preferences import Preferences, Rows
from training.finetuning.objectives.sft import SFT
from training.finetuning.recipe import LEAST_PREFERENCES, Recipe
from training.rows import Row

PREFERENCES: dict[str, Callable[[BaseModel, Recipe, Rows], Preferences]] = {
    "dpo": dpo.read_preferences,
    "kto": kto.read_preferences,
    "orpo": orpo.read_preferences,
}
"""How each objective that learns preferences reads them, by its name in a recipe."""
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
        stages.append(Stage("articles", SFT(), units, [], recipe.domain_epochs, recipe.learning_rate))
    if recipe.epochs:
        stages.append(_replies(base, recipe, rows, folder))
    if recipe.prefers:
        stages.append(_preferences(base, recipe, rows))
    return stages


def _replies(base: BaseModel, recipe: Recipe, rows: Rows, folder: Path | None) -> Stage:
    """SFT of the snapshot's replies, for multitask with the intent beside it."""
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
    objective: Objective = SFT()
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


def _preferences(base: BaseModel, recipe: Recipe, rows: Rows) -> Stage:
    """What people preferred, a tenth held out."""
    found = PREFERENCES[recipe.objective](base, recipe, rows)
    units = found.units
    if len(units) < LEAST_PREFERENCES:
        raise TrainingError(
            f"objective {recipe.objective!r} learns from {found.what} of consenting users: there are {len(units)} and "
            f"{LEAST_PREFERENCES} are the least; rate and correct replies first, or use the recipe 'sft'"
        )
    random.Random(recipe.seed).shuffle(units)
    held = max(1, len(units) // HELD_OUT)
    rate = recipe.preference_learning_rate
    epochs = recipe.preference_epochs
    return Stage("preferences", found.objective, units[held:], units[:held], epochs, rate, found.too_long)
