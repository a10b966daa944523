"""What OpenVINO serves is what the weights say."""

import errno
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, LlamaFileType, dequantize, quantize
from gguf.quants import quant_shape_to_byte_shape
from numpy.typing import NDArray

from chatbot.engines import gguf_rewriting
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.gguf_files import READABLE, GGUFFile, Tensor
from chatbot.engines.gguf_rewriting import (
    BLOCK,
    FAITHFUL,
    is_faithful,
    is_table_twice,
    quantized_to_four_bits,
    rewrite,
    stored_as,
)
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.errors import WeightsError
from chatbot.records import ChatMessage, Sampling

ASKED: list[list[ChatMessage]] = [
    [{"role": "user", "content": text}]
    for text in ("How do I boil an egg?", "What is the capital of France?", "Write two sentences about a lamp.")
]


DiskUsage = namedtuple("DiskUsage", "total used free")
QUANTISED = sorted({*READABLE} - {GGMLQuantizationType.F32, GGMLQuantizationType.F16})


def write_gguf(path: Path, kind: GGMLQuantizationType, rows: int = 4, width: int = 512) -> NDArray[np.uint8]:
    """A file with a matrix of a kind, of bytes that hold no infinity at any place, and a vector; returns the matrix."""
    shape = quant_shape_to_byte_shape((rows, width), kind)
    data: NDArray[np.uint8] = np.random.default_rng(kind).integers(0, 0x3C, shape, np.uint8)
    writer = GGUFWriter(path, "llama")
    writer.add_array("tokenizer.ggml.tokens", ["a", "ä", ""])
    writer.add_array("numbers", [1])
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    writer.add_tensor("blk.0.ffn_up.weight", data, raw_dtype=kind)
    writer.add_tensor("blk.0.attn_norm.weight", np.ones(width, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return data


@pytest.mark.parametrize("kind", QUANTISED, ids=lambda kind: kind.name)
@pytest.mark.parametrize("width", [512, 2048])
def test_every_type_that_can_be_dequantized_becomes_one_that_openvino_reads(
    kind: GGMLQuantizationType, width: int, tmp_path: Path
) -> None:
    wanted = dequantize(write_gguf(tmp_path / "in.gguf", kind, width=width), kind)
    file = GGUFFile(tmp_path / "in.gguf")
    assert np.array_equal(file.tensors["blk.0.ffn_up.weight"].rows(slice(1, 3)), wanted[1:3])
    rewrite(file, tmp_path / "out.gguf")
    out = GGUFFile(tmp_path / "out.gguf")
    matrix, vector = out.tensors.values()
    assert is_faithful(out) and matrix.kind in FAITHFUL and vector.kind == GGMLQuantizationType.F32
    got = matrix.rows(slice(None))
    blocks = wanted.reshape(-1, BLOCK)
    step = np.abs(blocks).max(1) / (127 if matrix.kind == GGMLQuantizationType.Q8_0 else 7)
    assert (
        np.abs(got.reshape(-1, BLOCK) - blocks).max(1) <= step + 1e-5
    ).all()  # scales below half precision's range are coarse
    assert np.array_equal(vector.rows(slice(2, 5)), np.ones(3, np.float32))
    assert out.metadata["tokenizer.ggml.tokens"] == ["a", "ä", ""] and out.metadata["numbers"] == [1]


def test_a_matrix_whose_rows_are_no_blocks_is_kept_in_half_precision(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in.gguf", GGMLQuantizationType.BF16, width=40)
    rewrite(GGUFFile(tmp_path / "in.gguf"), tmp_path / "out.gguf")
    before, after = (GGUFFile(tmp_path / name).tensors["blk.0.ffn_up.weight"] for name in ("in.gguf", "out.gguf"))
    assert after.kind == GGMLQuantizationType.F16
    assert np.allclose(after.rows(slice(None)), before.rows(slice(None)), rtol=1e-3, atol=1e-7)


def refusal(path: Path) -> str:
    with pytest.raises(WeightsError) as raised:
        find_base_model(str(path), path.parent / "home")
    assert "\n" not in str(raised.value) and path.name in str(raised.value)
    return str(raised.value)


def test_a_type_that_cannot_be_read_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "odd.gguf"
    write_gguf(file, GGMLQuantizationType.Q8_K)
    assert "holds blk.0.ffn_up.weight as Q8_K" in refusal(file)
    assert "`llama-quantize --allow-requantize odd.gguf q8_0.gguf q8_0`" in refusal(file)
    content = bytearray(file.read_bytes())
    place = content.index(b"blk.0.ffn_up.weight") + len(b"blk.0.ffn_up.weight") + 4 + 16
    content[place : place + 4] = (999).to_bytes(4, "little")
    file.write_bytes(content)
    assert "a type that is not known (999)" in refusal(file)


@pytest.mark.parametrize("kept", [0, 3, 20, 60, 200, -1])
def test_a_cut_file_is_refused(kept: int, tmp_path: Path) -> None:
    file = tmp_path / "cut.GGUF"
    write_gguf(file, GGMLQuantizationType.Q5_K)
    file.write_bytes(file.read_bytes()[:kept])
    assert "no GGUF file" in refusal(file) or "no whole GGUF file" in refusal(file)


@pytest.mark.parametrize("seed", range(20))
def test_garbage_is_refused_in_a_line(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "garbage.gguf"
    write_gguf(file, GGMLQuantizationType.Q5_0)
    content, rng = bytearray(file.read_bytes()), np.random.default_rng(seed)
    content[8:200] = rng.bytes(192)
    file.write_bytes(content)
    assert refusal(file)


def test_one_of_several_files_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "big-00001-of-00002.gguf"
    writer = GGUFWriter(file, "llama")
    writer.add_uint16("split.count", 2)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert "llama-gguf-split --merge" in refusal(file)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gguf(tmp_path / "in.gguf", GGMLQuantizationType.Q5_K)
    file, out = GGUFFile(tmp_path / "in.gguf"), tmp_path / "models" / "served.gguf"

    def full(tensor: object, *others: object) -> Iterator[NDArray[np.uint8]]:
        yield np.zeros(8, np.uint8)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(gguf_rewriting, "_chunks", full)
        with pytest.raises(WeightsError, match=r"disk full: served\.gguf takes 0 MB"):
            rewrite(file, out)
    assert list(out.parent.iterdir()) == []
    with monkeypatch.context() as small:
        small.setattr("chatbot.engines.gguf_rewriting.shutil.disk_usage", lambda folder: DiskUsage(100, 0, 100))
        with pytest.raises(WeightsError, match="disk full"):
            rewrite(file, out)
    rewrite(file, out)
    assert [path.name for path in out.parent.iterdir()] == ["served.gguf"]


def test_a_table_that_stands_there_twice_is_kept_once(tmp_path: Path) -> None:
    def write(path: Path, head: NDArray[np.float32]) -> GGUFFile:
        writer = GGUFWriter(path, "qwen2")
        writer.add_tensor("token_embd.weight", quantize(table, GGMLQuantizationType.Q4_0), raw_dtype=2)
        writer.add_tensor("output.weight", quantize(head, GGMLQuantizationType.Q8_0), raw_dtype=8)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return GGUFFile(path)

    table, other = np.random.default_rng(0).normal(size=(2, 300, 64)).astype(np.float32)
    twice = write(tmp_path / "twice.gguf", table)
    assert is_table_twice(twice) and not is_faithful(twice)
    rewrite(twice, tmp_path / "once.gguf")
    once = GGUFFile(tmp_path / "once.gguf")
    assert list(once.tensors) == ["token_embd.weight"]
    assert np.abs(once.tensors["token_embd.weight"].rows(slice(None)) - table).max() < 0.03
    assert not is_table_twice(write(tmp_path / "two.gguf", other))


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


def test_metadata_and_tensors_are_read_as_the_package_gguf_reads_them(real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    assert base.gguf
    rewritten = GGUFFile(base.gguf)
    for ours in (base.opened(), rewritten):
        theirs = GGUFReader(ours.path)
        stated = {name: field.contents() for name, field in theirs.fields.items() if not name.startswith("GGUF.")}
        assert ours.metadata == stated
        for tensor in theirs.tensors:
            mine = ours.tensors[tensor.name]
            assert (mine.kind, mine.shape) == (tensor.tensor_type, tuple(tensor.shape[::-1].tolist()))
        assert np.array_equal(mine.rows(slice(None)), dequantize(tensor.data, tensor.tensor_type))
    assert rewritten.metadata["general.file_type"] == LlamaFileType.MOSTLY_Q8_0


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
