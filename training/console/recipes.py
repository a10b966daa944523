"""The recipes that an operator may choose from, in words; the comment at the head of a recipe's file describes it."""

from dataclasses import dataclass
from pathlib import Path

from chatbot.engines.transformers import best_device
from chatbot.errors import InputError
from chatbot.lineage import SnapshotCounts
from chatbot.settings import Settings
from training.finetuning.recipe import LEAST_PREFERENCES, RECIPES, Recipe, load_recipe

TITLES = {
    "curriculum": "Easy first",
    "domain": "Articles, then replies",
    "full": "The whole model",
    "multitask": "Replies and topics",
    "preference": "Corrections above all",
    "quantized": "In little memory",
    "reading": "Gently",
    "sft": "By examples",
    "transfer": "Quickly",
}
"""What people call the recipes that are shipped."""


@dataclass(frozen=True)
class Offer:
    """A recipe: `about` says what it learns, `missing` what it cannot do without and does not have."""

    name: str
    title: str
    about: str
    minutes: float
    missing: str


def offers(settings: Settings, counts: SnapshotCounts) -> list[Offer]:
    """The recipe of the base that answers first, then the others that make a version."""
    names = dict.fromkeys([settings.recipe, *sorted(file.stem for file in RECIPES.glob("*.toml"))])
    return [
        Offer(
            name,
            title_of(name),
            described(path_of(name)),
            recipe.minutes,
            _missing(recipe, settings, counts),
        )
        for name in names
        if (recipe := load_recipe(name)).objective != "classify"
    ]


def check_offered(settings: Settings, counts: SnapshotCounts, name: str) -> None:
    """Raise `InputError` for a recipe that is not offered, or that could not run."""
    offer = next((one for one in offers(settings, counts) if one.name == name), None)
    if offer is None:
        raise InputError(f"recipe {name!r} is not offered here: `python -m training cycle --recipe` takes any")
    if offer.missing:
        raise InputError(f"recipe {name!r} {offer.missing}")


def title_of(name: str) -> str:
    """What people call a recipe."""
    stem = Path(name).stem
    return TITLES.get(stem, stem.replace("_", " ").capitalize())


def path_of(name: str) -> Path:
    """The file of a recipe."""
    return Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"


def described(file: Path) -> str:
    """The first sentence of the comment at the head of a recipe."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    told = []
    for line in lines:
        if not line.startswith("#"):
            break
        told.append(line.removeprefix("#").strip())
    first, stop, _ = " ".join(told).partition(". ")
    return first + stop.strip()


def _missing(recipe: Recipe, settings: Settings, counts: SnapshotCounts) -> str:
    there = counts.unpaired if recipe.objective == "kto" else counts.preferences
    if recipe.prefers and there < LEAST_PREFERENCES:
        what = "ratings" if recipe.objective == "kto" else "corrected replies"
        return f"needs {LEAST_PREFERENCES} {what} to learn from, and there are {there}"
    if recipe.quantized and best_device(settings.device) != "cuda":
        return "needs a GPU with CUDA"
    return ""
