"""A GGUF file read here is what transformers reads, without its time and memory."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from chatbot.engines.base_model import find_base_model
from chatbot.engines.gguf_files import GGUFFile
from chatbot.engines.gguf_weights import load_model, read_config
from chatbot.errors import WeightsError
from tests.tiny_gguf import write_tiny_gguf

IDS = torch.tensor([[3, 17, 99, 4, 120, 64, 8]])
SHAPES: list[tuple[str, dict[str, object]]] = [
    ("llama", {"tie_word_embeddings": True}),
    ("llama", {"tie_word_embeddings": False}),
    ("qwen2", {"tie_word_embeddings": False}),
    ("qwen2", {"tie_word_embeddings": True, "rms_norm_eps": 1e-5}),
    ("qwen3", {"head_dim": 16}),
]


@pytest.mark.parametrize(("kind", "changes"), SHAPES)
def test_logits_are_those_of_transformers_own_reading(kind: str, changes: dict[str, object], tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf", kind, **changes)
    head_dim = {"head_dim": changes["head_dim"]} if kind == "qwen3" else {}  # of Qwen3, transformers supposes 128
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file=file.name, dtype="float32", **head_dim).eval()
    config = read_config(file)
    ours = load_model(file, config, "float32").eval()
    for key in ("rms_norm_eps", "rope_parameters", "tie_word_embeddings", "vocab_size", "max_position_embeddings"):
        assert getattr(config, key) == getattr(theirs.config, key), key
    with torch.no_grad():
        assert torch.equal(ours(IDS).logits, theirs(IDS).logits)


def test_what_is_read_in_bfloat16_is_rounded_once_and_can_be_saved(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf", "qwen2")
    config = read_config(file)
    exact, rounded = (load_model(file, config, dtype).state_dict() for dtype in ("float32", torch.bfloat16))
    assert all(torch.equal(rounded[name], exact[name].bfloat16()) for name in exact)
    load_model(file, config, torch.bfloat16).save_pretrained(tmp_path / "saved")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "saved").state_dict()
    assert all(torch.equal(again[name], rounded[name]) for name in rounded)


def test_the_packaged_model_is_unpacked_to_a_few_kilobytes(real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    model = base.load()
    assert model.num_parameters() == base.parameters == 134_515_008
    assert base.folder.name in Path(model.name_or_path).parts
    written = [file for part in ("config", "tokenizer") for file in (base.folder / part).iterdir()]
    assert sum(file.stat().st_size for file in written) < 10e6
    assert not list(base.folder.rglob("*.safetensors"))


def test_a_file_without_a_tensor_is_refused(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf", "qwen2")
    config = read_config(file)
    content = file.read_bytes()
    assert "blk.1.attn_q.bias" in GGUFFile(file).tensors
    file.write_bytes(content.replace(b"blk.1.attn_q.bias", b"blk.1.attn_q.bios"))
    with pytest.raises(WeightsError, match=r"tiny\.gguf holds no model\.layers\.1\.self_attn\.q_proj\.bias"):
        load_model(file, config, "float32")
    config.intermediate_size = 32
    file.write_bytes(content)
    with pytest.raises(WeightsError, match="shape"):
        load_model(file, config, "float32")
