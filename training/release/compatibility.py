"""An adapter that was trained elsewhere: read, and compared with the base before anything is written.

Only plain LoRA passes: pairs of A and B on linear layers of this base, one rank and one scale. What the merge into a
GGUF file and peft would understand differently, or what one of them would leave out without a word, is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.engines.base_model import BaseModel
from chatbot.errors import WeightsError
from training.release.naming import is_base, upstream_name

if TYPE_CHECKING:
    import torch

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
KEEPS_BASE = (True, False, None, "gaussian", "eva", "orthogonal")
SHAPING = ("r", "lora_alpha", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern")
HARMLESS = (
    *("peft_type", "peft_version", "task_type", "auto_mapping", "base_model_name_or_path", "revision"),
    *("inference_mode", "lora_dropout", "fan_in_fan_out", "use_rslora", "megatron_core", "qalora_group_size"),
    *("ensure_weight_tying", "eva_config", "bias", "init_lora_weights"),
)
PREFIX = "base_model.model."


@dataclass(frozen=True)
class AdapterConfig:
    """What is read of an adapter's configuration, and all of it as it was written."""

    rank: int
    alpha: float
    targets: str | list[str]
    stated_base: str | None
    peft_version: str | None
    written: Mapping[str, object]


@dataclass(frozen=True)
class ForeignAdapter:
    """An adapter that fits: its folder, its configuration, its tensors by their names in the file."""

    folder: Path
    config: AdapterConfig
    tensors: dict[str, "torch.Tensor"]


def read_adapter(folder: Path, base: BaseModel, base_setting: str) -> ForeignAdapter:
    """Read a folder in PEFT's format and make sure that it is plain LoRA for this base.

    `base_setting` is how the settings name the base. Raises `WeightsError` in one line. A base in a GGUF file is
    unpacked at first use (20 s once).
    """
    config = _plain_lora(folder, _read_config(folder))
    tensors = _read_tensors(folder)
    stated = config.stated_base
    if stated and not is_base(stated, base, base_setting):
        raise WeightsError(
            f"adapter {str(folder)!r} was made for base {stated!r}, and base_model here is {base.name!r}: train it on "
            f"that, or, if both are the same model, write {upstream_name(base, base_setting)!r} as "
            f"base_model_name_or_path into its {CONFIG}"
        )
    _compare(folder, config, tensors, base)
    return ForeignAdapter(folder, config, tensors)


def _read_config(folder: Path) -> dict[str, object]:
    file = folder / CONFIG
    if not file.is_file():
        raise WeightsError(f"{str(folder)!r} holds no {CONFIG}: name a folder that peft's save_pretrained wrote")
    try:
        config = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise WeightsError(f"{str(file)!r} is not valid JSON ({error}): copy it again") from None
    if not isinstance(config, dict):
        raise WeightsError(f"{str(file)!r} is not a JSON object: copy it again")
    return config


def _plain_lora(folder: Path, written: dict[str, object]) -> AdapterConfig:
    """What a configuration says; raises `WeightsError` for what is not plain LoRA, keys of later versions included."""
    what = f"adapter {str(folder)!r}"
    kind = written.get("peft_type")
    if kind != "LORA":
        raise WeightsError(f"{what} has peft_type {kind!r}: only 'LORA' can be merged; train it as LoRA")
    rank, alpha = written.get("r"), written.get("lora_alpha")
    if not isinstance(rank, int) or rank <= 0:
        raise WeightsError(f"{what} has r = {rank!r} in its {CONFIG}: it must be a number above 0")
    if not isinstance(alpha, int | float) or alpha <= 0:
        raise WeightsError(f"{what} has lora_alpha = {alpha!r} in its {CONFIG}: it must be a number above 0")
    targets = written.get("target_modules")
    if not targets or not isinstance(targets, str | list):
        raise WeightsError(f"{what} names no target_modules in its {CONFIG}: name the linear layers that it changes")
    bias = written.get("bias", "none")
    if bias != "none":
        raise WeightsError(f"{what} has bias = {bias!r}: biases are not merged; train it with bias = 'none'")
    start = written.get("init_lora_weights", True)
    if start not in KEEPS_BASE:
        raise WeightsError(
            f"{what} has init_lora_weights = {start!r}, which changes the base itself: convert it to plain LoRA with "
            "save_pretrained(..., path_initial_model_for_weight_conversion=...)"
        )
    for key in sorted(set(written) - {*SHAPING, *HARMLESS}):
        if written[key]:
            raise WeightsError(f"{what} uses {key}, which cannot be merged: train it as plain LoRA without {key}")
    base, version = (written.get(key) for key in ("base_model_name_or_path", "peft_version"))
    stated_base, peft_version = (None if text is None else str(text) for text in (base, version))
    return AdapterConfig(rank, alpha, targets, stated_base, peft_version, written)


def _read_tensors(folder: Path) -> dict[str, "torch.Tensor"]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    file = folder / WEIGHTS
    if not file.is_file():
        raise WeightsError(f"{str(folder)!r} holds no {WEIGHTS}: save the adapter with peft in safetensors format")
    try:
        tensors: dict[str, torch.Tensor] = load_file(file)
    except SafetensorError as error:
        raise WeightsError(f"{str(file)!r} is truncated or no safetensors file ({error}): copy it again") from None
    broken = next((name for name, tensor in tensors.items() if not tensor.isfinite().all()), None)
    if broken:
        raise WeightsError(f"{str(file)!r} holds values that are not finite in {broken}: its training has diverged")
    return tensors


def _compare(folder: Path, config: AdapterConfig, tensors: dict[str, "torch.Tensor"], base: BaseModel) -> None:
    """Raise `WeightsError` unless peft would make exactly these tensors on this base."""
    what = f"adapter {str(folder)!r}"
    expected = _tensors_on_base(what, config, base)
    odd = sorted(name for name in {*expected, *tensors} if not name.endswith((".lora_A.weight", ".lora_B.weight")))
    if odd:
        raise WeightsError(f"{what} holds {_module(odd[0])}, which is no pair of a linear layer: train on those only")
    for name in sorted(tensors.keys() - expected.keys()):
        raise WeightsError(f"{what} changes {_module(name)}, which is no target module of base {base.name!r}")
    for name in sorted(expected.keys() - tensors.keys()):
        raise WeightsError(f"{what} lacks {name}, which its {CONFIG} announces: copy the whole folder again")
    for name, shape in expected.items():
        found = tuple(tensors[name].shape)
        if found != shape:
            raise WeightsError(
                f"{what} has {name} of shape {found}, and base {base.name!r} at r = {config.rank} needs {shape}: "
                "it was made for another base or with another rank"
            )


def _tensors_on_base(what: str, config: AdapterConfig, base: BaseModel) -> dict[str, tuple[int, ...]]:
    """The tensors that peft would save for this configuration on the base, with their shapes; no memory is taken."""
    import torch
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(base.config)
    _refuse_missing_targets(what, config.targets, [name for name, _ in model.named_modules()], base)
    if model.config.tie_word_embeddings and "lm_head" in config.targets:
        raise WeightsError(f"{what} changes lm_head, which base {base.name!r} shares with its embeddings: leave it out")
    shaping = {key: config.written[key] for key in SHAPING if config.written.get(key) is not None}
    try:
        adapted = get_peft_model(model, LoraConfig(**shaping, init_lora_weights=False), low_cpu_mem_usage=True)
    except (ValueError, TypeError) as error:
        raise WeightsError(f"{what} cannot be put on base {base.name!r}: {error}") from None
    state = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def _refuse_missing_targets(what: str, targets: str | list[str], modules: list[str], base: BaseModel) -> None:
    """Name the first target that is no module; a pattern (a string) is left to peft."""
    for target in [] if isinstance(targets, str) else targets:
        if not any(f".{module}".endswith(f".{target}") for module in modules):
            raise WeightsError(
                f"{what} has target module {target!r}, and base {base.name!r} has none of that name: it was made for "
                "another architecture"
            )


def _module(tensor: str) -> str:
    return tensor.removeprefix(PREFIX).partition(".lora_")[0]
