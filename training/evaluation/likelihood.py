"""How likely a model finds the right replies, token by token: perplexity and token accuracy, teacher-forced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel

from chatbot.engines.base_model import BaseModel
from training.finetuning.batches import Batch, collate, plan_batches
from training.finetuning.encoding import Encoded
from training.finetuning.fast.forward import Forward
from training.finetuning.lora import load_for_training

BATCH_TOKENS, AT_ONCE = 2048, 128


@dataclass(frozen=True)
class Likelihood:
    """Of one reply: its summed log-likelihood in nats, its tokens, and how many of them came first by greedy choice."""

    log_likelihood: float
    tokens: int
    hits: int


@torch.no_grad()
def reply_likelihoods(
    base: BaseModel,
    adapter: Path | None,
    rows: Sequence[Encoded],
    device: str = "cpu",
    report: Callable[[int], None] = lambda done: None,
) -> list[Likelihood]:
    """The likelihood of each row's reply under the base or the adapted model, in the order of the rows."""
    model = load_for_training(base, device).requires_grad_(False)
    adapted = model if adapter is None else PeftModel.from_pretrained(model, adapter)
    forward = Forward(adapted.eval(), owned=True)
    found: dict[int, Likelihood] = {}
    for positions in plan_batches([len(row.ids) for row in rows], BATCH_TOKENS, seed=0, epoch=0):
        chosen = [rows[i] for i in positions]
        batch = collate(chosen, base.tokenizer.eos_token_id)
        likelihoods, hits = _judged(forward, batch)
        sizes = [row.supervised for row in chosen]
        parts = zip(positions, likelihoods.split(sizes), hits.split(sizes), strict=True)
        found |= {i: Likelihood(part.sum().item(), len(part), int(hit.sum())) for i, part, hit in parts}
        report(len(found))
    return [found[i] for i in range(len(rows))]


def _judged(forward: Forward, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each learned token its log-likelihood, and whether it came first; some at a time, as logits are wide."""
    hidden, found = forward.hidden(batch), []
    for states, targets in zip(hidden.split(AT_ONCE), batch.targets.to(hidden.device).split(AT_ONCE), strict=True):
        scores = forward.head.logits(states).float().log_softmax(-1)
        found.append((scores.gather(-1, targets[:, None])[:, 0], scores.argmax(-1) == targets))
    likelihoods, hits = zip(*found, strict=True)
    return torch.cat(likelihoods), torch.cat(hits)
