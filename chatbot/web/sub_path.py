"""Serving under a path of a host, such as `https://example.com/bot`, behind a proxy.

The path is the setting `root_path`, else what the proxy says in `X-Forwarded-Prefix`. It becomes ASGI's `root_path`,
from which FastAPI, Gradio, redirects and cookies take it. The proxy may take it off the address or leave it there.
"""

import re

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.address_settings import ROOT_PATH
from chatbot.web.pages import REVIEW, STAFF_PAGES

PREFIX_HEADER = "x-forwarded-prefix"
PLACE = re.compile("/[a-z]+(/[a-z]+)?")
"""A page, or a part of it that has an address of its own."""


def prefix_of(scope: Scope) -> str:
    """The path under which the whole product stands; empty at the root of a host."""
    return str(scope.get("root_path", ""))


def path_of(scope: Scope) -> str:
    """The path of a request below the prefix."""
    path, prefix = str(scope["path"]), prefix_of(scope)
    return (path[len(prefix) :] or "/") if _stands_under(path, prefix) else path


def cookie_path(scope: Scope) -> str:
    """The path for which a cookie is kept."""
    return prefix_of(scope) or "/"


def redirect(scope: Scope, target: str, status: int = 303) -> Response:
    """Send the browser to another address of the product."""
    return RedirectResponse(prefix_of(scope) + target, status)


def asked_for(scope: Scope, path: str) -> str:
    """A path with the query of a request: what is on view there."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


def own_page(scope: Scope, target: str) -> str:
    """The page of the staff, or part of one, at an address that a browser named, else `/review`: signing in never
    leads elsewhere.
    """
    path, mark, query = target.removeprefix(prefix_of(scope)).partition("?")
    path = path.rstrip("/")
    theirs = PLACE.fullmatch(path) and any(page.holds(path) for page in STAFF_PAGES)
    return f"{path}{mark}{query}" if theirs else REVIEW.path


class SubPathMiddleware:
    """Stands before everything else and puts the prefix where the rest looks for it."""

    def __init__(self, app: ASGIApp, root_path: str = "") -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its prefix."""
        if scope["type"] in ("http", "websocket") and (prefix := self._root_path or _told(scope)):
            scope = _under(scope, prefix)
        await self._app(scope, receive, send)


def _told(scope: Scope) -> str:
    told = Headers(scope=scope).get(PREFIX_HEADER, "").split(",")[0].strip().rstrip("/")
    return told if ROOT_PATH.fullmatch(told) else ""


def _under(scope: Scope, prefix: str) -> Scope:
    if _stands_under(scope["path"], prefix):
        return {**scope, "root_path": prefix}
    raw = scope.get("raw_path")
    whole = {**scope, "root_path": prefix, "path": prefix + scope["path"]}
    return whole | ({"raw_path": prefix.encode() + raw} if raw is not None else {})


def _stands_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
