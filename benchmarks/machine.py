"""The machine that a measurement was taken on."""

import os
import platform
from typing import Any

import torch


def describe_machine() -> dict[str, Any]:
    """Processor, cores, GPU if there is one, Python and torch, as printed beside every figure."""
    has = torch.cpu.get_capabilities()
    return {
        "processor": has.get("cpu_name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "bfloat16": bool(has.get("avx512_bf16") or has.get("amx_bf16")),
        **({"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {}),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
