"""A GGUF file as transformers reads a model: its configuration, and its weights in the precision that is asked for.

Tensors of the architectures in `READ_HERE` are read from the file a few rows at a time, so that no second copy of the
model stands in memory or on disk. Files of other architectures are read by transformers itself, in several times the
time and the memory.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

from chatbot.engines.gguf_files import GGUFFile, Tensor
from chatbot.errors import WeightsError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel

READ_HERE = ("llama", "qwen2", "qwen3")
PERMUTED = "llama"
ROWS = 64
SPECIAL = ("bos", "eos", "padding")


def read_config(gguf: Path) -> "PreTrainedConfig":
    """The configuration of the model in the file."""
    from transformers import AutoConfig
    from transformers.integrations import GGUF_CONFIG_MAPPING

    file = GGUFFile(gguf)
    kind = file.architecture
    if kind not in READ_HERE:
        config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        return config

    keys = {"attention.key_length": "head_dim"} | GGUF_CONFIG_MAPPING[kind]
    found = {name: file.metadata.get(f"{kind}.{key}") for key, name in keys.items() if name}
    found |= {f"{name[:3]}_token_id": file.metadata.get(f"tokenizer.ggml.{name}_token_id") for name in SPECIAL}
    found["vocab_size"] = file.tensors["token_embd.weight"].shape[0]
    found["tie_word_embeddings"] = "output.weight" not in file.tensors
    return AutoConfig.for_model(kind, **{name: found[name] for name in found if found[name] is not None})


def load_model(
    gguf: Path, config: "PreTrainedConfig", dtype: "str | torch.dtype", **options: object
) -> "PreTrainedModel":
    """The model of the file; `options` are those of transformers' `from_pretrained`."""
    import torch
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoModelForCausalLM

    dtype = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    if config.model_type in READ_HERE:
        with torch.device("meta"):
            shapes = AutoModelForCausalLM.from_config(config).state_dict()
        state = _read(gguf, config, {name: shape.to(dtype) for name, shape in shapes.items()})
    else:
        state = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=dtype).state_dict()
    model_class = MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    model: PreTrainedModel = model_class.from_pretrained(None, config=config, state_dict=state, dtype=dtype, **options)
    model.name_or_path = model.config.name_or_path = config.name_or_path  # by which an adapter tells its base
    return model


def _read(gguf: Path, config: "PreTrainedConfig", wanted: Mapping[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """The tensors of these names, shapes and precisions; raises `WeightsError` for one that the file does not hold."""
    import torch

    tensors = GGUFFile(gguf).tensors
    architecture = next(key for key, name in MODEL_ARCH_NAMES.items() if name == config.model_type)
    names = get_tensor_name_map(architecture, config.num_hidden_layers)
    found: dict[str, torch.Tensor] = {}
    for name, shape in wanted.items():
        module, _, kind = name.rpartition(".")
        stored = tensors.get(f"{names.get_name(module)}.{kind}")
        if stored is not None:
            found[name] = torch.empty_like(shape, device="cpu")
            if found[name].shape != stored.shape:
                raise WeightsError(
                    f"{gguf.name} holds {stored.name} in a shape that its metadata rule out: get it anew"
                )
            _fill(found[name], stored)
            if config.model_type == PERMUTED and module.endswith(("q_proj", "k_proj")):
                heads = config.num_attention_heads if module.endswith("q_proj") else config.num_key_value_heads
                found[name] = _halves(found[name], heads)
        elif not (name == "lm_head.weight" and config.tie_word_embeddings):
            raise WeightsError(f"{gguf.name} holds no {name}, which a {config.model_type} model needs: get it anew")
    return found


def _fill(place: "torch.Tensor", stored: Tensor) -> None:
    """Dequantize some rows at a time, on all cores."""
    import torch

    def fill(start: int) -> None:
        rows = slice(start, start + ROWS)
        place[rows] = torch.tensor(stored.rows(rows))

    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        list(pool.map(fill, range(0, len(place), ROWS)))


def _halves(rows: "torch.Tensor", heads: int) -> "torch.Tensor":
    """The rows of q or k from llama.cpp's order, (heads, width / 2, 2), to transformers', (heads, 2, width / 2)."""
    return rows.view(heads, -1, 2, *rows.shape[1:]).transpose(1, 2).reshape(rows.shape)
