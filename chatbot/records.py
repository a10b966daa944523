"""The words of the project as types: what is said, what is thought of it, what is looked up, what answers.

Plain immutable data, no behaviour beyond construction. Times are UTC, ISO 8601, to the microsecond.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypedDict
from uuid import uuid4

Role = Literal["visitor", "agent", "operator"]
KeyRole = Literal["app", "agent", "operator"]
Act = Literal["answer", "abstain", "handoff", "refuse", "decline", "ask", "chat", "held"]
Speaker = Literal["user", "assistant", "agent"]
CaseStatus = Literal["open", "waiting", "held", "done"]
CaseReason = Literal["handed off", "disliked", "uncertain", "new"]
Outcome = Literal["fixed", "passed", "shortened", "rewritten", "quoted", "abstained", "off"]
Finish = Literal["running", "stop", "length", "cancelled"]
PassageKind = Literal["article", "answer", "pair"]
ReplyStatus = Literal["complete", "streaming", "stopped", "failed"]
LEAST = 1e-3  # temperature
STAR_CRITERIA = ("accuracy", "coherence", "fluency", "engagement")
DISLIKE_REASONS = ("Wrong", "Did not answer", "Hard to understand", "Too long", "Rude", "Unsafe")


class ChatMessage(TypedDict):
    """One message in the shape that chat templates, TRL and OpenAI's API share.

    `images` are `data:` addresses of pictures, for a model that sees.
    """

    role: str
    content: str
    images: NotRequired[list[str]]


def now() -> str:
    """The present moment, UTC, sortable as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_id() -> str:
    """A fresh identifier: 16 hexadecimal digits."""
    return uuid4().hex[:16]


@dataclass(frozen=True)
class Person:
    """Somebody who uses the product; visitors have no name and no password.

    `issuer` is the OpenID provider through which somebody signs in, empty for those who have a password. `generation`
    counts the changes of an account that end its sign-ins.
    """

    id: str
    role: Role
    name: str | None = None
    consent: bool = False
    created_at: str = ""
    disabled: bool = False
    issuer: str = ""
    generation: int = 0

    @property
    def actor(self) -> str:
        """How events name this person."""
        return f"{self.role}:{self.name or self.id}"


@dataclass(frozen=True)
class SignIn:
    """One browser in which somebody of the staff is signed in; it is known by a token of which this knows nothing."""

    id: str
    person: str
    begun_at: str
    seen_at: str
    address: str
    browser: str


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


class SamplingOverrides(TypedDict, total=False):
    """The fields of `Sampling` that a client sets for one reply."""

    max_new_tokens: int
    temperature: float
    top_p: float
    repetition_penalty: float
    seed: int
    stop: tuple[str, ...]
    schema: str


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


class WeighedRule(TypedDict):
    """The rule that a message was likeliest to fall under, its probability, and above which one it would have held."""

    rule: str
    probability: float
    needed: float


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
    `act` is what it does, or `held` of a message to which a person replies in its place. `check` is what the check
    made of it, empty until that is known, and `refused` what it kept from being shown. `finish` says why the model
    stopped.
    `first_token_ms` counts from when the question was taken up, after the `queued_ms` that it waited for a place;
    `prepared_ms` is what rules, retrieval and prompt took of it. `offered` tells whether the reply ended by offering
    a person; None where nobody noted it, as in replies older than the field. `weighed` is the likeliest rule, whether
    it held or not; `known` names the fields of what is remembered of the visitor that the model was shown.
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
    finish: Finish = "stop"
    handoff: str | None = None
    uncertain: bool = False
    act: Act = "answer"
    rule: str | None = None
    check: Outcome | Literal[""] = ""
    refused: list[str] = field(default_factory=list)
    offered: bool | None = None
    weighed: WeighedRule | None = None
    known: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Message:
    """A node in a conversation's tree; an edit or a regeneration is a sibling (same parent).

    `author` is the member of the staff who wrote it, where its role is `agent`.
    """

    id: str
    conversation: str
    parent: str | None
    role: Speaker
    content: str
    status: ReplyStatus | Literal["interrupted"]
    created_at: str
    trace: Trace | None = None
    author: str | None = None

    @property
    def held(self) -> bool:
        """Whether the visitor said this while a person held the conversation, so that no reply was written."""
        return self.trace is not None and self.trace.act == "held"


@dataclass(frozen=True)
class Conversation:
    """A visitor's thread; `head` is the last message of the branch on view.

    `titled` says what the title was made from: the first message, the talk, or the person's own words, which stay.
    """

    id: str
    person: str
    pack: str
    title: str
    head: str | None
    created_at: str
    updated_at: str
    titled: Literal["message", "talk", "person"] = "message"


@dataclass(frozen=True)
class Feedback:
    """What one person thinks of one reply; one row per message, person and kind."""

    id: str
    message: str
    person: str
    role: Role
    kind: Literal["rating", "stars", "correction", "helped"]
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
    """An answer that an agent ordered to be used from now on.

    One that `waits` for a second look is not used before somebody else has confirmed it; `asked` is whom the agent
    asked, and `confirmed_by` who did.
    """

    id: str
    query: str
    response: str
    message: str | None
    person: str
    active: bool
    created_at: str
    from_conversation: bool = False
    waits: bool = False
    asked: str | None = None
    confirmed_by: str | None = None
