"""The recipe of a fine-tune: every knob with its default and meaning, from a TOML file and `--set key=value`."""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from chatbot.errors import TrainingError

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
PREFERENCES = ("dpo", "kto", "orpo")
LEAST_PREFERENCES = 5
VLLM_RANK = 16


class Recipe(BaseModel):
    """How to fine-tune: LoRA on the frozen base, in stages (`domain_epochs`, then `epochs`, then preferences)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    objective: Literal["sft", "dpo", "kto", "orpo", "classify", "multitask"] = Field(
        "sft",
        description="What is learned: replies; preferences after them (dpo and orpo from corrections, kto from likes "
        "and dislikes); classes of questions; or replies and classes together.",
    )
    epochs: float = Field(2.0, ge=0, le=100, description="Passes over the training rows; 0 goes on to preferences.")
    domain_epochs: float = Field(0.0, ge=0, le=100, description="Passes over the pack's articles before the rows.")
    preference_epochs: float = Field(0.0, ge=0, le=100, description="Passes over preferences after the rows.")
    max_steps: int = Field(0, ge=0, description="At most so many optimizer steps a stage; 0 sets no limit.")
    minutes: float = Field(
        0.0,
        ge=0,
        description="About how long the steps may take: a run measures its pace when it begins and lowers the epochs "
        "to fit, of the longest stages first; 0 sets no limit.",
    )
    learning_rate: float = Field(5e-4, gt=0, lt=0.1, description="Peak learning rate of AdamW.")
    preference_learning_rate: float = Field(5e-5, gt=0, lt=0.1, description="The same while preferences are learned.")
    schedule: Literal["linear", "cosine"] = Field("linear", description="How the rate falls after the warm-up.")
    warmup_share: float = Field(0.06, ge=0, lt=1, description="Share of the steps in which the rate rises from 0.")
    weight_decay: float = Field(0.01, ge=0, lt=1, description="AdamW's decoupled weight decay.")
    clip_norm: float = Field(1.0, gt=0, description="Gradients are scaled down to this norm.")
    batch_tokens: int = Field(2048, ge=64, description="Tokens a step, padding included.")
    micro_tokens: int = Field(4096, ge=64, description="Tokens at once; a larger step adds up gradients of parts.")
    checkpointing: bool = Field(False, description="Compute activations again on the way back, for less memory.")
    max_length: int = Field(1024, ge=64, description="Longest row in tokens; longer ones are left out and counted.")
    learn: Literal["last", "all"] = Field("last", description="Which replies of a dialogue are learned.")
    backward: Literal["all", "replies"] = Field(
        "all",
        description="How far gradients reach: all tokens; or replies, and of the prompt keys and values only, which is "
        "faster where prompts are long. The fast path on a CPU alone makes a difference.",
    )
    order: Literal["shuffled", "length", "loss"] = Field(
        "shuffled", description="A curriculum: short rows first, or those that the base model finds easy."
    )
    competence: float = Field(0.3, gt=0, le=1, description="Share of the rows that a curriculum begins with.")
    beta: float = Field(0.1, gt=0, description="How firmly preferences hold on to the reference (orpo: their weight).")
    class_share: float = Field(0.2, gt=0, lt=1, description="Weight of the class beside the reply in multitask.")
    classes: str = Field("", description="A CSV of text and class to classify by. Default: the pack's intents.")
    tuning: Literal["lora", "full", "head"] = Field(
        "lora",
        description="lora: low-rank adapters; full: every matrix of the layers learns freely, for small bases (saved "
        "as an adapter of full rank; embeddings and norms stay); head: a classifier's head alone.",
    )
    rank: int = Field(16, ge=1, le=512, description="LoRA rank r.")
    alpha: int = Field(32, ge=1, description="LoRA scale: the update is multiplied by alpha / r.")
    rslora: bool = Field(False, description="Scale by alpha / sqrt(r) (rsLoRA), for high ranks.")
    init: Literal["default", "pissa", "eva"] = Field(
        "default",
        description="How A and B begin; pissa: from the weights' largest singular values; eva: from what the matrices "
        "read in some rows.",
    )
    b_rate_ratio: float = Field(1.0, ge=1, le=64, description="LoRA+: B learns so many times faster than A.")
    dropout: float = Field(0.05, ge=0, lt=1, description="LoRA dropout; 0 allows the fast path on a CPU.")
    targets: str = Field("all-linear", description="Modules that get an adapter, as peft names them; commas between.")
    top_layers: int = Field(0, ge=0, description="Adapters on so many top layers only, or all there are; 0: on all.")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="Of the frozen base as it is kept; auto: bfloat16 where the device has arithmetic in it, or the "
        "base more than 268 million parameters, else float32. Without that arithmetic products are in float32.",
    )
    quantized: bool = Field(False, description="The frozen base in 4 bits (QLoRA); needs CUDA and bitsandbytes.")
    validate_every: int = Field(12, ge=1, description="Steps between two validations.")
    validation_rows: int = Field(0, ge=0, description="Validate on so many rows, drawn by seed; 0: on all.")
    patience: int = Field(3, ge=1, description="Validations without a gain after which the run stops.")
    min_gain: float = Field(0.002, ge=0, description="A smaller fall of the validation loss is no gain.")
    checkpoint_every: int = Field(6, ge=1, description="Steps between two checkpoints.")
    retriever_epochs: int = Field(2, ge=0, le=100, description="Passes over the questions; 0 keeps the embedder.")
    router_epochs: int = Field(3, ge=0, le=100, description="Passes over the rules' examples; 0 keeps the embedder.")
    retriever_learning_rate: float = Field(
        5e-5, gt=0, lt=0.01, description="Peak learning rate of the retriever and the router."
    )
    seed: int = Field(17, ge=0, description="Seed of order, dropout and initialisation.")

    @property
    def prefers(self) -> bool:
        """Whether the last stage learns from preferences."""
        return self.objective in PREFERENCES

    @property
    def notes(self) -> list[str]:
        """What its user should know before it runs."""
        if self.tuning == "full":
            return ["tuning = 'full': the version's adapter has full rank, which vLLM refuses; serve its merged files"]
        rank = 2 * self.rank if self.init == "pissa" else self.rank
        return [f"rank {rank}: vLLM takes the adapter with --max-lora-rank {rank} only"] if rank > VLLM_RANK else []

    @model_validator(mode="after")
    def _possible(self) -> "Recipe":
        faults = []
        if self.prefers and not self.preference_epochs:
            faults.append(f"objective = {self.objective!r} needs preference_epochs above 0")
        if self.preference_epochs and not self.prefers:
            faults.append(f"preference_epochs = {self.preference_epochs} needs objective dpo, kto or orpo")
        if not self.epochs and not self.prefers:
            faults.append("epochs = 0 leaves nothing to learn")
        if self.quantized and self.init == "pissa":
            faults.append("init = 'pissa' changes the base, which quantized = true keeps in 4 bits: choose one")
        if self.classes and self.objective != "classify":
            faults.append(f"classes = {self.classes!r} needs objective = 'classify'")
        if self.tuning == "full" and (self.quantized or self.init != "default" or self.targets != "all-linear"):
            faults.append("tuning = 'full' changes all matrices: leave quantized, init and targets as they are")
        if self.tuning == "head" and self.objective != "classify":
            faults.append(f"tuning = 'head' needs objective = 'classify': {self.objective!r} has no head of its own")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def load_recipe(name: str = "sft", overrides: tuple[str, ...] = ()) -> Recipe:
    """A recipe by name or path, with `key=value` overrides; raises `TrainingError` with all faults."""
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in RECIPES.glob("*.toml")))
        raise TrainingError(f"recipe {name!r} does not exist: use one of {known}, or the path of a .toml file")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"recipe {name!r} is not TOML: {error}") from None
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise TrainingError(f"--set {override!r}: write key=value")
        values[key.strip()] = value.strip()
    try:
        return Recipe(**values)
    except ValidationError as error:
        raise TrainingError(f"recipe {name!r}: {'; '.join(map(_in_words, error.errors()))}") from None


def _in_words(fault: ErrorDetails) -> str:
    """One fault of a recipe, with the nearest valid name for an unknown key."""
    key = str(fault["loc"][0]) if fault["loc"] else ""
    if not key:
        return str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(key, Recipe.model_fields, 1)
        return f"{key} is not a key" + (f": did you mean {near[0]}?" if near else "")
    return f"{key} = {fault['input']!r}: {fault['msg']}"
