"""What a version comes from and what was found of it, as types: snapshots, runs, versions."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, TypedDict

from chatbot.version_folder import VersionFolder

RunStatus = Literal["running", "finished", "stopped", "failed", "interrupted"]


class RunProgress(TypedDict, total=False):
    """How far a run is, as its row keeps it; its `curve` holds the losses by step.

    `recipe`, `minutes` and `base` are what was asked.
    """

    recipe: str
    minutes: float
    base: str
    phase: str
    fraction: float
    message: str
    seconds_left: float | None
    step: int
    steps: int
    tokens_per_second: float | None
    curve: list[dict[str, float]]
    example: str
    diagnosis: list[str]


@dataclass(frozen=True)
class Run:
    """One fine-tune: what it learned from, how far it is, what came of it."""

    id: str
    snapshot: int | None
    status: RunStatus
    actor: str
    started_at: str
    finished_at: str | None = None
    progress: RunProgress = field(default_factory=RunProgress)
    version: str | None = None
    error: str | None = None


class SuiteMeasures(TypedDict):
    """How many cases of a suite there are and pass; its metrics stand beside."""

    cases: int
    passed: int


class Measures(TypedDict, total=False):
    """What evaluation found, as a version's row keeps it; more metrics stand beside."""

    suites: dict[str, SuiteMeasures]
    perplexity: float | None


class Bounds(TypedDict):
    """A value between its bounds."""

    value: float
    low: float
    high: float


class GateDifferences(TypedDict, total=False):
    """The paired differences between a version and the one that it had to beat."""

    log_likelihood_per_token: Bounds
    pass_rate: Bounds
    suites: dict[str, Bounds]


class GateVerdict(TypedDict, total=False):
    """What the gate said of a version, as its row keeps it; empty until it was asked."""

    decision: Literal["promote", "hold"]
    against: str
    reasons: list[str]
    differences: GateDifferences


@dataclass(frozen=True)
class SnapshotCounts:
    """Rows by file and by origin, and what was dropped and redacted, for people to read; `digest` once it is frozen."""

    train: int = 0
    validation: int = 0
    preferences: int = 0
    unpaired: int = 0
    origins: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)
    digest: str = ""

    def as_dict(self) -> dict[str, object]:
        """As plain JSON."""
        return {name: value for name, value in asdict(self).items() if name != "digest" or value}


@dataclass(frozen=True)
class SnapshotRecord:
    """A snapshot that was frozen: where its files lie and what they hold."""

    number: int
    path: str
    pack: str
    counts: SnapshotCounts
    actor: str
    created_at: str


@dataclass(frozen=True)
class Version:
    """A servable model under an immutable name, with what evaluation and the gate found."""

    name: str
    path: str
    base: str
    run: str | None
    snapshot: int | None
    created_at: str
    measures: Measures = field(default_factory=Measures)
    gate: GateVerdict = field(default_factory=GateVerdict)

    @property
    def folder(self) -> VersionFolder:
        """Its files."""
        return VersionFolder(Path(self.path))
