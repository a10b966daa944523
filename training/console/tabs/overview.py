"""The tab Overview: how conversations went, by day and by version, and what to do next."""

from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from chatbot.desk.overview import StepKind, next_steps, overview
from chatbot.records import Person
from chatbot.store.figures import Ending, Tally
from chatbot.web.routes import get_route
from training.console import names
from training.console.console import Console
from training.console.tabs.tab import tab_router


class TallyShape(BaseModel):
    """What some conversations came to; `resolved` is a share, `first_ms` the median time until the first reply."""

    conversations: int
    endings: dict[Ending, int]
    resolved: float | None
    first_ms: int | None

    @classmethod
    def of(cls, tally: Tally) -> "TallyShape":
        """As it is sent."""
        return cls(
            conversations=tally.conversations,
            endings=dict(tally.endings),
            resolved=tally.resolved,
            first_ms=tally.first_ms,
        )


class DayShape(BaseModel):
    """A day, as UTC has it."""

    day: str
    tally: TallyShape


class VersionShape(BaseModel):
    """The conversations whose last reply a version wrote; `answers` tells whether it is the champion."""

    version: str
    title: str
    answers: bool
    tally: TallyShape


class StepShape(BaseModel):
    """Something to do next."""

    kind: StepKind | Literal["fault"]
    text: str


class OverviewShape(BaseModel):
    """All that the tab shows; `before` is as long a time before."""

    days: int
    now: TallyShape
    before: TallyShape
    by_day: list[DayShape]
    by_version: list[VersionShape]
    steps: list[StepShape]


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    router = tab_router("overview")
    operator = Depends(console.operator)

    @get_route(router, "")
    def show(days: int = 30, person: Person = operator) -> OverviewShape:
        return _overview(console, days)

    return router


def _overview(console: Console, days: int) -> OverviewShape:
    store, pack, live = console.store, console.session.pack.name, console.session.live
    console.jobs.current()  # marks a run whose process is gone
    seen = overview(store, pack, days)
    champion = store.versions.resolve("champion")
    faults = [StepShape(kind="fault", text=text) for text in (live.failure, live.fault) if text]
    versions = sorted(seen.tallies.versions.items(), key=lambda one: (one[0] == champion, one[0]), reverse=True)
    return OverviewShape(
        days=days,
        now=TallyShape.of(seen.tallies.whole),
        before=TallyShape.of(seen.before),
        by_day=[DayShape(day=day, tally=TallyShape.of(tally)) for day, tally in seen.by_day()],
        by_version=[
            VersionShape(version=name, title=names.title(name), answers=name == champion, tally=TallyShape.of(tally))
            for name, tally in versions
            if name
        ],
        steps=faults
        + [StepShape(kind=step.kind, text=names.with_titles(step.text)) for step in next_steps(store, pack, seen)],
    )
