"""What a decoder layer is made of, for the fast path: Llama, and those that differ from it in what this says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel

KNOWN = ("llama", "qwen2", "qwen3")


@dataclass(frozen=True)
class Architecture:
    """Of a layer: heads, heads of keys and values, the width of a head, the norms' epsilon.

    `head_norms`: whether each query and key is normed before its rotation (Qwen3). Biases (Qwen2: of q, k and v) are
    seen at the matrices themselves.
    """

    heads: int
    key_heads: int
    width: int
    epsilon: float
    head_norms: bool = False

    @classmethod
    def of(cls, model: "PreTrainedModel") -> "Architecture | None":
        """That of a model; None where its layers do anything else."""
        config: Any = model.config
        if (
            config.model_type not in KNOWN
            or config.hidden_act != "silu"
            or config.rope_parameters.get("rope_type", "default") != "default"
            or set(getattr(config, "layer_types", None) or ()) - {"full_attention"}
        ):
            return None
        heads = config.num_attention_heads
        return cls(
            heads,
            config.num_key_value_heads,
            getattr(config, "head_dim", None) or config.hidden_size // heads,
            config.rms_norm_eps,
            config.model_type == "qwen3",
        )
