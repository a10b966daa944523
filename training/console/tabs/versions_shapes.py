"""What the tab Versions is told, as typed shapes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from training.console.acts import Kind
from training.evaluation.changes import Effect


class Do(BaseModel):
    """An act, with the version that answered when it was asked about."""

    version: Annotated[str, Field(max_length=200)]
    champion: Annotated[str, Field(max_length=200)]


class QuestionShape(BaseModel):
    """What an act would mean; `doubts` are reasons to think twice."""

    act: Kind
    version: str
    title: str
    champion: str
    text: str
    doubts: list[str]
    yes: str


class Done(BaseModel):
    """What was done, in words."""

    words: str


class SuiteShape(BaseModel):
    """How many test questions of a kind a version answers right."""

    name: str
    title: str
    about: str
    cases: int
    passed: int


class VersionShape(BaseModel):
    """A version; `more` is how many test questions more than the champion it answers right, where that is known."""

    name: str
    title: str
    made_at: str
    base: str
    snapshot: int | None
    run: str | None
    aliases: list[str]
    suites: list[SuiteShape]
    cases: int
    passed: int
    more: int | None
    decision: Literal["promote", "hold", ""]
    likes: int
    dislikes: int
    here: bool


class Live(BaseModel):
    """Who answers now: `follows` takes over within seconds; `fault` and `failure` say what could not be loaded."""

    version: str
    title: str
    follows: str
    canary: str
    canary_title: str
    share: float
    fault: str
    failure: str
    available: bool
    servers: list[str]
    rolls_back_to: str


class Lineup(BaseModel):
    """All versions, the latest first."""

    live: Live
    versions: list[VersionShape]


class DifferenceShape(BaseModel, from_attributes=True):
    """A measure of a version beside that of the one that it had to beat; `value` surely lies between its bounds."""

    label: str
    about: str
    ours: str
    theirs: str
    unit: Literal["cases", "percent"]
    value: float
    low: float
    high: float
    judgement: Literal["better", "worse", ""]


class Verdict(BaseModel):
    """What the gate said of a version."""

    version: VersionShape
    decision: Literal["promote", "hold", ""]
    against: str
    against_title: str
    reasons: list[str]
    differences: list[DifferenceShape]


class ReplyShape(BaseModel):
    """A reply to a test question, and whether it is right."""

    text: str
    passed: bool
    act: str
    check: str


class ChangeShape(BaseModel):
    """A test question that is answered otherwise; `asked` is the talk up to it."""

    case: str
    suite: str
    effect: Effect
    asked: list[str]
    before: ReplyShape
    after: ReplyShape
    must_say: list[str]
    must_not_say: list[str]
    expect: str


class Changes(BaseModel):
    """The replies that changed from `against` to a version; `compared` is how many both gave."""

    version: str
    title: str
    against: str
    against_title: str
    compared: int
    counts: dict[Effect, int]
    changes: list[ChangeShape]
    words: str
