"""The fast path on each architecture that it knows: loss and gradients are those of transformers."""

import pytest
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM

from training.finetuning.batches import Batch, collate
from training.finetuning.encoding import Encoded
from training.finetuning.fast import forward as forwards
from training.finetuning.fast.architecture import Architecture
from training.finetuning.fast.forward import Forward
from training.finetuning.lora import attach_adapter
from training.finetuning.recipe import Recipe

SIZES = {
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
SHAPES: dict[str, dict[str, object]] = {
    "llama": {"model_type": "llama"},
    "llama with biases": {"model_type": "llama", "attention_bias": True, "mlp_bias": True},
    "llama with narrow heads": {"model_type": "llama", "head_dim": 4},
    "qwen2": {"model_type": "qwen2", "tie_word_embeddings": False},
    "qwen2 with tied embeddings": {"model_type": "qwen2", "tie_word_embeddings": True},
    "qwen3": {"model_type": "qwen3", "head_dim": 16},
    "qwen3 with tied embeddings": {"model_type": "qwen3", "head_dim": 8, "tie_word_embeddings": True},
}


@pytest.fixture
def batch() -> Batch:
    """Rows with a common beginning, of different lengths."""
    chance = torch.Generator().manual_seed(5)
    system = list(range(1, 8))
    rows = []
    for number, (prompt, reply) in enumerate(((12, 5), (20, 9), (9, 3))):
        ids = system + torch.randint(8, 96, (prompt + reply,), generator=chance).tolist()
        rows.append(Encoded(str(number), ids, ((len(system) + prompt, len(ids)),)))
    return collate(rows, 0)


def adapted(shape: dict[str, object], precision: torch.dtype = torch.float32, **changes: object) -> PeftModel:
    """A random model of the shape, in which no bias, gain or adapter is trivial."""
    torch.manual_seed(2)
    config = AutoConfig.for_model(**(SIZES | shape))
    model = AutoModelForCausalLM.from_config(config)
    for name, weight in model.named_parameters():
        if weight.dim() == 1:
            torch.nn.init.normal_(weight, mean=0.0 if name.endswith("bias") else 1.0, std=0.3)
    for weight in model.parameters():
        weight.data = weight.data.to(precision)
    found = attach_adapter(model, Recipe.model_validate({"rank": 4, "dropout": 0.0} | changes))
    for weight in found.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight, std=0.1)
    return found


def loss_and_gradients(model: PeftModel, forward: Forward, batch: Batch) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad()
    loss = -forward.log_probabilities(forward.hidden(batch), batch).sum()
    loss.backward()
    return loss.item(), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("top_layers", [0, 1])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_loss_and_gradients_are_those_of_transformers(shape: dict[str, object], top_layers: int, batch: Batch) -> None:
    model = adapted(shape, top_layers=top_layers)
    fused, plain = Forward(model), Forward(model)
    assert fused.fused is not None
    plain.fused = None
    (loss, gradients), (same_loss, same) = (loss_and_gradients(model, forward, batch) for forward in (fused, plain))
    assert loss == pytest.approx(same_loss, rel=1e-5)
    assert gradients.keys() == same.keys() and len(same) == 14 * (top_layers or 3)
    for name in same:
        assert torch.allclose(gradients[name], same[name], rtol=1e-3, atol=1e-4), name


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_rounding_to_bfloat16_costs_no_more_than_in_transformers(
    shape: dict[str, object], batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Multiplied in bfloat16 as transformers does, and less where matrices are only kept in it and widened."""

    def error(forward: Forward, model: PeftModel) -> float:
        loss, gradients = loss_and_gradients(model, forward, batch)
        assert loss == pytest.approx(exact_loss, rel=5e-3)
        ours, theirs = (torch.cat([p.flatten() for p in found.values()]) for found in (gradients, exact))
        assert ours.dtype == torch.float32
        return float((ours - theirs).norm() / theirs.norm())

    exact_model = adapted(shape)
    exact_loss, exact = loss_and_gradients(exact_model, Forward(exact_model), batch)
    errors = {}
    for way, precision in (("transformers", torch.bfloat16), ("fused", torch.bfloat16), ("widened", torch.float32)):
        monkeypatch.setattr(forwards, "product_dtype", lambda kept, device, found=precision: found)
        model = adapted(shape, torch.bfloat16)
        forward = Forward(model, owned=way != "transformers")
        assert forward.fused is not None and forward.hidden(batch).dtype == precision
        if way == "transformers":
            forward.fused = None
        errors[way] = error(forward, model)
    assert errors["widened"] < errors["fused"] < 1.2 * errors["transformers"]


def test_what_is_widened_is_what_the_kept_weights_say(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Products in float32 of weights rounded to bfloat16 are those of a float32 model with these weights."""
    monkeypatch.setattr(forwards, "product_dtype", lambda kept, device: torch.float32)
    monkeypatch.setattr("training.finetuning.fast.frozen.VOCABULARY", 40)
    model = adapted(SHAPES["qwen2"], torch.bfloat16)
    rounded = adapted(SHAPES["qwen2"], torch.bfloat16).float()
    for name, weight in model.named_parameters():
        if name.endswith("layernorm.weight"):
            torch.nn.init.ones_(weight)  # a gain is folded into its matrices before these are rounded again
            torch.nn.init.ones_(rounded.get_parameter(name))
    narrow, wide = Forward(model), Forward(rounded)
    assert narrow.fused is not None and wide.fused is not None
    (loss, gradients), (same_loss, same) = (
        loss_and_gradients(owner, forward, batch) for owner, forward in ((model, narrow), (rounded, wide))
    )
    assert loss == pytest.approx(same_loss, rel=1e-5)
    for name in same:
        assert torch.allclose(gradients[name], same[name], rtol=1e-3, atol=1e-4), name


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_act": "gelu"},
        {"model_type": "gemma"},
        {"model_type": "qwen2", "use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
        {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}},
    ],
)
def test_what_it_does_not_compute_goes_through_transformers(changes: dict[str, object], batch: Batch) -> None:
    model = adapted({"model_type": "llama"} | changes)
    assert Architecture.of(model.get_base_model()) is None
    forward = Forward(model)
    assert forward.fused is None
    assert forward.hidden(batch).shape == (sum(batch.learned), SIZES["hidden_size"])


def test_a_model_kept_in_bfloat16_is_widened_before_it_goes_through_transformers(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwards, "product_dtype", lambda kept, device: torch.float32)
    forward = Forward(adapted(SHAPES["qwen2"], torch.bfloat16, dropout=0.1))
    assert forward.fused is None and forward.hidden(batch).dtype == torch.float32
