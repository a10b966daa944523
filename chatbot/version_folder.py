"""What belongs to a version's folder, and where in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

HOME = "versions"


@dataclass(frozen=True)
class VersionFolder:
    """The files of a version, whether or not all of them are there; a run's folder has its embedders alike."""

    path: Path

    @classmethod
    def within(cls, home: Path, name: str) -> Self:
        """The folder of this name in an installation's home."""
        return cls(home.resolve() / HOME / name)

    @property
    def adapter(self) -> Path:
        """The folder of the LoRA adapter, as peft writes it."""
        return self.path / "adapter"

    @property
    def merged(self) -> Path:
        """The base's GGUF file with the adapter merged in, where the base is one."""
        return self.path / "model.gguf"

    @property
    def retriever(self) -> Path:
        """The folder of the embedder that finds passages, where the version has one of its own."""
        return self.path / "retriever"

    @property
    def router(self) -> Path:
        """The folder of the embedder that tells rules apart, where the version has one of its own."""
        return self.path / "router"

    @property
    def facts(self) -> Path:
        """What the version came from, as JSON."""
        return self.path / "facts.json"

    @property
    def card(self) -> Path:
        """The same for people to read."""
        return self.path / "README.md"
