"""An adapter merged into the GGUF file: all of its matrices, in eight bits, or a refusal.

That the file answers as the adapter on its base does is seen in test_exporting, in two engines.
"""

from pathlib import Path

import pytest
import torch
from gguf import GGMLQuantizationType

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.gguf_files import GGUFFile
from chatbot.errors import TrainingError
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe
from training.release.merging import merge_into_gguf


@pytest.fixture(scope="module")
def base(real_home: Path) -> BaseModel:
    return find_base_model("smollm2-135m-instruct", real_home)


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
def merged(base: BaseModel, adapter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("merged") / "model.gguf"
    assert merge_into_gguf(base.gguf, adapter, out) == 210
    return out


def test_changed_matrices_are_written_in_eight_bits(base: BaseModel, merged: Path) -> None:
    kinds = {name: tensor.kind for name, tensor in GGUFFile(merged).tensors.items()}
    before = {name: tensor.kind for name, tensor in GGUFFile(base.gguf).tensors.items()}
    assert kinds["blk.0.attn_q.weight"] == GGMLQuantizationType.Q8_0
    assert kinds["token_embd.weight"] == before["token_embd.weight"]
    assert set(kinds) == set(before)
    assert not list(merged.parent.glob("*.partial"))


def test_an_adapter_for_another_model_is_refused(base: BaseModel, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    names = ("lora_A", "lora_B")
    weight = torch.zeros(2, 2).numpy()
    save_file(
        {f"base_model.model.model.layers.0.visual.{name}.weight": weight for name in names},
        tmp_path / "adapter_model.safetensors",
    )
    (tmp_path / "adapter_config.json").write_text('{"r": 2, "lora_alpha": 4}')
    with pytest.raises(TrainingError, match="visual"):
        merge_into_gguf(base.gguf, tmp_path, tmp_path / "out.gguf")
