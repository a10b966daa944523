"""Low-rank adapters (Hu et al., 2021, arXiv:2106.09685) on the frozen base, through peft."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from peft import EvaConfig, LoraConfig, PeftModel, get_peft_model, initialize_lora_eva_weights

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.batches import collate
from training.finetuning.encoding import Encoded
from training.finetuning.recipe import Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel


EVA_ROWS = 8
LARGE = 2**28
"""Parameters from which on half of the memory is worth a twentieth of the speed."""


def attach_adapter(model: "PreTrainedModel", recipe: Recipe, sample: Sequence[Encoded] = ()) -> PeftModel:
    """The model with a fresh adapter, everything else frozen; raises `TrainingError` if no module matches.

    EVA makes A from what each matrix is given to read in the `sample`.
    """
    names = [name.strip() for name in recipe.targets.split(",")]
    everywhere = names == ["all-linear"]
    layers = _top_layers(model, recipe.top_layers)
    full = model.config.hidden_size if recipe.tuning == "full" else None
    config = LoraConfig(
        r=full or recipe.rank,
        lora_alpha=full or recipe.alpha,
        lora_dropout=recipe.dropout,
        use_rslora=recipe.rslora,
        init_lora_weights=True if recipe.init == "default" else recipe.init,
        target_modules=(_linear_names(model) if layers else names[0]) if everywhere else names,
        layers_to_transform=layers,
        eva_config=EvaConfig(rho=1.0, use_label_mask=False) if recipe.init == "eva" else None,
        task_type="CAUSAL_LM",
    )
    try:
        adapted = get_peft_model(model, config)
    except ValueError as error:
        raise TrainingError(f"targets = {recipe.targets!r} match no module of the base model: {error}") from None
    if full:
        _free(adapted)
    if recipe.init == "eva":
        _explain_variance(adapted, sample)
    if recipe.tuning == "head":
        adapted.requires_grad_(False)
    if recipe.checkpointing:
        adapted.enable_input_require_grads()
        model.activation_checkpointing_enable({"use_reentrant": False})
    return adapted


def _free(adapted: PeftModel) -> None:
    """Make each update B A any matrix at all: one of them the identity and fixed, the other learned from zero."""
    for module in adapted.modules():
        if not hasattr(module, "lora_A"):
            continue
        a, b = module.lora_A["default"].weight, module.lora_B["default"].weight
        fixed, learned = (a, b) if a.shape[0] == a.shape[1] else (b, a)
        if fixed.shape[0] != fixed.shape[1]:
            raise TrainingError(f"tuning = 'full' cannot learn a matrix of {b.shape[0]} by {a.shape[1]}: use 'lora'")
        torch.nn.init.eye_(fixed.requires_grad_(False))
        torch.nn.init.zeros_(learned)


def _explain_variance(adapted: PeftModel, sample: Sequence[Encoded]) -> None:
    """Let A span the largest principal components of its inputs (Paischer et al., 2024, arXiv:2410.07170)."""
    batch = collate(sample, 0)
    whole = torch.cat((batch.prefix.expand(len(sample), -1), batch.ids), 1)
    lengths = torch.tensor([len(row.ids) for row in sample])
    seen = (torch.arange(whole.shape[1]) < lengths[:, None]).long()
    batches = [
        {"input_ids": ids.to(adapted.device), "attention_mask": mask.to(adapted.device)}
        for ids, mask in zip(whole.split(EVA_ROWS), seen.split(EVA_ROWS), strict=True)
    ]
    initialize_lora_eva_weights(adapted, batches, gather_distributed_inputs=False, show_progress_bar=False)


def _linear_names(model: "PreTrainedModel") -> list[str]:
    """The last names of all linear modules in the layers: peft takes "all-linear" for all layers only."""
    parts = model.base_model.named_modules()
    return sorted({name.rpartition(".")[2] for name, part in parts if isinstance(part, torch.nn.Linear)})


def _top_layers(model: "PreTrainedModel", count: int) -> list[int] | None:
    layers = model.config.num_hidden_layers
    return list(range(layers - count, layers)) if 0 < count < layers else None


def load_for_training(
    base: BaseModel, device: str, recipe: Recipe | None = None, placed: bool = True
) -> "PreTrainedModel":
    """The base in the recipe's precision, in 4 bits where it says so; without a recipe in the device's fastest.

    Where that is float32, large bases are kept in bfloat16 all the same, for half of the memory: see `frozen`. It is
    `placed` on the device, or left in the CPU's memory.
    """
    chosen = "auto" if recipe is None else recipe.precision
    dtype = native_dtype(device) if chosen == "auto" else getattr(torch, chosen)
    if chosen == "auto" and placed and base.parameters > LARGE:
        dtype = torch.bfloat16
    options: dict[str, Any] = {"dtype": dtype, "attn_implementation": "sdpa"}
    if recipe is not None and recipe.quantized:
        options |= {"quantization_config": _four_bits(device), "device_map": {"": device}}
    model = base.load(**options)
    if placed and (recipe is None or not recipe.quantized):
        model = model.to(device)
    model.config.use_cache = False
    return model


def native_dtype(device: str) -> torch.dtype:
    """bfloat16 on CUDA and on CPUs with bfloat16 arithmetic, float32 elsewhere."""
    kind = torch.device(device).type
    if kind == "cuda" and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    if kind == "cpu":
        has = torch.cpu.get_capabilities()
        if has.get("avx512_bf16") or has.get("amx_bf16"):
            return torch.bfloat16
    return torch.float32


def product_dtype(kept: torch.dtype, device: torch.device) -> torch.dtype:
    """The precision of products with matrices that are kept in one."""
    return kept if kept == torch.float32 else native_dtype(str(device))


def _four_bits(device: str) -> Any:
    """QLoRA's NF4 with double quantization (Dettmers et al., 2023, arXiv:2305.14314); needs CUDA and bitsandbytes."""
    from importlib.util import find_spec

    on_cuda = torch.device(device).type == "cuda"
    if not on_cuda or find_spec("bitsandbytes") is None:
        missing = "a CUDA device" if not on_cuda else "the package bitsandbytes (pip install bitsandbytes)"
        raise TrainingError(f"quantized = true needs {missing}: use the recipe 'sft' here")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=native_dtype(device),
    )
