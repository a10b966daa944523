"""Cookies that only this host can set: behind TLS they go by `__Host-` names.

Inside, a cookie has one name, whatever the browser calls it; this stands before everything that reads or sets one.
A browser takes a `__Host-` cookie from the host itself over TLS and for `/` only, so that neither another name of the
domain nor a connection without TLS can put one in its place. A product at a path of a host keeps the plain names.
"""

from collections.abc import Iterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.access import VISITOR_COOKIE, VISITOR_SECONDS, set_cookie
from chatbot.web.sub_path import cookie_path

HOST = "__Host-"
OURS = "chatbot_"
SECURE = ("https", "wss")


class HostCookieMiddleware:
    """Renames the product's cookies on their way in and out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the plain names; a visitor known by a plain one is given the other."""
        if scope["type"] not in ("http", "websocket") or scope["scheme"] not in SECURE or cookie_path(scope) != "/":
            await self._app(scope, receive, send)
            return
        others, ours, plain = _sorted(scope)
        visitor = plain.get(VISITOR_COOKIE) if VISITOR_COOKIE not in ours else None
        if visitor:
            ours[VISITOR_COOKIE] = visitor
        inside = "; ".join([*others, *(f"{name}={value}" for name, value in ours.items())])
        headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        headers += [(b"cookie", inside.encode("latin-1"))] if inside else []
        await self._app({**scope, "headers": headers}, receive, _renamed(scope, send, visitor))


def _sorted(scope: Scope) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """The cookies of others, ours by their plain names, and those that bear the plain names themselves."""
    others: list[str] = []
    ours: dict[str, str] = {}
    plain: dict[str, str] = {}
    for pair in _pairs(scope):
        name, _, value = pair.partition("=")
        if name.startswith(HOST + OURS):
            ours[name.removeprefix(HOST)] = value
        elif name.startswith(OURS):
            plain[name] = value
        else:
            others.append(pair)
    return others, ours, plain


def _pairs(scope: Scope) -> Iterator[str]:
    for header in Headers(scope=scope).getlist("cookie"):
        yield from (pair for piece in header.split(";") if (pair := piece.strip()))


def _renamed(scope: Scope, send: Send, visitor: str | None) -> Send:
    async def rename(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            cookies = headers.getlist("set-cookie")
            if visitor and not any(cookie.startswith(f"{VISITOR_COOKIE}=") for cookie in cookies):
                cookies += _moved(scope, visitor)
            del headers["set-cookie"]
            for cookie in cookies:
                headers.append("set-cookie", _for_this_host(cookie))
            if visitor:
                headers.append("set-cookie", f'{VISITOR_COOKIE}=""; Max-Age=0; Path=/')
        await send(message)

    return rename


def _moved(scope: Scope, visitor: str) -> list[str]:
    response = Response()
    set_cookie(response, scope, VISITOR_COOKIE, visitor, VISITOR_SECONDS)
    return response.headers.getlist("set-cookie")


def _for_this_host(cookie: str) -> str:
    if not cookie.startswith(OURS):
        return cookie
    secure = any(part.strip().lower() == "secure" for part in cookie.split(";"))
    return HOST + cookie + ("" if secure else "; Secure")
