"""A random Llama of two small layers with the real tokenizer, so that fine-tunes take seconds."""

from pathlib import Path

from chatbot.engines.base_model import BaseModel, find_base_model


def write_tiny_base(home: Path, packaged: BaseModel) -> BaseModel:
    """Write the model into a folder of the home, with the tokenizer of a packaged one, and open it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = packaged.tokenizer
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        eos_token_id=tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(home / "model")
    tokenizer.save_pretrained(home / "model")
    return find_base_model(str(home / "model"), home)
