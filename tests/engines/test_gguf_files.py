"""What OpenVINO serves is what the weights say."""

from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, LlamaFileType, dequantize, quantize

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.gguf_files import GGUFFile, Tensor
from chatbot.engines.gguf_rewriting import is_faithful, quantized_to_four_bits, rewrite, stored_as
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


def test_the_packaged_file_is_rewritten_once_to_what_openvino_reads(real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    served = base.gguf
    assert served and not is_faithful(base.opened()) and is_faithful(GGUFFile(served))
    before = served.stat().st_mtime_ns
    assert find_base_model("smollm2-135m-instruct", real_home).gguf == served and served.stat().st_mtime_ns == before
    assert agreement(base, served) > 0.9


def test_a_rewritten_file_holds_the_same_weights_and_the_deltas(real_home: Path, tmp_path: Path) -> None:
    file = find_base_model("smollm2-135m-instruct", real_home).opened()
    name = "blk.0.attn_v.weight"
    before = file.tensors[name].rows(slice(None))
    delta = np.full_like(before, 0.25)
    rewrite(file, tmp_path / "out.gguf", {name: delta})
    read = GGUFReader(tmp_path / "out.gguf")
    written = {tensor.name: tensor for tensor in read.tensors}
    assert list(written) == list(file.tensors) and not list(tmp_path.glob("*.partial"))
    assert {tensor.tensor_type for tensor in written.values()} == {GGMLQuantizationType.Q8_0, GGMLQuantizationType.F32}
    for changed, plain in ((name, before + delta), ("blk.5.ffn_up.weight", None)):
        wanted = file.tensors[changed].rows(slice(None)) if plain is None else plain
        got = dequantize(written[changed].data, written[changed].tensor_type)
        assert np.abs(got - wanted).mean() < 0.01 * np.abs(wanted).mean()


def test_metadata_and_tensors_are_read_as_the_package_gguf_reads_them(real_home: Path, tmp_path: Path) -> None:
    file = find_base_model("smollm2-135m-instruct", real_home).opened()
    rewrite(file, tmp_path / "out.gguf")
    for ours in (file, GGUFFile(tmp_path / "out.gguf")):
        theirs = GGUFReader(ours.path)
        stated = {name: field.contents() for name, field in theirs.fields.items() if not name.startswith("GGUF.")}
        assert ours.metadata == stated
        for tensor in theirs.tensors:
            mine = ours.tensors[tensor.name]
            assert (mine.kind, mine.shape) == (tensor.tensor_type, tuple(tensor.shape[::-1].tolist()))
        assert np.array_equal(mine.rows(slice(None)), dequantize(tensor.data, tensor.tensor_type))
    assert GGUFFile(tmp_path / "out.gguf").metadata["general.file_type"] == LlamaFileType.MOSTLY_Q8_0


def test_four_bits_are_those_of_the_package_gguf() -> None:
    values = np.random.default_rng(3).standard_normal((16, 1024)).astype(np.float32)
    values[2, :64] = 0
    ours = quantized_to_four_bits(values)
    assert np.array_equal(ours.ravel(), quantize(values, GGMLQuantizationType.Q4_0).ravel())


def test_only_four_bits_of_a_large_model_stay_four() -> None:
    def kept(kind: GGMLQuantizationType, name: str = "blk.0.ffn_up.weight", **facts: bool) -> GGMLQuantizationType:
        return stored_as(Tensor(name, kind, (64, 1536), np.empty((64, 8), np.uint8)), **{"large": True} | facts)

    four, six, eight = GGMLQuantizationType.Q4_K, GGMLQuantizationType.Q6_K, GGMLQuantizationType.Q8_0
    assert kept(four) == GGMLQuantizationType.Q4_0
    assert kept(four, changed=True) == kept(four, large=False) == kept(four, "token_embd.weight") == kept(six) == eight
