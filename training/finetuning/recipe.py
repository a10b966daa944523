"""The recipe of a fine-tune: every knob with its default and meaning, from a TOML file and `--set key=value`."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.errors import TrainingError

RECIPES = Path(__file__).resolve().parent.parent / "recipes"


class Recipe(BaseModel):
    """How to fine-tune: supervised, LoRA on the frozen base."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: float = Field(2.0, gt=0, le=100, description="Passes over the training rows.")
    max_steps: int = Field(0, ge=0, description="Stop after so many optimizer steps; 0 sets no limit.")
    learning_rate: float = Field(5e-4, gt=0, lt=0.1, description="Peak learning rate of AdamW.")
    warmup_share: float = Field(0.06, ge=0, lt=1, description="Share of the steps in which the rate rises from 0.")
    weight_decay: float = Field(0.01, ge=0, lt=1, description="AdamW's decoupled weight decay.")
    clip_norm: float = Field(1.0, gt=0, description="Gradients are scaled down to this norm.")
    batch_tokens: int = Field(2048, ge=64, description="Tokens a step, padding included.")
    max_length: int = Field(1024, ge=64, description="Longest row in tokens; longer ones are left out and counted.")
    rank: int = Field(16, ge=1, le=512, description="LoRA rank r.")
    alpha: int = Field(32, ge=1, description="LoRA scale: the update is multiplied by alpha / r.")
    dropout: float = Field(0.05, ge=0, lt=1, description="LoRA dropout.")
    targets: str = Field("all-linear", description="Modules that get an adapter, as peft names them; commas between.")
    validate_every: int = Field(12, ge=1, description="Steps between two validations.")
    patience: int = Field(3, ge=1, description="Validations without a gain after which the run stops.")
    min_gain: float = Field(0.002, ge=0, description="A smaller fall of the validation loss is no gain.")
    checkpoint_every: int = Field(6, ge=1, description="Steps between two checkpoints.")
    retriever_epochs: int = Field(2, ge=0, le=100, description="Passes over the questions; 0 keeps the embedder.")
    retriever_learning_rate: float = Field(5e-5, gt=0, lt=0.01, description="Peak learning rate of the retriever.")
    seed: int = Field(17, ge=0, description="Seed of order, dropout and initialisation.")


def load_recipe(name: str = "sft", overrides: tuple[str, ...] = ()) -> Recipe:
    """A recipe by name or path, with `key=value` overrides; raises `TrainingError` with all faults."""
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in RECIPES.glob("*.toml")))
        raise TrainingError(f"recipe {name!r} does not exist: use one of {known}, or the path of a .toml file")
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise TrainingError(f"--set {override!r}: write key=value")
        values[key.strip()] = value.strip()
    try:
        return Recipe(**values)
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]} = {fault['input']!r}: {fault['msg']}" for fault in error.errors())
        raise TrainingError(f"recipe {name!r}: {faults}") from None
