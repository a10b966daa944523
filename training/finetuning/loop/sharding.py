"""A frozen base that no single device has to hold: each process keeps a part of every layer.

A layer's matrices are put together when it is computed, forward and back, and let go of after it (Zhao et al., 2023,
arXiv:2304.11277, torch's `fully_shard`). Adapters, embeddings and norms outside the layers stay whole in every process,
so that optimizer, checkpoints and what is saved are those of a run without sharding.
"""

from typing import Any

import torch
from peft import PeftModel
from torch import distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor


def shard(model: PeftModel, device: str) -> None:
    """Spread the layers' frozen matrices over all processes, and put what stays whole on this one's device."""
    decoder: Any = model.get_base_model().base_model
    mesh = init_device_mesh(torch.device(device).type, (distributed.get_world_size(),))
    for layer in decoder.layers:
        fully_shard(layer, mesh=mesh, ignored_params={p for p in layer.parameters() if p.requires_grad})
    whole = {p for p in model.parameters() if not isinstance(p, DTensor)}
    fully_shard(decoder, mesh=mesh, ignored_params=whole)
    for tensor in (*whole, *model.buffers()):
        tensor.data = tensor.data.to(device)
