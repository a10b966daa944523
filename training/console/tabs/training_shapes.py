"""What the tab Training is told, as typed shapes."""

from typing import Annotated

from pydantic import BaseModel, Field

from chatbot.lineage import RunStatus

MOST_MINUTES = 24 * 60


class Start(BaseModel):
    """What is asked of a new run; `minutes` None leaves it to the recipe, no `base` takes the one that answers."""

    recipe: str = ""
    base: str = ""
    minutes: Annotated[float | None, Field(gt=0, le=MOST_MINUTES)] = None


class Given(BaseModel):
    """How much of one kind of feedback there is."""

    kind: str
    name: str
    count: int


class OfferShape(BaseModel, from_attributes=True):
    """A recipe; `missing` says why it cannot be used now."""

    name: str
    title: str
    about: str
    minutes: float
    missing: str


class BaseShape(BaseModel, from_attributes=True):
    """A base to fine-tune and its usual recipe; `missing` says why it cannot be used now."""

    name: str
    memory_gb: float | None
    disk_gb: float | None
    licence: str
    reads: bool
    installed: bool
    recipe: str
    missing: str


class WaitingShape(BaseModel):
    """What waits to be learned, and how it could be; `left_out` counts what visitors have not agreed to."""

    snapshot: int | None
    since: str
    empty: bool
    given: list[Given]
    left_out: int
    train: int
    validation: int
    preferences: int
    unpaired: int
    origins: dict[str, int]
    dropped: dict[str, int]
    redacted: dict[str, int]
    plan: str
    offers: list[OfferShape]


class RunShape(BaseModel):
    """A run as it stands in the table; `fraction` of the whole cycle is done, `stopped_by` is who asked it to stop."""

    id: str
    status: RunStatus
    actor: str
    started_at: str
    finished_at: str | None
    recipe: str
    minutes: float | None
    base: str
    snapshot: int | None
    rows: str
    phase: str
    fraction: float
    pace: str
    tokens_per_second: float | None
    stopping: bool
    stopped_by: str
    resumable: bool
    outcome: str
    learned: str
    version: str | None
    title: str
    decision: str
    steps: int


class Runs(BaseModel):
    """The latest runs first, and the one under way, if any."""

    current: str | None
    runs: list[RunShape]


class CurveShape(BaseModel):
    """How far off a run's replies were by step: pairs of step and loss; with what it says and one row as learned."""

    run: RunShape
    learned: list[tuple[int, float]]
    held_out: list[tuple[int, float]]
    findings: list[str]
    example: str
