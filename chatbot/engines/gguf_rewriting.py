"""GGUF files rewritten: as OpenVINO serves them faithfully, and with an adapter's changes added.

OpenVINO's reader takes few of the types that llama.cpp writes, and rounds the offsets of formats with a minimum (Q4_1
and its like) to whole steps, which moves the weights by 9 % and makes replies fall apart (`python -m
benchmarks.fidelity`). So what it does not read to the bit is served as Q8_0, or where it had four bits and the model is
large as Q4_0: half the memory, nearly twice the speed, and as many answers right (docs/serving.md). `stored_as` is the
one place that says so.

Some files hold the table of a model with tied embeddings twice, once rounded more coarsely. The finer one is kept.
"""

import errno
import shutil
import struct
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
from gguf import GGMLQuantizationType
from gguf.quants import quant_shape_to_byte_shape
from numpy.typing import NDArray

from chatbot.engines.gguf_files import HEAD, MARK, GGUFFile, Matrix, Tensor
from chatbot.errors import WeightsError

F32, F16 = GGMLQuantizationType.F32, GGMLQuantizationType.F16
Q8_0, Q4_0 = GGMLQuantizationType.Q8_0, GGMLQuantizationType.Q4_0
FAITHFUL = {F16, Q8_0, Q4_0}
"""What OpenVINO's reader takes of matrices, to the bit; it refuses F32, BF16, Q5_0, Q5_1, Q3_K, and what came later.

Q6_K it reads to the bit as well, and serves slowly: in half precision.
"""
FOUR_BITS = {
    GGMLQuantizationType.Q4_K,
    GGMLQuantizationType.Q4_1,
    GGMLQuantizationType.IQ4_NL,
    GGMLQuantizationType.IQ4_XS,
    GGMLQuantizationType.Q3_K,
    GGMLQuantizationType.Q2_K,
}
LARGE = 1024
"""The width from which a model's four bits of another kind may become Q4_0; smaller ones lose their wits by it."""
FILE_TYPE, Q8_0_FILE = "general.file_type", 7
BLOCK = 32
TABLE, HEAD_TABLE = "token_embd.weight", "output.weight"
LOOKED_AT = 64
LARGEST_ROUNDING = 0.25
"""Mean difference that few bits may make, as a share of the mean size; tables of their own differ by more than 1."""
TINY = 1e-30
"""A scale that is nothing, and has no inverse in single precision."""
CHUNK = 2**19
"""How many weights are converted at a time: what a core's cache holds."""


class Rows(Protocol):
    """A matrix of which some rows are asked for at a time."""

    def __getitem__(self, rows: slice, /) -> Matrix: ...


def stored_as(tensor: Tensor, changed: bool = False, large: bool = False) -> GGMLQuantizationType:
    """The type of a tensor in the file that is served; `changed` by an adapter, which four bits would drown."""
    if len(tensor.shape) == 1:
        return F32
    if tensor.kind in FAITHFUL and not changed:
        return tensor.kind
    if tensor.shape[-1] % BLOCK:
        return F16
    table = tensor.name in (TABLE, HEAD_TABLE)
    return Q4_0 if large and tensor.kind in FOUR_BITS and not (table or changed) else Q8_0


def is_faithful(file: GGUFFile) -> bool:
    """Whether OpenVINO reads all of a file to the bit, and nothing stands there twice."""
    return not is_table_twice(file) and all(stored_as(tensor) == tensor.kind for tensor in file.tensors.values())


def is_table_twice(file: GGUFFile) -> bool:
    """Whether the head's table is that of the embeddings, but for rounding; some of its rows are compared."""
    table, head = file.tensors.get(TABLE), file.tensors.get(HEAD_TABLE)
    if table is None or head is None or table.shape != head.shape:
        return False
    rows = slice(0, None, max(1, table.height // LOOKED_AT))
    ours, theirs = table.rows(rows), head.rows(rows)
    return bool(np.abs(ours - theirs).mean() < LARGEST_ROUNDING * np.abs(theirs).mean())


def rewrite(file: GGUFFile, out: Path, deltas: Mapping[str, Rows] | None = None) -> None:
    """Write `out` as the file with `deltas` added by tensor name, each tensor as `stored_as` says.

    Holds some rows in memory at a time. Raises `WeightsError` where the disk is full; nothing is left then.
    """
    changes, tensors = deltas or {}, dict(file.tensors)
    if is_table_twice(file):
        tensors[TABLE] = replace(tensors.pop(HEAD_TABLE), name=TABLE)
    large = TABLE in tensors and tensors[TABLE].shape[-1] >= LARGE
    planned = [(tensor, stored_as(tensor, name in changes, large)) for name, tensor in tensors.items()]
    size = file.metadata_end + sum(_size(*each) for each in planned)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    try:
        refuse_full_disk(out, size)
        with partial.open("wb") as to, ThreadPoolExecutor() as pool:
            _write_head(file, planned, to)
            for tensor, kind in planned:
                for chunk in _chunks(tensor, kind, changes.get(tensor.name), pool):
                    to.write(chunk.data.cast("B"))
                _pad(to, file.alignment)
        partial.replace(out)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _disk_full(out, size) from None
    finally:
        partial.unlink(missing_ok=True)


def refuse_full_disk(out: Path, size: int) -> None:
    """Raises `WeightsError` where fewer than `size` bytes are free for `out`."""
    if shutil.disk_usage(out.parent).free < size:
        raise _disk_full(out, size)


def _disk_full(out: Path, size: int) -> WeightsError:
    free = shutil.disk_usage(out.parent).free
    return WeightsError(
        f"disk full: {out.name} takes {size / 1e6:.0f} MB in {str(out.parent)!r}, where {free / 1e6:.0f} MB are free: "
        "make room, or set `home` to a folder on a larger disk"
    )


def _write_head(file: GGUFFile, planned: list[tuple[Tensor, GGMLQuantizationType]], to: BinaryIO) -> None:
    """Metadata as they are, but for the file's type, and where each tensor will be."""
    to.write(MARK + struct.pack("<IQQ", 3, len(planned), len(file.metadata)))
    metadata = file.content[HEAD : file.metadata_end].copy()
    if FILE_TYPE in file.places:
        place = file.places[FILE_TYPE] - HEAD
        metadata[place : place + 4] = np.frombuffer(struct.pack("<I", Q8_0_FILE), np.uint8)
    to.write(metadata.data)
    place = 0
    for tensor, kind in planned:
        name, sizes = tensor.name.encode(), tensor.shape[::-1]
        to.write(struct.pack(f"<Q{len(name)}sI{len(sizes)}Q", len(name), name, len(sizes), *sizes))
        to.write(struct.pack("<IQ", kind, place))
        place += _size(tensor, kind)
        place += -place % file.alignment
    _pad(to, file.alignment)


def _chunks(
    tensor: Tensor, kind: GGMLQuantizationType, delta: Rows | None, pool: ThreadPoolExecutor
) -> Iterator[NDArray[np.generic]]:
    """A tensor's content as `kind`, some rows at a time."""
    if kind == tensor.kind and delta is None:
        yield np.ascontiguousarray(tensor.data)
        return
    step = max(1, CHUNK * tensor.height // prod(tensor.shape))

    def converted(start: int) -> NDArray[np.generic]:
        rows = slice(start, start + step)
        values = tensor.rows(rows)
        return _as_kind(values if delta is None else values + delta[rows], kind)

    yield from pool.map(converted, range(0, tensor.height, step))


def _as_kind(values: Matrix, kind: GGMLQuantizationType) -> NDArray[np.generic]:
    if kind in (Q8_0, Q4_0):
        return quantized(values) if kind == Q8_0 else quantized_to_four_bits(values)
    return np.ascontiguousarray(values, np.float32 if kind == F32 else np.float16)


def quantized(values: Matrix) -> NDArray[np.uint8]:
    """Values as Q8_0: blocks of 32 with a scale in half precision."""
    blocks = values.reshape(-1, BLOCK)
    scales = np.maximum(blocks.max(1, keepdims=True), -blocks.min(1, keepdims=True)) / np.float32(127)
    steps = np.divide(1, scales, out=np.zeros_like(scales), where=scales > TINY)
    out = np.empty((len(blocks), BLOCK + 2), np.uint8)
    out[:, :2] = scales.astype(np.float16).view(np.uint8)
    out[:, 2:] = np.rint(blocks * steps).astype(np.int8).view(np.uint8)
    return out


def quantized_to_four_bits(values: Matrix) -> NDArray[np.uint8]:
    """Values as Q4_0: blocks of 32 in steps of an eighth of their largest, whose sign the scale has."""
    blocks = values.reshape(-1, BLOCK)
    highest, lowest = blocks.max(1, keepdims=True), blocks.min(1, keepdims=True)
    scales = np.where(highest >= -lowest, highest, lowest) / np.float32(-8)
    steps = np.divide(1, scales, out=np.zeros_like(scales), where=np.abs(scales) > TINY)
    codes = np.minimum(blocks * steps + np.float32(8.5), 15).astype(np.uint8)
    out = np.empty((len(blocks), BLOCK // 2 + 2), np.uint8)
    out[:, :2] = scales.astype(np.float16).view(np.uint8)
    out[:, 2:] = codes[:, : BLOCK // 2] | codes[:, BLOCK // 2 :] << 4
    return out


def _size(tensor: Tensor, kind: GGMLQuantizationType) -> int:
    return prod(quant_shape_to_byte_shape(tensor.shape, kind))


def _pad(to: BinaryIO, alignment: int) -> None:
    to.write(bytes(-to.tell() % alignment))
