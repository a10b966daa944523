"""The way out: a version as files that run elsewhere, with a card beside them.

gguf - the merged file as it is served; runs in llama.cpp
peft - the adapter folder; loads with peft on the base
merged - a Hugging Face folder, weights and tokenizer; loads with transformers

Everything is written under a partial path and renamed when it is whole; what exists is never overwritten.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.errors import UserError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder
from training.release.compatibility import CONFIG, WEIGHTS
from training.release.export_card import write_export_card
from training.release.naming import upstream_name
from training.release.publish import files_of

Format = Literal["gguf", "peft", "merged"]
FORMATS: tuple[Format, ...] = get_args(Format)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Export:
    """What was written: the file or folder, its card, its size in bytes."""

    version: str
    format: Format
    path: str
    card: str
    bytes: int


@dataclass(frozen=True)
class _Source:
    """A version to export, or the base (`folder` is None then)."""

    name: str
    folder: VersionFolder | None
    base: BaseModel
    upstream: str


def export_version(
    settings: Settings, store: Store, version: str, format: Format, out: Path, tell: Tell = lambda phase: None
) -> Export:
    """Write a version (a name, an alias or `base`) to `out`, a file for gguf and a folder for the others.

    The card is `README.md` in a folder, and stands beside a file under its name with `.md`. `tell` hears what is being
    done. Raises `UserError` where the format cannot be had or a path exists already.
    """
    source = _source(settings, store, version)
    card = out.with_suffix(".md") if format == "gguf" else out / "README.md"
    if format == "gguf" and out.suffix != ".gguf":
        raise UserError(f"out {str(out)!r} must end in .gguf: that is how programs know the format")
    _refuse_existing(out, card)
    partial = out.with_name(f"{out.name}.{os.getpid()}.partial")
    partial_card = partial.with_suffix(".partial-card") if format == "gguf" else partial / "README.md"
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        WRITERS[format](source, partial, tell)
        version_card = source.folder.card if source.folder else None
        write_export_card(partial_card, source.name, format, out.name, source.base, source.upstream, version_card)
        _refuse_existing(out, card)
        if format == "gguf":
            partial_card.rename(card)
        partial.rename(out)
    finally:
        _remove(partial)
        _remove(partial_card)
    return Export(source.name, format, str(out.resolve()), str(card.resolve()), _size(out))


def _source(settings: Settings, store: Store, version: str) -> _Source:
    name = store.versions.resolve(version)
    base = find_base_model(settings.base_model, settings.home.resolve())
    upstream = upstream_name(base, settings.base_model)
    if name == BASE:
        return _Source(name, None, base, upstream)
    made_on = store.versions.get(name)
    if made_on.base != base.name:
        raise UserError(
            f"{name} was made on base {made_on.base!r}, and base_model here is {settings.base_model!r}: set "
            "`base_model` to the one that it was made on"
        )
    return _Source(name, files_of(made_on, "export another version"), base, upstream)


def _write_gguf(source: _Source, place: Path, tell: Tell) -> None:
    file = source.folder.merged if source.folder else source.base.gguf
    if file is None or not file.is_file():
        raise UserError(
            f"{source.name} has no GGUF file, since base {source.base.name!r} is none: export it as 'merged' and "
            "convert that with llama.cpp's convert_hf_to_gguf.py"
        )
    tell("copying the GGUF file")
    shutil.copyfile(file, place)


def _write_peft(source: _Source, place: Path, tell: Tell) -> None:
    if source.folder is None:
        raise UserError("base has no adapter to export as 'peft': export it as 'gguf' or 'merged', or name a version")
    tell("copying the adapter")
    place.mkdir()
    adapter = source.folder.adapter
    shutil.copyfile(adapter / WEIGHTS, place / WEIGHTS)
    config = json.loads((adapter / CONFIG).read_text(encoding="utf-8")) | {"base_model_name_or_path": source.upstream}
    (place / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_merged(source: _Source, place: Path, tell: Tell) -> None:
    tell("loading the base model")
    model = source.base.load()
    if source.folder is not None:
        from peft import PeftModel

        tell("merging")
        model = PeftModel.from_pretrained(model, source.folder.adapter).merge_and_unload()
    tell("writing the weights")
    model.save_pretrained(place)
    source.base.tokenizer.save_pretrained(place)


WRITERS: dict[Format, Callable[[_Source, Path, Tell], None]] = {
    "gguf": _write_gguf,
    "peft": _write_peft,
    "merged": _write_merged,
}


def _refuse_existing(*paths: Path) -> None:
    for path in paths:
        if path.exists() or path.is_symlink():
            raise UserError(f"out {str(path)!r} exists already: nothing is overwritten; name another path")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
