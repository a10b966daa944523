"""The page at `/operate/`: its frame, in which the module of each tab draws what it asks of the API.

    app.include_router(operate_routes(console, modules))

`/operate/<slug>` is a deep link to a tab of the same frame. Stands behind `AccessMiddleware` like the other pages of
the staff; every route asks once more who it is.
"""

import json
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from chatbot.broker import Happening
from chatbot.errors import AccessError
from chatbot.web.event_streams import stream
from chatbot.web.modules import Modules
from chatbot.web.pages import OPERATE
from chatbot.web.plain_errors import PlainRoute
from chatbot.web.plain_pages import drawing, plain_page
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.tabs.table import TABS
from training.console.watching import Watcher

FOLDER = Path(__file__).parent / "static"
"""Our modules of this page."""
TOLD = ("run", "version", "case", "reply", "note", "pack", "setting", "lost")
"""The happenings that its tabs follow."""


def operate_routes(console: Console, modules: Modules) -> APIRouter:
    """The frame, its stream of events, and the routes of all tabs."""
    router = APIRouter()
    router.include_router(_page_routes(console, modules))
    router.include_router(_event_routes(console))
    for tab in TABS:
        router.include_router(tab.routes(console))
    return router


def _page_routes(console: Console, modules: Modules) -> APIRouter:
    router = APIRouter(prefix=OPERATE.path, include_in_schema=False)
    tabs = [{"slug": tab.slug, "name": tab.name} for tab in TABS]

    def show(request: Request) -> Response:
        try:
            person = console.operator(request)
        except AccessError as error:
            raise HTTPException(401, str(error)) from error
        title = console.session.pack.persona.title
        return plain_page(
            "operate.html",
            name="Operate",
            page="operate",
            title=title,
            person=person,
            operates=True,
            static=f"..{modules.path}",
            modules=[*modules.of("shared"), "operate/operate-page.js", "operate/tab.js"],
            facts=json.dumps({"title": title, "tabs": tabs, "me": {"id": person.id, "name": person.name}}),
            icon=drawing,
        )

    for slug in ("", *(tab.slug for tab in TABS)):
        get_route(router, f"/{slug}", include_in_schema=False)(show)
    return router


def _event_routes(console: Console) -> APIRouter:
    router = APIRouter(prefix=OPERATE.path, route_class=PlainRoute, tags=["operate"])
    live = console.session.live
    watcher = Watcher(console.store, console.jobs, lambda: (live.version, live.canary, live.fault, live.failure))

    def wanted(happening: Happening) -> bool:
        return happening.kind in TOLD

    @router.get("/events")
    async def events(request: Request) -> Response:
        """What happens to runs, versions and conversations, as server-sent events like those of /review/events."""
        person = await run_in_threadpool(console.operator, request)
        return await run_in_threadpool(stream, console.store.broker, wanted, watcher.watched(person))

    return router
