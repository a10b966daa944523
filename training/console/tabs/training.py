"""The tab Training: what waits to be learned, a new run by recipe and minutes, runs with their curves.

GET  /operate/api/training/waiting              what waits, and the recipes
GET  /operate/api/training/bases                the bases that a run may begin from
GET  /operate/api/training/runs                 the latest runs
GET  /operate/api/training/runs/{run}           one with its curve
POST /operate/api/training/runs                 {recipe, minutes, base}: begin one
POST /operate/api/training/runs/{run}/go-on     begin one that goes on from its checkpoint
POST /operate/api/training/stop                 stop the one under way; its checkpoint is kept
"""

from fastapi import APIRouter, Depends

from chatbot.errors import InputError
from chatbot.lineage import Run
from chatbot.records import Person
from chatbot.store.events import EventFilter
from chatbot.web.routes import get_route
from training.console import running
from training.console.bases import bases_here, check_base
from training.console.console import Console
from training.console.names import title, who
from training.console.recipes import check_offered, offers, title_of
from training.console.tabs.tab import tab_router
from training.console.tabs.training_shapes import (
    BaseShape,
    CurveShape,
    Given,
    OfferShape,
    Runs,
    RunShape,
    Start,
    WaitingShape,
)
from training.console.tallies import LEFT_OUT, ORIGINS, in_words
from training.console.waiting import GIVEN, WaitingFeedback, plan
from training.runs.wish import Wish

SHOWN = 50


def routes(console: Console) -> APIRouter:
    """The routes of the tab."""
    router = tab_router("training")
    operator = Depends(console.operator)
    feedback = WaitingFeedback(console.session)
    settings = console.session.settings

    @get_route(router, "/waiting")
    def waiting(person: Person = operator) -> WaitingShape:
        return _waiting(console, feedback)

    @get_route(router, "/bases")
    def bases(person: Person = operator) -> list[BaseShape]:
        return [BaseShape.model_validate(base) for base in bases_here(settings)]

    @get_route(router, "/runs")
    def runs(person: Person = operator) -> Runs:
        return _runs(console)

    @router.post("/runs")
    def start(body: Start, person: Person = operator) -> Runs:
        if body.recipe:
            check_offered(settings, feedback.waiting().counts, body.recipe)
        if body.base:
            check_base(settings, body.base)
        console.jobs.start(person.actor, Wish(body.recipe, body.minutes, body.base))
        return _runs(console)

    @get_route(router, "/runs/{run}")
    def one(run: str, person: Person = operator) -> CurveShape:
        return _with_curve(console, console.store.versions.run(run))

    @router.post("/runs/{run}/go-on")
    def go_on(run: str, person: Person = operator) -> Runs:
        left = console.store.versions.run(run)
        if not running.has_checkpoint(settings, left):
            raise InputError(f"run {run!r} has no checkpoint to go on from: start a new one")
        console.jobs.start(person.actor, Wish.of(left))
        return _runs(console)

    @router.post("/stop")
    def stop(person: Person = operator) -> Runs:
        console.jobs.stop(person.actor)
        return _runs(console)

    return router


def _waiting(console: Console, feedback: WaitingFeedback) -> WaitingShape:
    found, settings = feedback.waiting(), console.session.settings
    counts = found.counts
    return WaitingShape(
        snapshot=found.said.snapshot,
        since=found.said.since,
        empty=found.empty,
        given=[Given(kind=kind, name=name, count=found.said.given[kind]) for kind, name in GIVEN.items()],
        left_out=found.said.left_out,
        train=counts.train,
        validation=counts.validation,
        preferences=counts.preferences,
        unpaired=counts.unpaired,
        origins=in_words(counts.origins, ORIGINS),
        dropped=in_words(counts.dropped, LEFT_OUT),
        redacted=counts.redacted,
        plan=plan(found, console.store),
        offers=[OfferShape.model_validate(offer) for offer in offers(settings, counts)],
    )


def _runs(console: Console) -> Runs:
    current = console.jobs.current()
    sizes = {snapshot.number: snapshot.counts.train for snapshot in console.store.versions.snapshots()}
    shapes = [_run(console, run, sizes) for run in console.store.versions.runs(SHOWN)]
    return Runs(current=current.id if current else None, runs=shapes)


def _run(console: Console, run: Run, sizes: dict[int, int]) -> RunShape:
    settings, wish, progress = console.session.settings, Wish.of(run), run.progress
    version = console.store.versions.get(run.version) if run.version else None
    stopped_by = _stopped_by(console, run)
    return RunShape(
        id=run.id,
        status=run.status,
        actor=who(run.actor),
        started_at=run.started_at,
        finished_at=run.finished_at,
        recipe=title_of(wish.recipe),
        minutes=wish.minutes,
        base=wish.base,
        snapshot=run.snapshot,
        rows=running.rows_learned(sizes, run),
        phase=running.phase_of(run),
        fraction=progress.get("fraction", 0.0),
        pace=running.pace(run),
        tokens_per_second=progress.get("tokens_per_second"),
        stopping=running.stop_asked(settings, run),
        stopped_by=stopped_by,
        resumable=running.has_checkpoint(settings, run),
        outcome=running.outcome(run, version, stopped_by),
        learned=running.learned(run),
        version=run.version,
        title=title(run.version) if run.version else "",
        decision=version.gate.get("decision", "") if version else "",
        steps=progress.get("steps", 0),
    )


def _stopped_by(console: Console, run: Run) -> str:
    """Who asked a run to stop; empty where nobody did."""
    if run.status not in ("running", "stopped"):
        return ""
    asked = console.store.events.found(EventFilter(["run_stop_asked"]), SHOWN)
    return next((who(entry.event.actor) for entry in asked if entry.event.subject == run.id), "")


def _with_curve(console: Console, run: Run) -> CurveShape:
    sizes = {snapshot.number: snapshot.counts.train for snapshot in console.store.versions.snapshots()}
    curve = running.curve(run)
    return CurveShape(
        run=_run(console, run, sizes),
        learned=curve.learned,
        held_out=curve.held_out,
        findings=run.progress.get("diagnosis", []),
        example=run.progress.get("example", ""),
    )
