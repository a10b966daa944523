"""What OpenVINO serves is what the weights say."""

from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, dequantize

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.gguf_files import GGUFFile, rewrite
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.records import ChatMessage, Sampling

ASKED: list[list[ChatMessage]] = [
    [{"role": "user", "content": text}]
    for text in ("How do I boil an egg?", "What is the capital of France?", "Write two sentences about a lamp.")
]


def agreement(base: BaseModel, gguf: Path) -> float:
    """Share of the engine's greedy tokens that transformers would choose at the same place."""
    reference, engine = base.load().eval(), OpenVinoEngine(gguf, base, "base")
    same: list[bool] = []
    for asked in ASKED:
        reply = "".join(engine.generate(asked, Sampling(max_new_tokens=16, repetition_penalty=1.0)))
        prompt, said = base.encode(asked), base.tokenizer(reply, add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            logits = reference(torch.tensor([prompt + said])).logits[0, len(prompt) - 1 : -1]
        same += (logits.argmax(1) == torch.tensor(said)).tolist()
    engine.close()
    return sum(same) / len(same)


def test_the_packaged_file_is_misread_and_its_served_copy_is_not(real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    served = base.served()
    assert base.gguf and served and GGUFFile(base.gguf).misread and not GGUFFile(served).misread
    assert served == base.served()
    assert agreement(base, served) > 0.9


def test_a_rewritten_file_holds_the_same_weights_and_the_deltas(real_home: Path, tmp_path: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    assert base.gguf
    name = "blk.0.attn_v.weight"
    read = {tensor.name: tensor for tensor in GGUFFile(base.gguf).tensors}
    before = dequantize(read[name].data, read[name].tensor_type)
    delta = np.full_like(before, 0.25)
    rewrite(GGUFFile(base.gguf), tmp_path / "out.gguf", {name: delta})
    written = {tensor.name: tensor for tensor in GGUFReader(tmp_path / "out.gguf").tensors}
    assert set(written) == set(read) and not list(tmp_path.glob("*.partial"))
    assert {tensor.tensor_type for tensor in written.values()} == {GGMLQuantizationType.Q8_0, GGMLQuantizationType.F32}
    for changed, plain in ((name, before + delta), ("blk.5.ffn_up.weight", None)):
        wanted = dequantize(read[changed].data, read[changed].tensor_type) if plain is None else plain
        got = dequantize(written[changed].data, written[changed].tensor_type)
        assert np.abs(got - wanted).mean() < 0.01 * np.abs(wanted).mean()
