"""Low-rank adapters (Hu et al., 2021, arXiv:2106.09685) on the frozen base, through peft."""

from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.recipe import Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def attach_adapter(model: "PreTrainedModel", recipe: Recipe) -> PeftModel:
    """The model with a fresh adapter, everything else frozen; raises `TrainingError` if no module matches."""
    names = [name.strip() for name in recipe.targets.split(",")]
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=names[0] if names == ["all-linear"] else names,
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise TrainingError(f"targets = {recipe.targets!r} match no module of the base model: {error}") from None


def load_for_training(base: BaseModel, device: str) -> "PreTrainedModel":
    """The base in the fastest precision that this device computes natively, its cache off."""
    model = base.load(dtype=native_dtype(device), attn_implementation="sdpa").to(device)
    model.config.use_cache = False
    return model


def native_dtype(device: str) -> torch.dtype:
    """bfloat16 on CUDA and on CPUs with bfloat16 arithmetic, float32 elsewhere."""
    if device == "cuda" and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    if device == "cpu":
        has = torch.cpu.get_capabilities()
        if has.get("avx512_bf16") or has.get("amx_bf16"):
            return torch.bfloat16
    return torch.float32
