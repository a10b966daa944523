"""What a base model is called elsewhere: on the hub, in an adapter's configuration, in a file's name.

Names tell apart what shapes cannot, such as two models of one size. Case, owner and quantisation do not count.
"""

import re
from pathlib import Path

from chatbot.engines.base_model import BaseModel
from chatbot.weights import CATALOGUE

QUANTISATION = re.compile(r"[-._](i?q\d\w*|bf16|f16|fp16|f32)$")


def upstream_name(base: BaseModel, setting: str) -> str:
    """The hub id of a base where there is one, else its name here; `setting` is how the settings name it."""
    if packaged := CATALOGUE.get(setting):
        return packaged.upstream
    local = base.is_gguf or Path(setting).expanduser().is_dir()
    return base.name if local else setting


def is_base(stated: str, base: BaseModel, setting: str) -> bool:
    """Whether a name or path, as an adapter states it, means this base.

    A path into this or another installation's `models` folder carries the digest of the base and counts by it.
    """
    if isinstance(base.source, Path) and Path(stated).expanduser().resolve() == base.source.resolve():
        return True
    if base.folder.name in Path(stated).parts:
        return True
    return _plain(stated) in {_plain(base.name), _plain(upstream_name(base, setting))}


def _plain(name: str) -> str:
    last = Path(name.replace("--", "/")).name.lower().removesuffix(".gguf")
    return QUANTISATION.sub("", last)
