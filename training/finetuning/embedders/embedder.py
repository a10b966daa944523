"""What fine-tuning an embedder takes, whatever it learns: a copy that learns, texts as vectors with gradients, steps.

Word embeddings stay frozen, for words that no row uses. Without dropout, so that the same rows give the same embedder.
Products in bfloat16 where the processor multiplies in it, weights and optimizer in float32.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from torch.nn.functional import normalize

from training.finetuning.lora import native_dtype
from training.finetuning.recipe import Recipe

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ALIKE = 14
WARMUP_STEPS = 8
Batch = TypeVar("Batch")


def learning_copy(embedder: Path | str, seed: int) -> "SentenceTransformer":
    """The embedder, ready to learn."""
    from sentence_transformers import SentenceTransformer

    torch.manual_seed(seed)
    model = SentenceTransformer(str(embedder), device="cpu").eval()
    model[0].auto_model.embeddings.requires_grad_(False)
    return model


def encode(model: "SentenceTransformer", texts: Sequence[str]) -> torch.Tensor:
    """Unit vectors, shape (texts, width); texts of like length together, so that little is padded."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [order[start : start + ALIKE] for start in range(0, len(order), ALIKE)]
    dtype = native_dtype("cpu")
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        found = torch.cat([model(model.preprocess([texts[i] for i in part]))["sentence_embedding"] for part in parts])
    return normalize(found[torch.tensor(order).argsort()].float(), dim=1)


def save(model: "SentenceTransformer", out: Path) -> None:
    """Write it as a whole or not at all."""
    partial = out.with_name(f"{out.name}.partial")
    model.save(str(partial), create_model_card=False)
    partial.rename(out)


def descend(
    groups: Sequence[tuple[Iterable[torch.nn.Parameter], float]],
    batches: Sequence[Batch],
    loss: Callable[[Batch], torch.Tensor],
    recipe: Recipe,
    report: Callable[[float], None],
) -> None:
    """A step of AdamW a batch; `groups` are weights with their peak rates. `report` hears the share done."""
    learning = [{"params": [p for p in weights if p.requires_grad], "peak": peak} for weights, peak in groups]
    optimizer = torch.optim.AdamW(learning, weight_decay=recipe.weight_decay)
    for step, batch in enumerate(batches, start=1):
        share = min(step / WARMUP_STEPS, 1.0) * (1 - (step - 1) / len(batches))
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
        loss(batch).backward()
        optimizer.step()
        optimizer.zero_grad()
        report(step / len(batches))
