"""Low-rank adapters (Hu et al., 2021, arXiv:2106.09685) on the frozen base, through peft."""

from typing import TYPE_CHECKING, Any

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
    everywhere = names == ["all-linear"]
    layers = _top_layers(model, recipe.top_layers)
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        use_rslora=recipe.rslora,
        init_lora_weights=True if recipe.init == "default" else recipe.init,
        target_modules=(_linear_names(model) if layers else names[0]) if everywhere else names,
        layers_to_transform=layers,
        task_type="CAUSAL_LM",
    )
    try:
        adapted = get_peft_model(model, config)
    except ValueError as error:
        raise TrainingError(f"targets = {recipe.targets!r} match no module of the base model: {error}") from None
    if recipe.checkpointing:
        adapted.enable_input_require_grads()
        model.activation_checkpointing_enable({"use_reentrant": False})
    return adapted


def _linear_names(model: "PreTrainedModel") -> list[str]:
    """The last names of all linear modules in the layers: peft takes "all-linear" for all layers only."""
    parts = model.base_model.named_modules()
    return sorted({name.rpartition(".")[2] for name, part in parts if isinstance(part, torch.nn.Linear)})


def _top_layers(model: "PreTrainedModel", count: int) -> list[int] | None:
    layers = model.config.num_hidden_layers
    if count > layers:
        raise TrainingError(f"top_layers = {count}: the base model has {layers} layers")
    return list(range(layers - count, layers)) if count else None


def load_for_training(base: BaseModel, device: str, recipe: Recipe | None = None) -> "PreTrainedModel":
    """The base in the fastest precision that this device computes natively, in 4 bits where the recipe says so."""
    options: dict[str, Any] = {"dtype": native_dtype(device), "attn_implementation": "sdpa"}
    if recipe is not None and recipe.quantized:
        options["quantization_config"] = _four_bits(device)
    model = base.load(**options)
    if recipe is None or not recipe.quantized:
        model = model.to(device)
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


def _four_bits(device: str) -> Any:
    """QLoRA's NF4 with double quantization (Dettmers et al., 2023, arXiv:2305.14314); needs CUDA and bitsandbytes."""
    from importlib.util import find_spec

    if device != "cuda" or find_spec("bitsandbytes") is None:
        missing = "a CUDA device" if device != "cuda" else "the package bitsandbytes (pip install bitsandbytes)"
        raise TrainingError(f"quantized = true needs {missing}: use the recipe 'sft' here")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=native_dtype(device),
    )
