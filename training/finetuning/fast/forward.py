"""The forward pass: hidden states before learned tokens, and the log-probabilities of those tokens.

Logits are made at learned positions only and a chunk at a time, so that the full table of positions by vocabulary
never exists. The prefix that all rows share (the system text) goes through the model once; its keys and values are
then read by every row. Gradients flow back through them, so loss and gradients are those of the rows computed whole.
"""

from typing import TYPE_CHECKING, Any

import torch
from peft import PeftModel
from torch.distributed.tensor import DTensor

from training.finetuning.batches import Batch
from training.finetuning.fast.frozen import Head, Workspace
from training.finetuning.fast.fused import FusedDecoder
from training.finetuning.fast.states import StoredStates
from training.finetuning.lora import product_dtype

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CHUNK, ROWS = 256, 16  # tokens whose logits are made at once, and of those whose softmax is, in a CPU's cache
GPU_CHUNK = 1024  # both on a GPU, where each small operation costs
LEAST = torch.finfo(torch.float32).tiny


class Forward:
    """Reads batches with a model: fused where it fits, through transformers elsewhere.

    Products have the model's precision where its device has arithmetic in it; elsewhere the fused pass widens matrices
    as they are read, and a model that goes through transformers is widened once.
    """

    def __init__(self, model: "PreTrainedModel | PeftModel", replies_only: bool = False, owned: bool = False) -> None:
        self.model: PreTrainedModel = model.get_base_model() if isinstance(model, PeftModel) else model
        sharded = any(isinstance(p, DTensor) for p in self.model.parameters())
        self._whole = sharded or self.model.is_activation_checkpointing
        fits = not self._whole and FusedDecoder.fits(self.model)
        workspace = Workspace(product_dtype(self.model.dtype, self.model.device))
        if not fits and self.model.dtype != workspace.precision:
            self.model.to(workspace.precision)
        self.head = Head(self.model.get_output_embeddings().weight.detach(), workspace)
        self.fused = FusedDecoder(self.model, workspace, replies_only, owned) if fits else None

    def hidden(self, batch: Batch) -> torch.Tensor:
        """Last hidden states before each learned token, shape (learned, model width), row after row."""
        return self.fused.hidden(batch) if self.fused else _hidden(self.model, batch, self._whole)

    @property
    def stored(self) -> StoredStates | None:
        """What is kept of rows between steps, if anything is."""
        return self.fused.stored if self.fused else None

    def log_probabilities(self, hidden: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Of the learned tokens given their hidden states, in nats, shape (learned,)."""
        found: torch.Tensor = LogProbabilities.apply(hidden, self.head, batch.targets.to(hidden.device))
        return found


class LogProbabilities(torch.autograd.Function):
    """log softmax of a head's logits at the targets, without ever holding all logits.

    A token's log-probability depends on its own hidden state alone, so its gradient is made on the way forward, while
    its logits are there, and only scaled on the way back. None is below -87, the logarithm of float32's least.
    """

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, head: Head, targets: torch.Tensor) -> torch.Tensor:
        """`hidden` (learned, width), `targets` (learned,); gives (learned,) in float32."""
        chosen = []
        gradient = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        chunk, at_once = (CHUNK, ROWS) if hidden.device.type == "cpu" else (GPU_CHUNK, GPU_CHUNK)
        for start in range(0, len(hidden), chunk):
            part = slice(start, start + chunk)
            logits = head.logits(hidden[part])
            for rows, wanted in zip(logits.split(at_once), targets[part, None].split(at_once), strict=True):
                likely = rows.float().softmax(-1)
                chosen.append(likely.gather(-1, wanted)[:, 0].clamp(min=LEAST).log())
                if gradient is not None:
                    rows.copy_(likely.scatter_add_(-1, wanted, torch.full_like(wanted, -1, dtype=likely.dtype)))
            if gradient is not None:
                gradient[part] = head.backward(logits).neg_()
        ctx.save_for_backward(gradient)
        return torch.cat(chosen)

    @staticmethod
    def backward(ctx: Any, weights: torch.Tensor) -> Any:
        """The gradient of the hidden states; the head is frozen."""
        (gradient,) = ctx.saved_tensors
        return gradient * weights[:, None].to(gradient.dtype), None, None


def _hidden(model: "PreTrainedModel", batch: Batch, whole: bool) -> torch.Tensor:
    """Through transformers. No mask is needed without a prefix: padding stands right, and attention is causal.

    Rows are read `whole` where activation checkpointing keeps no keys and values, and where processes that put layers
    together must pass through them equally often.
    """
    device = next(model.parameters()).device
    prefix, ids = batch.prefix.to(device), batch.ids.to(device)
    options: dict[str, Any] = {"use_cache": False}
    skipped = 0
    if whole:
        ids, skipped = torch.cat((prefix.expand(len(ids), -1), ids), 1), len(prefix)
    elif len(prefix):
        cache = model.base_model(input_ids=prefix[None], use_cache=True).past_key_values
        cache.batch_repeat_interleave(len(ids))
        mask = torch.ones((len(ids), len(prefix) + ids.shape[1]), dtype=torch.long, device=device)
        options = {"use_cache": True, "past_key_values": cache, "attention_mask": mask}
    hidden: torch.Tensor = model.base_model(input_ids=ids, **options).last_hidden_state
    return hidden[:, skipped:-1][batch.followed_by_learned.to(device)]
