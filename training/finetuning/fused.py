"""The forward pass of a Llama with low-rank adapters, a third faster on a CPU than module by module.

`FusedLlama` reads the weights of a model under PEFT and computes what it would, from the blocks of `blocks`. It takes
models of the Llama architecture in float32 whose adapters sit on all seven matrices of a layer, on every layer from
some layer up, and have no dropout; `fits` says whether a model is one. Others go through transformers.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from peft import PeftModel

from training.finetuning.batches import Batch
from training.finetuning.blocks import Attention, FeedForward, Shape
from training.finetuning.layout import Segment, lay_out

if TYPE_CHECKING:
    from torch import nn

ADAPTER = "default"
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
FEED_FORWARD = ("gate_proj", "up_proj", "down_proj")


class FusedLlama:
    """Hidden states of a batch, with gradients for the adapters."""

    def __init__(self, model: PeftModel, replies_only: bool = False) -> None:
        self._replies_only = replies_only
        self._model: Any = model.get_base_model().model
        config = self._model.config
        first = next(layer for layer in self._model.layers if _has_adapters(layer))
        self._shape = Shape(
            config.num_attention_heads,
            config.num_key_value_heads,
            config.hidden_size // config.num_attention_heads,
            config.rms_norm_eps,
            first.mlp.down_proj.scaling[ADAPTER],
        )
        self._layers = [_Layer(layer, self._shape) for layer in self._model.layers]
        self._merged: tuple[int, ...] = ()

    @staticmethod
    def fits(model: PeftModel) -> bool:
        """Whether this forward pass computes the model's own."""
        inner = model.get_base_model()
        config = inner.config
        plain = (
            config.model_type == "llama"
            and config.hidden_act == "silu"
            and not (config.attention_bias or config.mlp_bias)
            and config.rope_parameters.get("rope_type", "default") == "default"
            and getattr(config, "head_dim", None) in (None, config.hidden_size // config.num_attention_heads)
        )
        on_cpu = all(p.dtype == torch.float32 and p.device.type == "cpu" for p in inner.parameters())
        return plain and on_cpu and _adapted_from_some_layer_up(inner.model.layers)

    def hidden(self, batch: Batch) -> torch.Tensor:
        """Last hidden states before each learned token, shape (learned, model width), row after row."""
        self._merge()
        layout = lay_out(batch, self._model.rotary_emb.inv_freq, self._replies_only)
        states = self._model.embed_tokens(layout.ids)
        fixed, x = states[: layout.fixed], states[layout.fixed :]
        last = self._layers[-1]
        for layer in self._layers:
            with torch.set_grad_enabled(torch.is_grad_enabled() and layer.learns):
                x, fixed = layer.attend(x, fixed, layout.segments)
                x = layer.think(x[layout.before_learned] if layer is last else x)
            if layer is not last:
                with torch.no_grad():
                    fixed = layer.think(fixed)
        hidden: torch.Tensor = self._model.norm(x)
        return hidden

    @torch.no_grad()
    def _merge(self) -> None:
        """Add the adapters to the weights, if they changed since."""
        learning = [layer for layer in self._layers if layer.learns]
        state = tuple(p._version for layer in learning for p in layer.adapters)
        if state != self._merged:
            for layer in learning:
                layer.merge()
            self._merged = state


class _Layer:
    """A decoder layer of transformers, its weights laid out for `blocks`."""

    def __init__(self, layer: Any, shape: Shape) -> None:
        self.learns = _has_adapters(layer)
        self._shape = shape
        self._attention: Any = [getattr(layer.self_attn, name) for name in ATTENTION]
        self._feed_forward: Any = [getattr(layer.mlp, name) for name in FEED_FORWARD]
        self._gains: Any = [layer.input_layernorm.weight, layer.post_attention_layernorm.weight]
        self._heads = (shape.heads, shape.key_heads, 0, 0)
        if not self.learns:
            self.merge()

    @property
    def adapters(self) -> list[torch.Tensor]:
        """A and B of every matrix in turn, of a layer that learns."""
        return [p for module in (*self._attention, *self._feed_forward) for p in _adapter(module)]

    def attend(
        self, x: torch.Tensor, fixed: torch.Tensor, segments: Sequence[Segment]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The first half of the layer, of tokens that are learned through and of fixed ones before them."""
        adapters = []
        if self.learns:
            for module, heads in zip(self._attention, self._heads, strict=True):
                a, b = _adapter(module)
                adapters += [a, _pairwise(b, heads) if heads else b]
        weights = (self._qkv, self._out, self._gains[0])
        found: tuple[torch.Tensor, torch.Tensor] = Attention.apply(x, fixed, segments, self._shape, *weights, *adapters)
        return found

    def think(self, x: torch.Tensor) -> torch.Tensor:
        """The second half of the layer."""
        adapters = [p for module in self._feed_forward for p in _adapter(module)] if self.learns else []
        found: torch.Tensor = FeedForward.apply(x, self._shape, self._gate_up, self._down, self._gains[1], *adapters)
        return found

    @torch.no_grad()
    def merge(self) -> None:
        """Make the sums of weights and adapters; where nothing learns once for all."""
        q, k, v, self._out = (_sum(module) for module in self._attention)
        gate, up, self._down = (_sum(module) for module in self._feed_forward)
        q, k = _pairwise(q, self._heads[0]), _pairwise(k, self._heads[1])
        self._qkv = torch.cat((q, k, v)).mul_(self._gains[0])
        self._gate_up = torch.cat((gate, up)).mul_(self._gains[1])


def _adapted_from_some_layer_up(layers: "nn.ModuleList") -> bool:
    adapted = [_has_adapters(layer) for layer in layers]
    if not any(adapted) or not all(adapted[adapted.index(True) :]):
        return False
    modules = [
        getattr(part, name)
        for layer in layers
        for part, names in ((layer.self_attn, ATTENTION), (layer.mlp, FEED_FORWARD))
        for name in names
    ]
    learning = [module for module in modules if hasattr(module, "lora_A")]
    alike = len({(module.scaling[ADAPTER], module.r[ADAPTER]) for module in learning}) == 1
    plain = all(
        isinstance(module.lora_dropout[ADAPTER], torch.nn.Identity) and not module.use_dora.get(ADAPTER)
        for module in learning
    )
    return len(learning) == 7 * sum(adapted) and alike and plain


def _has_adapters(layer: Any) -> bool:
    return hasattr(layer.mlp.down_proj, "lora_A")


def _adapter(module: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return module.lora_A[ADAPTER].weight, module.lora_B[ADAPTER].weight


def _sum(module: Any) -> torch.Tensor:
    if not hasattr(module, "lora_A"):
        weight: torch.Tensor = module.weight
        return weight
    a, b = _adapter(module)
    return torch.addmm(module.base_layer.weight, b, a, alpha=module.scaling[ADAPTER])


def _pairwise(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """The rows of each head reordered from halves to neighbours, so that those rotated together stand together."""
    return rows.view(heads, 2, -1, rows.shape[1]).transpose(1, 2).reshape(rows.shape)
