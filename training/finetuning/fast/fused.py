"""The forward pass of a decoder with low-rank adapters, faster than module by module.

`FusedDecoder` reads the weights of a model and of the adapters that PEFT put into it and computes what it would, from
the blocks of `blocks`. It takes models of an `Architecture`, kept in float32 or bfloat16, where nothing but adapters
learns; these sit on all seven matrices of a layer, on every layer from some layer up or on none, and have no dropout.
`fits` says whether a model is one. Others go through transformers.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from training.finetuning.batches import Batch
from training.finetuning.encoding import Encoded
from training.finetuning.fast.adapted import Adapted
from training.finetuning.fast.architecture import Architecture
from training.finetuning.fast.blocks import MLP, Attention, pairwise
from training.finetuning.fast.frozen import Workspace
from training.finetuning.fast.layout import Layout, Segment, lay_out
from training.finetuning.fast.states import StoredStates

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel

ADAPTER = "default"
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
FEED_FORWARD = ("gate_proj", "up_proj", "down_proj")


class FusedDecoder:
    """Hidden states of a batch, with gradients for the adapters."""

    def __init__(
        self, model: "PreTrainedModel", workspace: Workspace, replies_only: bool = False, owned: bool = False
    ) -> None:
        """An `owned` model computes through this alone: it lets go of its matrices, which stand here a second time.

        Products have the precision of the `workspace`.
        """
        self._replies_only = replies_only
        self._model: Any = model.model
        self._table: torch.Tensor = self._model.embed_tokens.weight.detach()
        self._precision = workspace.precision
        shape = Architecture.of(model)
        assert shape is not None
        self._frequencies = self._model.rotary_emb.inv_freq.cpu()
        self._layers = [_Layer(layer, shape, workspace, owned) for layer in self._model.layers]
        learning = [number for number, layer in enumerate(self._layers) if layer.learns]
        self._lowest = min([*learning, len(self._layers) - 1])
        self._put: tuple[int, ...] = ()
        self.stored: StoredStates | None = None

    @staticmethod
    def fits(model: "PreTrainedModel") -> bool:
        """Whether this forward pass computes the model's own."""
        weights = {name: p for name, p in model.named_parameters() if ".lora_" not in name}
        frozen = not any(p.requires_grad for p in weights.values())
        placed = {p.device.type for p in model.parameters()} in ({"cpu"}, {"cuda"})
        precise = {p.dtype for p in weights.values()} in ({torch.float32}, {torch.bfloat16})
        known = Architecture.of(model) is not None
        return known and frozen and placed and precise and _adapted_from_some_layer_up(model.model.layers)

    def hidden(self, batch: Batch) -> torch.Tensor:
        """Last hidden states before each learned token, shape (learned, model width), row after row."""
        self._put_adapters()
        layout = lay_out(batch, self._frequencies, self._replies_only, self._precision).to(self._table.device)
        states = self._entering(batch, layout)
        fixed, x = states[: layout.fixed], states[layout.fixed :]
        last = self._layers[-1]
        for layer in self._layers[self._lowest :]:
            x, fixed = layer.attend(x, fixed, layout.segments)
            x = layer.think(x[layout.before_learned] if layer is last else x)
            if layer is not last:
                with torch.no_grad():
                    fixed = layer.think(fixed)
        hidden: torch.Tensor = self._model.norm(x)
        return hidden.to(self._precision)

    @torch.no_grad()
    def _entering(self, batch: Batch, layout: Layout) -> torch.Tensor:
        """States that enter the lowest layer that learns, of all tokens."""
        if self.stored is not None and (found := self.stored.read(batch)) is not None:
            return found[layout.places]
        ids = batch.tokens_in_turn.to(self._table.device)[layout.places]
        x: torch.Tensor = self._table[ids].float()
        for layer in self._layers[: self._lowest]:
            x, _ = layer.attend(x, x[:0], layout.segments)
            x = layer.think(x)
        if self.stored is not None:
            states = x.new_zeros(batch.tokens_in_turn.numel(), x.shape[1])
            states[layout.places] = x
            self.stored.write(batch, states)
        return x

    def store(self, folder: Path, rows: Sequence[Encoded]) -> None:
        """Compute the states below the lowest layer that learns once for each of these rows, where there are any."""
        if self._lowest and self._table.device.type == "cpu":
            self.stored = StoredStates(folder, rows)

    @torch.no_grad()
    def _put_adapters(self) -> None:
        """Put the adapters beside the weights, if they changed since."""
        learning = [layer for layer in self._layers if layer.learns]
        state = tuple(p._version for layer in learning for p in layer.adapters)
        if state != self._put:
            for layer in learning:
                layer.put_adapters()
            self._put = state


class _Layer:
    """A decoder layer of transformers, its weights laid out for `blocks`."""

    def __init__(self, layer: Any, shape: Architecture, workspace: Workspace, owned: bool) -> None:
        self.learns = _has_adapters(layer)
        self._shape = shape
        self._heads = (shape.heads, shape.key_heads)
        attention = [getattr(layer.self_attn, name) for name in ATTENTION]
        feed_forward = [getattr(layer.mlp, name) for name in FEED_FORWARD]
        self._attending = _adapters(attention) if self.learns else []
        self._thinking = _adapters(feed_forward) if self.learns else []
        q, k, v, out, gate, up, down = (module.weight.detach() for module in (*attention, *feed_forward))
        q_bias, k_bias, v_bias, *biases = (module.bias for module in (*attention, *feed_forward))
        q, k = (pairwise(rows, heads) for rows, heads in zip((q, k), self._heads, strict=True))
        if q_bias is not None:
            q_bias, k_bias = (pairwise(rows, heads) for rows, heads in zip((q_bias, k_bias), self._heads, strict=True))
        first = feed_forward[0]
        rank, scale = (first.r[ADAPTER], first.scaling[ADAPTER]) if self.learns else (0, 0.0)
        before, between = layer.input_layernorm.weight, layer.post_attention_layernorm.weight
        self._qkv = Adapted((q, k, v), (q_bias, k_bias, v_bias), rank, scale, before, workspace)
        self._gains = _head_gains(layer.self_attn, self._heads) if shape.head_norms else None
        self._out = Adapted((out,), biases[:1], rank, scale, None, workspace)
        self._gate_up = Adapted((gate, up), biases[1:3], rank, scale, between, workspace)
        self._down = Adapted((down,), biases[3:], rank, scale, None, workspace)
        if owned:
            for module in (*attention, *feed_forward):
                module.weight.data = module.weight.data.new_empty(0)

    @property
    def adapters(self) -> list[torch.Tensor]:
        """A and B of every matrix in turn, of a layer that learns."""
        return [*self._attending, *self._thinking]

    def attend(
        self, x: torch.Tensor, fixed: torch.Tensor, segments: Sequence[Segment]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The first half of the layer, of tokens that are learned through and of fixed ones before them."""
        found: tuple[torch.Tensor, torch.Tensor] = Attention.apply(
            x, fixed, segments, self._shape, self._qkv, self._gains, self._out, *self._attending
        )
        return found

    def think(self, x: torch.Tensor) -> torch.Tensor:
        """The second half of the layer."""
        found: torch.Tensor = MLP.apply(x, self._shape, self._gate_up, self._down, *self._thinking)
        return found

    def put_adapters(self) -> None:
        """Put the adapters, as they are now, beside the weights; rows of B of q and k as the rotation wants them."""
        a_q, b_q, a_k, b_k, a_v, b_v, *out = self._attending
        b_q, b_k = (pairwise(rows, heads) for rows, heads in zip((b_q, b_k), self._heads, strict=True))
        self._qkv.put((a_q, b_q, a_k, b_k, a_v, b_v))
        self._out.put(out)
        self._gate_up.put(self._thinking[:4])
        self._down.put(self._thinking[4:])


def _adapted_from_some_layer_up(layers: "nn.ModuleList") -> bool:
    adapted = [_has_adapters(layer) for layer in layers]
    if adapted != sorted(adapted):
        return False
    modules = [
        getattr(part, name)
        for layer in layers
        for part, names in ((layer.self_attn, ATTENTION), (layer.mlp, FEED_FORWARD))
        for name in names
    ]
    learning = [module for module in modules if hasattr(module, "lora_A")]
    alike = len({(module.scaling[ADAPTER], module.r[ADAPTER]) for module in learning}) <= 1
    plain = all(
        isinstance(module.lora_dropout[ADAPTER], torch.nn.Identity) and not module.use_dora.get(ADAPTER)
        for module in learning
    )
    return len(learning) == 7 * sum(adapted) and alike and plain


def _head_gains(attention: Any, heads: tuple[int, int]) -> torch.Tensor:
    """Gains of the norm of each query and key, shape (heads + heads of keys, width)."""
    gains = [
        pairwise(norm.weight.detach().float().repeat(count), count).view(count, -1)
        for norm, count in zip((attention.q_norm, attention.k_norm), heads, strict=True)
    ]
    return torch.cat(gains)


def _has_adapters(layer: Any) -> bool:
    return hasattr(layer.mlp.down_proj, "lora_A")


def _adapters(modules: Sequence[Any]) -> list[torch.Tensor]:
    """A and B of each."""
    return [p for module in modules for p in (module.lora_A[ADAPTER].weight, module.lora_B[ADAPTER].weight)]
