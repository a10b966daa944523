"""Tells from which address staff act, for what is recorded of it; visitors' addresses are not told.

    app.add_middleware(ActingMiddleware)

It stands behind whatever reads the address that a proxy forwards.
"""

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.acting import acting
from chatbot.web.pages import STAFF_PAGES
from chatbot.web.sub_path import path_of

SIGNING_IN = "/login"
SIGNING_OUT = "/logout"


class ActingMiddleware:
    """Lets what is done on the staff's pages, and by signing in or out, be done from the request's address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and _is_staffs(path_of(scope)):
            with acting(address=address_of(Request(scope))):
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _is_staffs(path: str) -> bool:
    return path.startswith((SIGNING_IN, SIGNING_OUT)) or any(page.holds(path) for page in STAFF_PAGES)
