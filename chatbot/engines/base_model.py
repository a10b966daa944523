"""The base model: where its weights are, its tokenizer, and the one rendering that training and serving share.

`find_base_model` accepts a name of the catalogue, a GGUF file, a folder in Hugging Face format or a hub id. A GGUF file
becomes, once, the one that is served, merged into and trained from; it and what transformers needs beside it lie in
`$CHATBOT_HOME/models`.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from chatbot.bases import AUTO, GB, refuse_too_large, resolve_base
from chatbot.engines.gguf_files import GGUFFile
from chatbot.errors import WeightsError
from chatbot.records import ChatMessage
from chatbot.weights import CATALOGUE, PackagedBase, file_digest

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

logger = logging.getLogger(__name__)

WAYS = (
    f"set `base_model` to {AUTO!r}, to one of {', '.join(CATALOGUE)} (in packages: `python -m chatbot base`), "
    "to a .gguf file or a folder in Hugging Face format, or to a hub id that this machine can reach"
)
SERVED = "served.gguf"


@dataclass(frozen=True)
class BaseModel:
    """A base model on this machine; `source` is its file or folder, or the packages that its file comes in."""

    name: str
    digest: str
    source: Path | PackagedBase
    folder: Path

    @property
    def is_gguf(self) -> bool:
        """Whether its weights are a GGUF file."""
        return isinstance(self.source, PackagedBase) or self.source.is_file()

    @cached_property
    def gguf(self) -> Path | None:
        """The GGUF file that is served, merged into and trained from; made of the source at first use (half a minute).

        It is the source itself where OpenVINO reads that faithfully. Raises `WeightsError`.
        """
        place = self.folder / SERVED
        if not self.is_gguf or place.is_file():
            return place if self.is_gguf else None
        from chatbot.engines.gguf_rewriting import is_faithful, refuse_full_disk, rewrite

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            if not place.is_file():
                if isinstance(self.source, PackagedBase):
                    refuse_full_disk(place, self.source.file.bytes)
                file = self.opened()
                if file.path == self.source and is_faithful(file):
                    return file.path
                rewrite(file, place)
        return place

    def opened(self) -> GGUFFile:
        """The GGUF file of the source, joined in memory where it comes in parts, and checked."""
        if isinstance(self.source, Path):
            return GGUFFile(self.source)
        packed = self.source.file
        return GGUFFile(packed.parts[0].locate(), packed.joined())

    @cached_property
    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The tokenizer, unpacked from the GGUF file at first use; raises `WeightsError` for a template of no use."""
        from transformers import AutoTokenizer

        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(self._tokenizer_folder())
        _refuse_template(tokenizer, self.name)
        return tokenizer

    def _tokenizer_folder(self) -> Path:
        from transformers import PreTrainedTokenizerFast

        if (gguf := self.gguf) is None:
            return Path(str(self.source))

        def unpack(folder: Path) -> None:
            # The same tokenizer by way of AutoTokenizer takes ten times as long: it reads the weights' shapes first.
            PreTrainedTokenizerFast.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)

        return _made_once(self.folder / "tokenizer", unpack)

    def load(self, dtype: "str | torch.dtype" = "float32", **options: object) -> "PreTrainedModel":
        """A fresh model in float32 unless `dtype` says otherwise; a GGUF file is read straight into that."""
        from transformers import AutoModelForCausalLM

        if (gguf := self.gguf) is None:
            return AutoModelForCausalLM.from_pretrained(self.source, dtype=dtype, **options)
        from chatbot.engines.gguf_weights import load_model

        return load_model(gguf, self.config, dtype, **options)

    @property
    def width(self) -> int:
        """The size of a hidden state."""
        return int(self.config.hidden_size)

    @property
    def context(self) -> int | None:
        """How many tokens it can read, where it says so."""
        if (gguf := self.gguf) is None:
            return getattr(self.config.get_text_config(), "max_position_embeddings", None)
        file = GGUFFile(gguf)
        key = f"{file.architecture}.context_length"
        return file.integer(key) if key in file.metadata else None

    @property
    def layers(self) -> int:
        """How many blocks it has."""
        return int(self.config.num_hidden_layers)

    @cached_property
    def parameters(self) -> int:
        """How many weights it has; none of them is read."""
        import torch
        from transformers import AutoModelForCausalLM

        with torch.device("meta"):
            return int(AutoModelForCausalLM.from_config(self.config).num_parameters())

    @cached_property
    def config(self) -> "PreTrainedConfig":
        """What transformers has to know of the model, unpacked from the GGUF file at first use."""
        from transformers import AutoConfig

        if (gguf := self.gguf) is None:
            return AutoConfig.from_pretrained(self.source)

        def unpack(folder: Path) -> None:
            from chatbot.engines.gguf_weights import read_config

            read_config(gguf).save_pretrained(folder)

        return AutoConfig.from_pretrained(_made_once(self.folder / "config", unpack))

    def encode(self, messages: Sequence[ChatMessage], reply: str | None = None) -> list[int]:
        """Token ids of the rendered prompt, ready for the reply; with `reply`, of the whole finished turn."""
        return encode_chat(self.tokenizer, messages, reply)


NO_BASE = BaseModel("none", "0" * 64, Path("none"), Path("none"))
"""What stands in the place of a base model where the engine needs none."""


def encode_chat(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[ChatMessage], reply: str | None = None
) -> list[int]:
    """Render by the model's own chat template and tokenize; the one rendering of training and serving."""
    return encode_chats(tokenizer, [(messages, reply)])[0]


def encode_chats(
    tokenizer: "PreTrainedTokenizerBase", chats: Sequence[tuple[Sequence[ChatMessage], str | None]]
) -> list[list[int]]:
    """`encode_chat` of many at once: prompts, each with its reply or ready for one."""
    texts, special = [], set(tokenizer.all_special_tokens)
    for messages, reply in chats:
        said = messages if reply is None else [*messages, ChatMessage(role="assistant", content=reply)]
        turns = [{"role": one["role"], "content": _broken_up(one["content"], special)} for one in said]
        texts.append(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=reply is None))
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def _broken_up(text: str, special: Collection[str]) -> str:
    """A text in which none of the model's own control tokens stands, such as the one that ends a turn."""
    for token in special:
        if token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def find_base_model(name: str, home: Path) -> BaseModel:
    """The base model that a setting names; raises `WeightsError` in one line that names the ways to supply weights."""
    models, name, known = home / "models", resolve_base(name), base_name(name)
    if packaged := CATALOGUE.get(name):
        refuse_too_large(packaged)
        folder = _served_folder(packaged, home)
        if not (folder / SERVED).is_file():
            _refuse_uninstalled(packaged)
        return BaseModel(name, packaged.file.sha256, packaged, folder)
    path = Path(name).expanduser()
    if path.suffix.lower() == ".gguf":
        if not path.is_file():
            raise WeightsError(f"base_model {name!r} is not a file: {WAYS}")
        GGUFFile(path)
        digest = file_digest(path)
        return BaseModel(known, digest, path, models / f"{known}-{digest[:8]}")
    return _from_folder(path if path.is_dir() else _from_hub(name), known, models)


def is_here(packaged: PackagedBase, home: Path) -> bool:
    """Whether a packaged base can be loaded without installing anything."""
    return (_served_folder(packaged, home) / SERVED).is_file() or packaged.installed


def _served_folder(packaged: PackagedBase, home: Path) -> Path:
    return home / "models" / f"{packaged.name}-{packaged.file.sha256[:8]}"


def base_name(setting: str) -> str:
    """How versions call the base that a setting names."""
    name = resolve_base(setting)
    path = Path(name).expanduser()
    if name in CATALOGUE:
        return name
    if path.suffix.lower() == ".gguf":
        return path.stem.lower()
    return path.name.lower() if path.is_dir() else name.replace("/", "--").lower()


def forget_copies(base: BaseModel, names: Collection[str]) -> None:
    """Remove the folders of other bases than `base`, but for those called by one of `names`."""
    for folder in base.folder.parent.glob("*-" + "[0-9a-f]" * 8):
        if folder.name != base.folder.name and folder.name[:-9] not in names:
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            logger.warning("removing %s (%.1f GB): no setting or version names this base", folder, size / GB)
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_uninstalled(packaged: PackagedBase) -> None:
    missing, parts = packaged.file.missing, packaged.file.parts
    if len(missing) > 1:
        raise WeightsError(
            f"base_model {packaged.name!r} is not installed ({len(missing)} of {len(parts)} parts are missing): run "
            f"`python -m chatbot base install {packaged.name}`"
        )
    packaged.file.refuse_missing()


def _from_folder(path: Path, name: str, models: Path) -> BaseModel:
    weights = sorted(path.glob("*.safetensors"))
    if not weights or not (path / "config.json").is_file():
        raise WeightsError(f"base_model folder {str(path)!r} holds no config.json with .safetensors files: {WAYS}")
    digest = hashlib.sha256("".join(file_digest(file) for file in weights).encode()).hexdigest()
    return BaseModel(name, digest, path, models / f"{name}-{digest[:8]}")


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.model", "*.jinja", "*.txt"]))
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "no reason given")[:120]
        raise WeightsError(f"base_model {name!r} cannot be had ({type(error).__name__}: {reason}): {WAYS}") from None


def _refuse_template(tokenizer: "PreTrainedTokenizerBase", name: str) -> None:
    """Raises `WeightsError` where the chat template is missing, fails, or leaves out what is said or replied."""
    if not tokenizer.chat_template:
        raise WeightsError(f"base {name!r} has no chat template, so it cannot be talked with: take an instruct model")
    said: list[ChatMessage] = [{"role": "system", "content": "Rule"}, {"role": "user", "content": "Question"}]
    try:
        prompt, whole = encode_chats(tokenizer, [(said, None), (said, "Reply")])
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)[:120]
        raise WeightsError(f"the chat template of base {name!r} fails ({reason}): take another model") from None
    text = tokenizer.decode(prompt)
    lost = [word for word in ("Rule", "Question") if word not in text]
    if lost or whole[: len(prompt)] != prompt or "Reply" not in tokenizer.decode(whole[len(prompt) :]):
        what = " and ".join(f"the {word.lower()}" for word in lost) or "a reply after its prompt"
        raise WeightsError(f"the chat template of base {name!r} leaves out {what}: take another model")


def _made_once(place: Path, make: Callable[[Path], None]) -> Path:
    """A folder that one process makes while others wait, and that appears only when everything is in it."""
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_suffix(".lock")):
        if not place.is_dir():
            partial = place.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)  # of a process that was killed
            partial.mkdir()
            try:
                make(partial)
                partial.rename(place)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return place
