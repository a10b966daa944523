"""Tells who of the staff acts and from which address, for what is recorded of it; visitors' addresses are not told.

    app.add_middleware(ActingMiddleware, access=access)

It stands behind whatever reads the address that a proxy forwards.
"""

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.acting import SYSTEM, acting
from chatbot.web.access import Access
from chatbot.web.pages import STAFF_PAGES
from chatbot.web.sub_path import path_of

SIGNING_IN = "/login"
SIGNING_OUT = "/logout"


class ActingMiddleware:
    """Lets what is done on the staff's pages be done by who is signed in, and from the request's address.

    Of signing in and out only the address is told here: who it is, is found out there.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        path = path_of(scope) if scope["type"] == "http" else ""
        theirs = any(page.holds(path) for page in STAFF_PAGES)
        if not theirs and not path.startswith((SIGNING_IN, SIGNING_OUT)):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        person = await run_in_threadpool(self._access.staff, request.cookies) if theirs else None
        with acting(person.actor if person else SYSTEM, address_of(request)):
            await self._app(scope, receive, send)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""
