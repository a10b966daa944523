"""The tab Log: who did what, when and from where.

GET /operate/api/log?who=&what=&since=&until=&before=   lines, the newest first
GET /operate/api/log/actors                             everybody who ever did something
GET /operate/api/log/export                             the whole audit log, a line of JSON each entry
"""

import os
import tempfile
from pathlib import Path

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from chatbot.records import Person
from chatbot.store.events import EventFilter
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.happenings import Sort, happenings, kinds_of
from training.console.names import who as name_of
from training.console.tabs.tab import tab_router


class LineShape(BaseModel, from_attributes=True):
    """A line; `times` the same happened one after another, `conversation` is where it was, if in one."""

    number: int
    when: str
    who: str
    what: str
    address: str
    conversation: str
    times: int


class Actor(BaseModel):
    """Somebody who did something: as events name them, and as people do."""

    actor: str
    name: str


class LogShape(BaseModel):
    """A page of the log; `next` is what to ask for as `before`, None at the end."""

    lines: list[LineShape]
    next: int | None


def routes(console: Console) -> APIRouter:
    """The routes of the tab."""
    router = tab_router("log")
    operator = Depends(console.operator)
    events = console.store.events

    @get_route(router, "")
    def log(
        who: str = "",
        what: Sort | None = None,
        since: str = "",
        until: str = "",
        before: int | None = None,
        person: Person = operator,
    ) -> LogShape:
        wanted = EventFilter(kinds_of(what), who, since, until)
        page = happenings(console.store, wanted, before)
        return LogShape(
            lines=[LineShape.model_validate(line) for line in page.lines],
            next=page.next,
        )

    @get_route(router, "/actors")
    def actors(person: Person = operator) -> list[Actor]:
        return [Actor(actor=one, name=name_of(one)) for one in events.actors()]

    @router.get("/export")
    def export(person: Person = operator) -> FileResponse:
        events.add(person.actor, "audit_exported", "the page")
        handle, name = tempfile.mkstemp(suffix=".jsonl")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{entry.as_line()}\n" for entry in events.entries())
        gone = BackgroundTask(Path(name).unlink, missing_ok=True)
        return FileResponse(name, media_type="application/x-ndjson", filename="audit-log.jsonl", background=gone)

    return router
