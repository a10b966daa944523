"""The way in for an adapter that was trained elsewhere: checked, merged and registered under an immutable name.

From then on it is a version like any other: it is evaluated, put before the gate and promoted by the same commands. It
has no run, no snapshot and no retriever of its own; where it came from stands in its card and in `facts.json`.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Template

from chatbot.engines.base_model import find_base_model
from chatbot.knowledge.packs import load_pack
from chatbot.lineage import Version
from chatbot.records import new_id
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.version_folder import VersionFolder
from chatbot.weights import file_digest
from training.release.compatibility import CONFIG, WEIGHTS, ForeignAdapter, read_adapter
from training.release.merging import merge_into_gguf
from training.release.publish import publish

CARD = Template(
    """---
base_model: {{ base.name }}
library_name: peft
tags: [lora]
---
# {{ version.name }}

A LoRA adapter on {{ base.name }} (SHA-256 {{ base.digest[:16] }}…), trained elsewhere and registered here. What it
learned from is not known to this installation: evaluate it before it answers anybody.

| | |
|---|---|
| folder | {{ origin.folder }} |
| base, as the adapter states it | {{ origin.stated_base or "not stated" }} |
| SHA-256 of its weights | {{ origin.sha256 }} |
| rank, alpha | {{ origin.rank }}, {{ origin.alpha }} |
| target modules | {{ origin.target_modules }} |
| registered | {{ version.created_at }} by {{ origin.actor }} |

Files: `adapter/` (peft), `model.gguf` (merged, Q8_0, where the base is a GGUF file), `facts.json`.
"""
)


@dataclass(frozen=True)
class ForeignOrigin:
    """Where an adapter came from, as it says itself and as its files are."""

    folder: str
    stated_base: str | None
    sha256: str
    rank: int
    alpha: float
    target_modules: str | list[str]
    peft_version: str | None
    actor: str


def register_adapter(
    settings: Settings,
    store: Store,
    folder: Path,
    actor: str,
    tell: Callable[[str], None] = lambda phase: None,
) -> Version:
    """Register an adapter folder in PEFT's format as a version; the alias `candidate` points at it.

    Raises `WeightsError` when it is no plain LoRA adapter for the base that the settings name, `PackError` when the
    pack cannot be read; nothing is left behind then. `tell` hears what is being done.
    """
    pack = load_pack(settings.pack_folder)
    base = find_base_model(settings.base_model, settings.home.resolve())
    tell("checking the adapter")
    adapter = read_adapter(folder, base, settings.base_model)
    work = VersionFolder.within(settings.home, f"{new_id()}.partial")
    try:
        _copy_adapter(adapter, work.adapter)
        if base.gguf is not None:
            tell("merging")
            merge_into_gguf(base.gguf, work.adapter, work.merged)
        origin = _origin(adapter, actor)
        work.facts.write_text(json.dumps({"origin": asdict(origin)}, indent=2), encoding="utf-8")

        def card(version: Version) -> str:
            return f"{CARD.render(version=version, base=base, origin=origin)}\n"

        return publish(store, base, pack.name, work, card, actor)
    finally:
        shutil.rmtree(work.path, ignore_errors=True)


def _copy_adapter(adapter: ForeignAdapter, place: Path) -> None:
    """Copy what peft reads; weights in a precision that numpy lacks, such as bfloat16, become float32."""
    import torch
    from safetensors.torch import save_file

    place.mkdir(parents=True)
    (place / CONFIG).write_text(json.dumps(adapter.config.written, indent=2) + "\n", encoding="utf-8")
    if all(tensor.dtype in (torch.float32, torch.float16) for tensor in adapter.tensors.values()):
        shutil.copyfile(adapter.folder / WEIGHTS, place / WEIGHTS)
    else:
        save_file({name: tensor.float() for name, tensor in adapter.tensors.items()}, place / WEIGHTS)


def _origin(adapter: ForeignAdapter, actor: str) -> ForeignOrigin:
    config = adapter.config
    return ForeignOrigin(
        folder=str(adapter.folder.resolve()),
        stated_base=config.stated_base,
        sha256=file_digest(adapter.folder / WEIGHTS),
        rank=config.rank,
        alpha=config.alpha,
        target_modules=config.targets if isinstance(config.targets, str) else sorted(config.targets),
        peft_version=config.peft_version,
        actor=actor,
    )
