"""GGUF files: what they state, and their tensors by rows. The format: ggml-org/ggml, docs/gguf.md.

    file = GGUFFile(path)
    file.metadata["general.architecture"], file.tensors["token_embd.weight"].rows(slice(0, 8))

Metadata of a vocabulary of 150,000 words are read here in a fifth of a second, where the package gguf takes four.
"""

import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import NoReturn

import numpy as np
from gguf import GGMLQuantizationType, dequantize
from gguf.quants import _type_traits, quant_shape_to_byte_shape
from numpy.typing import NDArray

from chatbot.errors import WeightsError

Matrix = NDArray[np.float32]
Content = NDArray[np.uint8]
Number = int | float | bool
Stated = str | Number | list["Stated"]
"""A value of the metadata."""
READABLE = {*_type_traits, GGMLQuantizationType.F32, GGMLQuantizationType.F16}
HEAD = 24
"""The bytes before the metadata: mark, version, and how many tensors and entries there are."""
MARK, VERSIONS = b"GGUF", (2, 3)
NUMBERS = dict(enumerate(["<u1", "<i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<b1"])) | {10: "<u8", 11: "<i8", 12: "<f8"}
TEXT, ARRAY = 8, 9
ALIGNMENT = "general.alignment"


@dataclass(frozen=True)
class Tensor:
    """A tensor of a file; `shape` has the rows' length last."""

    name: str
    kind: GGMLQuantizationType
    shape: tuple[int, ...]
    data: Content
    """Its bytes by rows, one row where it is a vector."""

    @property
    def height(self) -> int:
        """How many rows it has, or numbers where it is a vector."""
        return len(self.data) if len(self.shape) > 1 else self.shape[0]

    def rows(self, rows: slice) -> Matrix:
        """Some of its rows in float32, or of its numbers where it is a vector."""
        if len(self.shape) == 1:
            return np.asarray(dequantize(self.data, self.kind)[0][rows], np.float32)
        return np.asarray(dequantize(self.data[rows], self.kind), np.float32)


class GGUFFile:
    """A GGUF file, mapped: `metadata` by key, `tensors` by name in the file's order.

    Raises `WeightsError` where it is cut or something else, comes in several files, or has tensors that cannot be read.
    """

    def __init__(self, path: Path, content: bytearray | None = None) -> None:
        """`content` is the whole file, where it does not lie at `path`."""
        self.path = path
        self.content = np.frombuffer(_mapped(path) if content is None else content, np.uint8)
        try:
            self._read()
        except (struct.error, ValueError, IndexError, KeyError, OverflowError, MemoryError):
            self._refuse("is no whole GGUF file (it was cut, or is something else): get it anew")

    @property
    def architecture(self) -> str:
        """The model's kind, such as `qwen2`."""
        return str(self.metadata["general.architecture"])

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number that it states; raises `KeyError` where it states none and there is no default."""
        value = self.metadata.get(key, default)
        if not isinstance(value, int | float):
            raise KeyError(key)
        return int(value)

    def _read(self) -> None:
        if len(self.content) < HEAD or bytes(self.content[:4]) != MARK:
            self._refuse("is no GGUF file: name one, or get it anew")
        version, tensors, entries = struct.unpack_from("<IQQ", self.content.data, 4)
        if version not in VERSIONS:
            self._refuse(f"has version {version} of the format, not 2 or 3, or big-endian numbers: get a newer file")
        reader = _Reader(self.content, HEAD)
        self.places: dict[str, int] = {}
        self.metadata: dict[str, Stated] = {}
        for _ in range(entries):
            key, kind = reader.text(), int(reader.number("<u4"))
            self.places[key] = reader.at
            self.metadata[key] = reader.value(kind)
        self.metadata_end = reader.at
        if self.integer("split.count", 1) > 1:
            self._refuse("is one of several files: join them with llama.cpp's `llama-gguf-split --merge FIRST OUT`")
        described = [self._described(reader) for _ in range(tensors)]
        start = reader.at + -reader.at % self.alignment
        self.tensors = {name: self._tensor(name, kind, shape, start + at) for name, kind, shape, at in described}
        self.architecture  # noqa: B018  raises KeyError where it is missing

    @property
    def alignment(self) -> int:
        """The number of which every tensor's place in the file is a multiple."""
        return self.integer(ALIGNMENT, 32)

    def _described(self, reader: "_Reader") -> tuple[str, GGMLQuantizationType, tuple[int, ...], int]:
        name, dimensions = reader.text(), int(reader.number("<u4"))
        shape = tuple(int(reader.number("<u8")) for _ in range(dimensions))[::-1]
        number, place = int(reader.number("<u4")), int(reader.number("<u8"))
        kind = next((kind for kind in GGMLQuantizationType if kind == number), None)
        if kind not in READABLE:
            called = kind.name if kind is not None else f"a type that is not known ({number})"
            self._refuse(
                f"holds {name} as {called}, which cannot be read here: convert it with llama.cpp's "
                f"`llama-quantize --allow-requantize {self.path.name} q8_0.gguf q8_0`"
            )
        return name, GGMLQuantizationType(number), shape, place

    def _tensor(self, name: str, kind: GGMLQuantizationType, shape: tuple[int, ...], start: int) -> Tensor:
        *many, width = quant_shape_to_byte_shape(shape, kind)
        data = self.content[start : start + prod(many) * width].reshape(prod(many), width)
        return Tensor(name, kind, shape, data)

    def _refuse(self, why: str) -> NoReturn:
        raise WeightsError(f"{self.path} {why}")


class _Reader:
    """Reads what stands in a file one after the other."""

    def __init__(self, content: Content, at: int) -> None:
        self._bytes = content.data
        self.at = at

    def number(self, kind: str) -> Number:
        return self.numbers(kind, 1)[0]

    def numbers(self, kind: str, count: int) -> list[Number]:
        size = np.dtype(kind).itemsize * count
        values: list[Number] = np.frombuffer(self._bytes[self.at : self.at + size], kind, count).tolist()
        self.at += size
        return values

    def text(self) -> str:
        (size,) = struct.unpack_from("<Q", self._bytes, self.at)
        start = self.at + 8
        self.at = start + size
        if self.at > len(self._bytes):
            raise ValueError("the file ends within a text")
        return str(self._bytes[start : self.at], "utf-8", "replace")

    def value(self, kind: int) -> Stated:
        if kind == TEXT:
            return self.text()
        if kind != ARRAY:
            return self.number(NUMBERS[kind])
        inner, count = int(self.number("<u4")), int(self.number("<u8"))
        if inner in NUMBERS:
            return [*self.numbers(NUMBERS[inner], count)]
        return [self.value(inner) for _ in range(count)]


def _mapped(path: Path) -> mmap.mmap | bytes:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:  # an empty file cannot be mapped
        return b""
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}; check the path and its permissions") from None
