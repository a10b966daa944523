"""The forward pass: logits at learned positions, the tokens that all rows share computed once.

The shared prefix (the system text) goes through the model as one row; its keys and values are then read by every row
of the batch. Gradients flow back through them, so that loss and gradients are those of the rows computed whole.
"""

from typing import TYPE_CHECKING

import torch

from training.finetuning.batches import Batch
from training.finetuning.encoding import IGNORED

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def reply_logits(model: "PreTrainedModel", batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and targets at the learned positions, shapes (learned, vocabulary) and (learned,), row after row."""
    device = next(model.parameters()).device
    ids, following = batch.ids.to(device), batch.labels[:, 1:].to(device)
    learned = following != IGNORED
    hidden = _hidden(model, batch.prefix.to(device), ids)[:, :-1]
    return model.get_output_embeddings()(hidden[learned]), following[learned]


def _hidden(model: "PreTrainedModel", prefix: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Last hidden states of `ids`, shape (rows, length, width), each row read after the prefix.

    No mask is needed without a prefix: padding stands right, and attention is causal.
    """
    hidden: torch.Tensor
    if not len(prefix):
        hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
        return hidden
    cache = model.base_model(input_ids=prefix[None], use_cache=True).past_key_values
    cache.batch_repeat_interleave(len(ids))
    mask = torch.ones((len(ids), len(prefix) + ids.shape[1]), dtype=torch.long, device=ids.device)
    read = model.base_model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True)
    hidden = read.last_hidden_state
    return hidden
