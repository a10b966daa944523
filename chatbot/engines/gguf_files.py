"""GGUF files rewritten with some tensors changed, and the file that OpenVINO serves faithfully.

OpenVINO's reader rounds the offsets of formats with a minimum (Q4_1 and its like) to whole steps, which moves the
packaged base model's weights by 9 % and makes its replies fall apart (`python -m benchmarks.fidelity`). So such tensors
are served as Q8_0, which it reads to the bit.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from gguf import (
    GGMLQuantizationType,
    GGUFReader,
    GGUFValueType,
    GGUFWriter,
    ReaderField,
    ReaderTensor,
    dequantize,
    quantize,
)
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
KEPT = GGMLQuantizationType.Q8_0
MISREAD = {
    GGMLQuantizationType.Q4_1,
    GGMLQuantizationType.Q5_1,
    GGMLQuantizationType.Q2_K,
    GGMLQuantizationType.Q4_K,
    GGMLQuantizationType.Q5_K,
}
Q8_0_FILE = 7


class GGUFFile(GGUFReader):  # type: ignore[misc]
    """A GGUF file; over a plain array its metadata is read in a third of the time that numpy's memmap class takes."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, np.asarray(value) if name == "data" else value)

    @property
    def misread(self) -> bool:
        """Whether OpenVINO would not serve what the file holds."""
        return any(tensor.tensor_type in MISREAD for tensor in self.tensors)


def rewrite(reader: GGUFFile, out: Path, deltas: Mapping[str, Matrix] | None = None) -> None:
    """Write `out` as the file with `deltas` added by tensor name; these and what OpenVINO misreads become Q8_0."""
    changes = deltas or {}
    partial = out.with_suffix(f".{os.getpid()}.partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(partial, str(reader.fields["general.architecture"].contents()))
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name not in ("general.architecture", "general.file_type"):
            _copy_field(field, writer)
    writer.add_uint32("general.file_type", Q8_0_FILE)

    def packed(tensor: ReaderTensor) -> tuple[Any, GGMLQuantizationType]:
        if tensor.name not in changes and tensor.tensor_type not in MISREAD:
            return tensor.data, tensor.tensor_type
        values = dequantize(tensor.data, tensor.tensor_type) + changes.get(tensor.name, np.float32(0))
        return quantize(values.astype(np.float32), KEPT), KEPT

    with ThreadPoolExecutor() as pool:
        for tensor, (data, kind) in zip(reader.tensors, pool.map(packed, reader.tensors), strict=True):
            writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(out)


def _copy_field(field: ReaderField, writer: GGUFWriter) -> None:
    kind = field.types[0]
    inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
    writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
