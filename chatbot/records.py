"""The words of the project as types: what is said, what is thought of it, what is looked up, what answers.

Plain immutable data, no behaviour beyond construction. Times are UTC, ISO 8601, to the microsecond.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NotRequired, TypedDict
from uuid import uuid4

from chatbot.version_folder import VersionFolder

Role = Literal["visitor", "agent", "operator"]
KeyRole = Literal["app", "agent", "operator"]
RunStatus = Literal["running", "finished", "stopped", "failed", "interrupted"]
PassageKind = Literal["article", "answer", "pair"]
LEAST = 1e-3  # temperature
STAR_CRITERIA = ("accuracy", "coherence", "fluency", "engagement")
DISLIKE_REASONS = ("Wrong", "Did not answer", "Hard to understand", "Too long", "Rude", "Unsafe")


class ChatMessage(TypedDict):
    """One message in the shape that chat templates, TRL and OpenAI's API share."""

    role: str
    content: str


def now() -> str:
    """The present moment, UTC, sortable as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_id() -> str:
    """A fresh identifier: 16 hexadecimal digits."""
    return uuid4().hex[:16]


@dataclass(frozen=True)
class Person:
    """Somebody who uses the product; visitors have no name and no password."""

    id: str
    role: Role
    name: str | None = None
    consent: bool = False
    created_at: str = ""

    @property
    def actor(self) -> str:
        """How events name this person."""
        return f"{self.role}:{self.name or self.id}"


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn from the model; temperature 0 is greedy. It ends before the first of the `stop` strings.

    `schema`, a JSON schema as text, is what the reply must satisfy; without one it is free text.
    """

    max_new_tokens: int = 160
    temperature: float = 0.0
    top_p: float = 0.95
    repetition_penalty: float = 1.05
    seed: int = 0
    stop: tuple[str, ...] = ()
    schema: str = ""

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is taken each time; so small a temperature would divide by nothing."""
        return self.temperature < LEAST

    def as_dict(self) -> dict[str, object]:
        """A plain dictionary, as stored with each reply."""
        return asdict(self) | {"stop": list(self.stop)}


class FoundPassage(TypedDict):
    """A passage as a reply's trace keeps it; `used` is missing until the reply is whole."""

    id: str
    kind: PassageKind
    title: str
    text: str
    source: str
    query: str
    score: float
    used: NotRequired[bool]


@dataclass(frozen=True)
class Passage:
    """A piece of text put before the model: a piece of an article, or an approved answer."""

    id: str
    kind: PassageKind
    title: str
    text: str
    source: str
    query: str = ""
    score: float = 0.0

    def as_found(self, used: bool | None = None) -> FoundPassage:
        """As a trace keeps it, with whether the reply rests on it where that is known."""
        found: FoundPassage = {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "source": self.source,
            "query": self.query,
            "score": self.score,
        }
        return found if used is None else {**found, "used": used}


@dataclass(frozen=True)
class Trace:
    """How a reply came about; stored with it.

    `passages` are those that were found, each with `used`: whether the reply rests on it.
    `act` is what it does (answer, abstain, handoff, refuse, decline, ask, chat), `check` what the check made of it, and
    `refused` the figures that it kept from being shown. `finish` says why the model stopped (stop, length, cancelled).
    `first_token_ms` counts from when the question was taken up, after the `queued_ms` that it waited for a place;
    `prepared_ms` is what rules, retrieval and prompt took of it. `offered` tells whether the reply ended by offering
    a person; None where nobody noted it, as in replies older than the field.
    """

    version: str = ""
    prompt_hash: str = ""
    sampling: dict[str, object] = field(default_factory=dict)
    passages: list[FoundPassage] = field(default_factory=list)
    queued_ms: float = 0.0
    prepared_ms: float = 0.0
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish: str = "stop"
    handoff: str | None = None
    uncertain: bool = False
    act: str = "answer"
    rule: str | None = None
    check: str = ""
    refused: list[str] = field(default_factory=list)
    offered: bool | None = None


@dataclass(frozen=True)
class Message:
    """A node in a conversation's tree; an edit or a regeneration is a sibling (same parent)."""

    id: str
    conversation: str
    parent: str | None
    role: Literal["user", "assistant"]
    content: str
    status: Literal["complete", "streaming", "stopped", "interrupted", "failed"]
    created_at: str
    trace: Trace | None = None
    reviewed_at: str | None = None


@dataclass(frozen=True)
class Conversation:
    """A visitor's thread; `head` is the last message of the branch on view."""

    id: str
    person: str
    pack: str
    title: str
    head: str | None
    status: Literal["bot", "handed_off"]
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Feedback:
    """What one person thinks of one reply; one row per message, person and kind."""

    id: str
    message: str
    person: str
    role: Role
    kind: Literal["rating", "stars", "correction"]
    value: str | None = None
    reasons: list[str] = field(default_factory=list)
    comment: str | None = None
    stars: dict[str, int] = field(default_factory=dict)
    correction: str | None = None
    created_at: str = ""


@dataclass(frozen=True)
class ApiKey:
    """A key for `/v1`, without the key itself."""

    name: str
    role: KeyRole
    person: str
    created_at: str


@dataclass(frozen=True)
class ApprovedAnswer:
    """An answer that an agent ordered to be used from now on."""

    id: str
    query: str
    response: str
    message: str | None
    person: str
    active: bool
    created_at: str
    from_conversation: bool = False


class RunProgress(TypedDict, total=False):
    """How far a run is, as its row keeps it; `curve` holds the losses by step."""

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


class SnapshotCounts(TypedDict):
    """What a snapshot holds, in numbers: rows by file and by origin, what was dropped and redacted."""

    train: int
    validation: int
    preferences: int
    unpaired: int
    origins: dict[str, int]
    dropped: dict[str, int]
    redacted: dict[str, int]
    digest: NotRequired[str]


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
