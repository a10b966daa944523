"""An adapter merged into the base model's GGUF file, so that serving pays nothing for it.

Every matrix that the adapter changes is dequantized, gets its `alpha / r · B @ A`, a few rows at a time, and is written
as Q8_0: Q4 would drown so small a change. Metadata and other tensors are copied. The file also runs in llama.cpp.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from gguf import MODEL_ARCH, MODEL_ARCH_NAMES, TensorNameMap, get_tensor_name_map
from safetensors.numpy import load_file

from chatbot.engines.gguf_files import GGUFFile, Matrix
from chatbot.engines.gguf_rewriting import rewrite
from chatbot.errors import TrainingError
from training.release.compatibility import CONFIG, WEIGHTS

PERMUTED = re.compile(r"\.(q|k)_proj$")


@dataclass(frozen=True)
class Delta:
    """The change of a matrix, shape (outputs, inputs), as its factors: together all of them would fill the memory."""

    up: Matrix
    down: Matrix

    def __getitem__(self, rows: slice) -> Matrix:
        changed: Matrix = self.up[rows] @ self.down
        return changed


@dataclass(frozen=True)
class Header:
    """What the GGUF file says of its architecture."""

    architecture: MODEL_ARCH
    blocks: int
    heads: int
    key_heads: int


def merge_into_gguf(base: Path, adapter: Path, out: Path) -> int:
    """Write `out` as the base with the adapter merged in; returns how many matrices changed.

    Raises `TrainingError` when a matrix of the adapter is not in the file.
    """
    file = GGUFFile(base)
    header = _header(file)
    names = get_tensor_name_map(header.architecture, header.blocks)
    deltas = {_gguf_name(module, names): (module, delta) for module, delta in adapter_deltas(adapter).items()}
    missing = set(deltas) - set(file.tensors)
    if missing:
        raise TrainingError(f"the adapter changes {sorted(missing)[0]}, which {base.name} does not hold")
    rewrite(file, out, {name: _as_stored(module, delta, header) for name, (module, delta) in deltas.items()})
    return len(deltas)


def adapter_deltas(adapter: Path) -> dict[str, Delta]:
    """The change of each weight matrix, by module path: `model.layers.0.mlp.up_proj`."""
    config = json.loads((adapter / CONFIG).read_text())
    root = config["r"] ** 0.5 if config.get("use_rslora") else config["r"]
    weights = load_file(adapter / WEIGHTS)
    deltas = {}
    for name, down in weights.items():
        if name.endswith(".lora_A.weight"):
            up = (config["lora_alpha"] / root) * weights[name.replace(".lora_A.", ".lora_B.")].astype("float32")
            module = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
            deltas[module] = Delta(up, down.astype("float32"))
    return deltas


def _gguf_name(module: str, names: TensorNameMap) -> str:
    found = names.get_name(module)
    if found is None:
        raise TrainingError(f"the adapter changes {module}, which has no place in a GGUF file")
    return f"{found}.weight"


def _as_stored(module: str, delta: Delta, header: Header) -> Delta:
    """The delta with its rows in the file's order: Llama's q and k lie there as (heads, d/2, 2)."""
    match = PERMUTED.search(module)
    if match is None or header.architecture != MODEL_ARCH.LLAMA:
        return delta
    heads = header.heads if match.group(1) == "q" else header.key_heads
    return Delta(delta.up.reshape(heads, 2, -1, delta.up.shape[1]).swapaxes(1, 2).reshape(delta.up.shape), delta.down)


def _header(file: GGUFFile) -> Header:
    name = file.architecture
    architecture = next((key for key, value in MODEL_ARCH_NAMES.items() if value == name), None)
    if architecture is None:
        raise TrainingError(f"GGUF architecture {name!r} is not known: adapters cannot be merged into it")
    heads = file.integer(f"{name}.attention.head_count")
    key_heads = file.integer(f"{name}.attention.head_count_kv", heads)
    return Header(architecture, file.integer(f"{name}.block_count"), heads, key_heads)
