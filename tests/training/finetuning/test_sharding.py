"""A model whose frozen layers are spread over processes computes what a whole one does; what learns stays whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import distributed
from torch.distributed.tensor import DTensor
from transformers import LlamaConfig, LlamaForCausalLM

from training.finetuning.loop.sharding import shard


@pytest.fixture
def group(tmp_path: Path) -> Iterator[None]:
    """A group of this process alone."""
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path / 'meet'}", rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.usefixtures("group")
def test_frozen_layers_are_spread_and_the_adapters_learn_as_before() -> None:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2
    )
    model = get_peft_model(LlamaForCausalLM(config), LoraConfig(r=2, target_modules="all-linear"))
    ids = torch.arange(12)[None]
    expected = model(ids, labels=ids).loss.item()
    shard(model, "cpu")
    assert all(isinstance(p, DTensor) for n, p in model.named_parameters() if n.endswith("base_layer.weight"))
    assert not any(isinstance(p, DTensor) for p in model.parameters() if p.requires_grad)
    loss = model(ids, labels=ids).loss
    loss.backward()
    assert loss.item() == pytest.approx(expected, abs=1e-5)
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters() if p.requires_grad)
