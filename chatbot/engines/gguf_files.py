"""GGUF files read, and rewritten with some tensors changed: the file that OpenVINO serves faithfully.

OpenVINO's reader takes few of the types that llama.cpp writes, and rounds the offsets of formats with a minimum (Q4_1
and its like) to whole steps, which moves the weights by 9 % and makes replies fall apart (`python -m
benchmarks.fidelity`). So what it does not read to the bit is served as Q8_0. `stored_as` is the one place that says so.
"""

import errno
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from gguf import (
    GGMLQuantizationType,
    GGUFReader,
    GGUFValueType,
    GGUFWriter,
    ReaderField,
    ReaderTensor,
    dequantize,
)
from gguf.quants import _type_traits, quant_shape_to_byte_shape
from numpy.typing import NDArray

from chatbot.errors import WeightsError
from chatbot.weights import PackagedBase

Matrix = NDArray[np.float32]
KEPT = GGMLQuantizationType.Q8_0
FAITHFUL = {
    GGMLQuantizationType.F32,
    GGMLQuantizationType.F16,
    GGMLQuantizationType.Q4_0,
    GGMLQuantizationType.Q6_K,
    GGMLQuantizationType.Q8_0,
}
UNREADABLE = {kind for kind in GGMLQuantizationType if kind not in _type_traits} - {
    GGMLQuantizationType.F32,
    GGMLQuantizationType.F16,
}
Q8_0_FILE = 7
BLOCK = 32
ALIGNMENT = 32
CHUNK = 2**19
"""Weights that are converted at a time: what one core's cache holds."""
NOT_COPIED = {"general.architecture", "general.file_type", "general.alignment"}


class Rows(Protocol):
    """A matrix of which some rows are asked for at a time."""

    def __getitem__(self, rows: slice, /) -> Matrix: ...


class GGUFFile(GGUFReader):  # type: ignore[misc]
    """A GGUF file; over a plain array its metadata is read in a third of the time that numpy's memmap class takes."""

    def __init__(self, path: Path, content: NDArray[np.uint8] | None = None) -> None:
        """`content` stands for what the file at `path` begins with. Raises `WeightsError` for what is no GGUF file."""
        self._content = content
        self.path = path
        try:
            super().__init__(path)
        except (ValueError, IndexError, KeyError, OverflowError, UnicodeDecodeError) as error:
            raise WeightsError(
                f"{path} is no whole GGUF file (cut, or something else): get it anew ({str(error)[:80] or 'it ends'})"
            ) from None
        for tensor in self.tensors:
            if tensor.tensor_type in UNREADABLE:
                raise WeightsError(
                    f"{path.name} holds {tensor.name} as {tensor.tensor_type.name}, which cannot be read here: run "
                    f"llama.cpp's `llama-quantize --allow-requantize {path.name} q8_0.gguf q8_0` and set that file"
                )

    @classmethod
    def opened(cls, source: Path | PackagedBase) -> "GGUFFile":
        """A file, or the one that lies in packages, joined and checked."""
        if isinstance(source, Path):
            return cls(source)
        if len(source.file.parts) == 1:
            return cls(source.file.locate())
        return cls(source.file.parts[0].locate(), source.file.joined())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "data":
            value = np.asarray(value) if self._content is None else self._content
        super().__setattr__(name, value)

    @property
    def architecture(self) -> str:
        """The model's kind, such as `qwen2`."""
        return str(self.fields["general.architecture"].contents())

    @property
    def faithful(self) -> bool:
        """Whether OpenVINO reads all of it to the bit."""
        return all(stored_as(tensor) == tensor.tensor_type for tensor in self.tensors)


def stored_as(tensor: ReaderTensor, changed: bool = False) -> GGMLQuantizationType:
    """The type of a tensor in the file that is served; `changed` by an adapter, which four bits would drown."""
    if tensor.tensor_type in FAITHFUL and not changed:
        return tensor.tensor_type
    if len(tensor.shape) == 1:
        return GGMLQuantizationType.F32
    return GGMLQuantizationType.F16 if tensor.shape[0] % BLOCK else KEPT


def rewrite(reader: GGUFFile, out: Path, deltas: Mapping[str, Rows] | None = None) -> None:
    """Write `out` as the file with `deltas` added by tensor name, each tensor as `stored_as` says.

    Holds a few rows in memory at a time. Raises `WeightsError` where the disk is full; nothing is left then.
    """
    changes = deltas or {}
    kinds = [stored_as(tensor, tensor.name in changes) for tensor in reader.tensors]
    sizes = [_bytes(tensor, kind) for tensor, kind in zip(reader.tensors, kinds, strict=True)]
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    try:
        _refuse_full_disk(out, sum(sizes))
        _write_head(reader, partial, kinds, sizes)
        with partial.open("ab") as file, ThreadPoolExecutor() as pool:
            _pad(file)
            for tensor, kind in zip(reader.tensors, kinds, strict=True):
                for chunk in _chunks(tensor, kind, changes.get(tensor.name), pool):
                    file.write(memoryview(chunk).cast("B"))
                _pad(file)
        partial.replace(out)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _disk_full(out, sum(sizes)) from None
    finally:
        partial.unlink(missing_ok=True)


def _write_head(reader: GGUFFile, out: Path, kinds: list[GGMLQuantizationType], sizes: list[int]) -> None:
    writer = GGUFWriter(out, reader.architecture)
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name not in NOT_COPIED:
            _copy_field(field, writer)
    writer.add_uint32("general.file_type", Q8_0_FILE)
    for tensor, kind, size in zip(reader.tensors, kinds, sizes, strict=True):
        writer.add_tensor_info(tensor.name, tensor.shape[::-1].tolist(), np.dtype(np.float32), size, kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
    finally:
        writer.close()


def _chunks(
    tensor: ReaderTensor, kind: GGMLQuantizationType, delta: Rows | None, pool: ThreadPoolExecutor
) -> Iterator[NDArray[Any]]:
    """A tensor's content as `kind`, some rows at a time."""
    if kind == tensor.tensor_type and delta is None:
        yield np.ascontiguousarray(tensor.data)
        return
    data = tensor.data.reshape(-1, tensor.data.shape[-1])
    step = max(1, CHUNK // int(tensor.shape[0]))

    def packed(start: int) -> NDArray[Any]:
        rows = slice(start, start + step)
        values = dequantize(data[rows], tensor.tensor_type)
        if delta is not None:
            values = values + delta[rows]
        return _as_kind(values, kind)

    yield from pool.map(packed, range(0, len(data), step))


def _as_kind(values: Matrix, kind: GGMLQuantizationType) -> NDArray[Any]:
    if kind == GGMLQuantizationType.F32:
        return np.ascontiguousarray(values, np.float32)
    return values.astype(np.float16) if kind == GGMLQuantizationType.F16 else quantized(values)


def quantized(values: Matrix) -> NDArray[np.uint8]:
    """Values as Q8_0: blocks of 32 with a scale in half precision."""
    blocks = values.reshape(-1, BLOCK)
    scales = np.abs(blocks).max(1, keepdims=True) / np.float32(127)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(scales > 0, 1 / scales, np.float32(0))
    out = np.empty((len(blocks), BLOCK + 2), np.uint8)
    out[:, :2] = scales.astype(np.float16).view(np.uint8)
    out[:, 2:] = np.rint(blocks * steps).astype(np.int8).view(np.uint8)
    return out


def _bytes(tensor: ReaderTensor, kind: GGMLQuantizationType) -> int:
    return prod(quant_shape_to_byte_shape(tensor.shape[::-1].tolist(), kind))


def _pad(file: Any) -> None:
    file.write(bytes(-file.tell() % ALIGNMENT))


def _refuse_full_disk(out: Path, size: int) -> None:
    if shutil.disk_usage(out.parent).free < size:
        raise _disk_full(out, size)


def _disk_full(out: Path, size: int) -> WeightsError:
    free = shutil.disk_usage(out.parent).free
    return WeightsError(
        f"disk full: {out.name} takes {size / 1e6:.0f} MB in {str(out.parent)!r}, where {free / 1e6:.0f} MB are free: "
        "make room, or set `home` to a larger disk"
    )


def _copy_field(field: ReaderField, writer: GGUFWriter) -> None:
    kind = field.types[0]
    inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
    writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
