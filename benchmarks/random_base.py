"""A Llama of about a billion parameters with random weights and the packaged tokenizer, to measure speed with.

    python -m benchmarks.random_base FOLDER

Its shape is that of Llama 3.2 1B but for the vocabulary. `CHATBOT_BASE_MODEL=FOLDER` trains and serves it.
"""

import sys
from pathlib import Path

import click
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from chatbot.commands import quieten, run_command
from chatbot.engines.base_model import find_base_model
from chatbot.engines.transformers import best_device
from chatbot.settings import load_settings


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Write a random base model into FOLDER, in bfloat16 (2.3 GB)."""
    settings = load_settings()
    tokenizer = find_base_model(settings.base_model, settings.home.resolve()).tokenizer
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=16,
        num_attention_heads=32,
        num_key_value_heads=8,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(1)
    with torch.device(best_device(settings.device)):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    click.echo(f"{folder}: {model.num_parameters() / 1e9:.2f} billion parameters")


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
