"""What is there for machines and says much of an installation: measures, and the description of its routes.

By default the operator who is signed in reads it, and a scraper with the setting `metrics_key`; the setting
`open_pages` lets everybody.
"""

import secrets
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.web.access import Access
from chatbot.web.callers import BEARER
from chatbot.web.pages import OPERATE
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route
from chatbot.web.sub_path import path_of

METRICS = "/metrics"
PAGES = {METRICS: "metrics", "/docs": "docs", "/openapi.json": "docs"}
"""Which name of the setting `open_pages` opens a path."""
CLOSED = (
    "this is for operators: sign in at /login, or have one open it by the setting `open_pages`; a scraper of /metrics "
    "sends the setting `metrics_key` as `Authorization: Bearer …`"
)


class ClosedPagesMiddleware:
    """Refuses these pages to whoever may not read them."""

    def __init__(
        self, app: ASGIApp, access: Access, open_pages: Sequence[str] = (), metrics_key: SecretStr | None = None
    ) -> None:
        self._app = app
        self._access = access
        self._open = frozenset(open_pages)
        self._key = metrics_key.get_secret_value() if metrics_key else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        path = path_of(scope) if scope["type"] == "http" else ""
        closed = path in PAGES and PAGES[path] not in self._open
        if closed and not await run_in_threadpool(self._may_read, Request(scope), path):
            await JSONResponse({"detail": CLOSED}, 401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_read(self, request: Request, path: str) -> bool:
        header = request.headers.get("authorization", "")
        token = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
        if path == METRICS and self._key and secrets.compare_digest(token.encode(), self._key.encode()):
            return True
        person = self._access.staff(request.cookies)
        return person is not None and not OPERATE.refusal(person.role)


def docs_routes() -> APIRouter:
    """The page at `/docs`: the routes by name, and where their description for programs is."""
    router = APIRouter(include_in_schema=False)

    @get_route(router, "/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        described = request.app.openapi()["paths"]
        routes = [(way.upper(), path, how) for path, ways in described.items() for way, how in ways.items()]
        return plain_page("docs.html", routes=routes)

    return router
