"""How likely a model finds the right replies, token by token: perplexity and token accuracy, teacher-forced."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel

from chatbot.engines.base_model import BaseModel
from training.finetuning.batches import collate, plan_batches
from training.finetuning.encoding import IGNORED, Encoded
from training.finetuning.lora import load_for_training

BATCH_TOKENS = 2048


@dataclass(frozen=True)
class Likelihood:
    """Of one reply: its summed log-likelihood in nats, its tokens, and how many of them came first by greedy choice."""

    log_likelihood: float
    tokens: int
    hits: int


@torch.inference_mode()
def reply_likelihoods(
    base: BaseModel, adapter: Path | None, rows: Sequence[Encoded], device: str = "cpu"
) -> list[Likelihood]:
    """The likelihood of each row's reply under the base or the adapted model, in the order of the rows."""
    model = load_for_training(base, device)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    model.eval()
    head = model.get_output_embeddings()
    found: dict[int, Likelihood] = {}
    for positions in plan_batches(rows, BATCH_TOKENS, seed=0, epoch=0):
        batch = collate([rows[i] for i in positions], base.tokenizer.eos_token_id)
        hidden = model.base_model(input_ids=batch.ids.to(device)).last_hidden_state[:, :-1]
        following = batch.labels[:, 1:].to(device)
        for line, position in enumerate(positions):
            learned = following[line] != IGNORED
            target = following[line][learned]
            scores = head(hidden[line][learned]).float().log_softmax(-1)
            likelihood = scores.gather(-1, target[:, None]).sum().item()
            hits = int((scores.argmax(-1) == target).sum())
            found[position] = Likelihood(likelihood, int(learned.sum()), hits)
    return [found[i] for i in range(len(rows))]
