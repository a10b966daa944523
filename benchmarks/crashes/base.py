"""A base model of two small random layers with an adapter for it, so that fine-tunes and imports take seconds."""

from pathlib import Path

from chatbot.engines.base_model import find_base_model
from tests.tiny_base import write_tiny_base


def tiny_base(folder: Path) -> tuple[str, Path]:
    """Write both; where they are."""
    import torch

    from training.finetuning.lora import attach_adapter, load_for_training
    from training.finetuning.recipe import Recipe

    folder.mkdir(parents=True)
    base = write_tiny_base(folder, find_base_model("smollm2-135m-instruct", folder))
    torch.manual_seed(3)
    model = attach_adapter(load_for_training(base, "cpu"), Recipe(rank=2, dropout=0.0))
    model.save_pretrained(folder / "adapter")
    return str(base.source), folder / "adapter"
