"""An adapter merged into the GGUF file: all of its matrices, in eight bits, or a refusal.

That the real file answers as the adapter on its base does is seen in test_exporting, in two engines.
"""

from pathlib import Path

import pytest
import torch
from gguf import GGMLQuantizationType

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.gguf_files import GGUFFile
from chatbot.engines.gguf_weights import load_model, read_config
from chatbot.errors import TrainingError
from tests.tiny_gguf import write_tiny_gguf
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe
from training.release.merging import merge_into_gguf


@pytest.fixture(scope="module")
def base(real_home: Path) -> BaseModel:
    return find_base_model("smollm2-135m-instruct", real_home)


@pytest.fixture(scope="module")
def served(base: BaseModel) -> Path:
    """The GGUF file of the base."""
    assert base.gguf is not None
    return base.gguf


@pytest.fixture(scope="module")
def adapter(base: BaseModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(3)
    model = attach_adapter(load_for_training(base, "cpu"), Recipe(rank=8, dropout=0.0))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.03)
    folder = tmp_path_factory.mktemp("adapter")
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def merged(served: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("merged") / "model.gguf"
    assert merge_into_gguf(served, adapter, out) == 210
    return out


def test_changed_matrices_are_written_in_eight_bits(served: Path, merged: Path) -> None:
    kinds = {name: tensor.kind for name, tensor in GGUFFile(merged).tensors.items()}
    before = {name: tensor.kind for name, tensor in GGUFFile(served).tensors.items()}
    assert kinds["blk.0.attn_q.weight"] == GGMLQuantizationType.Q8_0
    assert kinds["token_embd.weight"] == before["token_embd.weight"]
    assert set(kinds) == set(before)
    assert not list(merged.parent.glob("*.partial"))


def test_an_adapter_for_another_model_is_refused(served: Path, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    names = ("lora_A", "lora_B")
    weight = torch.zeros(2, 2).numpy()
    save_file(
        {f"base_model.model.model.layers.0.visual.{name}.weight": weight for name in names},
        tmp_path / "adapter_model.safetensors",
    )
    (tmp_path / "adapter_config.json").write_text('{"r": 2, "lora_alpha": 4}')
    with pytest.raises(TrainingError, match="visual"):
        merge_into_gguf(served, tmp_path, tmp_path / "out.gguf")


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_a_merged_file_computes_what_the_adapter_on_its_base_does(kind: str, tmp_path: Path) -> None:
    """But for the eight bits, and with the rows of q and k where the architecture has them."""
    file = write_tiny_gguf(tmp_path / "tiny.gguf", kind, **({"head_dim": 16} if kind == "qwen3" else {}))
    ids, config = torch.tensor([[3, 17, 99, 4, 120, 64, 8]]), read_config(file)
    plain = load_model(file, config, "float32").eval()
    torch.manual_seed(5)
    adapted = attach_adapter(load_model(file, config, "float32"), Recipe(rank=4, dropout=0.0)).eval()
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    adapted.save_pretrained(tmp_path / "adapter")
    assert merge_into_gguf(file, tmp_path / "adapter", tmp_path / "merged.gguf") == 14
    merged = load_model(tmp_path / "merged.gguf", read_config(tmp_path / "merged.gguf"), "float32").eval()
    with torch.no_grad():
        wanted, found, before = (model(ids).logits for model in (adapted, merged, plain))
    moved = (wanted - before).norm()
    assert moved > 0.05 * before.norm()
    assert (found - wanted).norm() < 0.1 * moved
    biases = {name: value for name, value in plain.state_dict().items() if name.endswith(".bias")}
    assert len(biases) == (6 if kind == "qwen2" else 0)
    assert all(torch.equal(merged.state_dict()[name], value) for name, value in biases.items())
