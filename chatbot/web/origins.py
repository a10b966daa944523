"""Whose pages may make a browser ask here: the product's own, and for `/v1` those of the setting `api_origins`.

Stands before everything that reads a cookie. A browser says where a request comes from in `Sec-Fetch-Site`, `Origin`
or `Referer`; what says none of them is a program, which nobody can trick into sending a person's cookies. Pages of
other origins may lead a person here by a link, and those of `widget_origins` show the chat in a frame; they do nothing
else. What inner applications say of who may read their
answers (`Access-Control-…`) is taken off; `cross_origin` says it for `/v1`.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.api_errors import error_answer, error_body
from chatbot.web.cross_origin import ANY
from chatbot.web.plain_pages import plain_page
from chatbot.web.sub_path import path_of
from chatbot.web.widget_frames import is_widget, may_frame, origin_of

READING = ("GET", "HEAD")
OWN_SITES = ("same-origin", "none")
PROBES = ("/healthz", "/readyz")
SECURE = ("https", "wss")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
FOREIGN = "this was sent from a page of another site: open the chatbot itself and do it there"
FOREIGN_API = "pages of {origin} may not call /v1: have an operator name this origin in the setting `api_origins`"
WRONG_HOST = "{host!r} is not served here: use one of the names in the setting `hosts`"


class OriginMiddleware:
    """Refuses what pages of other origins make a browser send, and hosts that are none of the product's names."""

    def __init__(
        self,
        app: ASGIApp,
        api_origins: Sequence[str] = (),
        hosts: Sequence[str] = (),
        widget_origins: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._api_origins = frozenset(api_origins)
        self._hosts = frozenset(hosts)
        self._widget_origins = frozenset(widget_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on; to `/v1` without cookies where every page may call it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers, shared = Headers(scope=scope), f"{path_of(scope)}/".startswith("/v1/")
        foreign = self._is_foreign(scope, headers)
        named = foreign and shared and headers.get("origin", "").lower() in self._api_origins
        unnamed = foreign and shared and not named and ANY in self._api_origins
        refusal = self._wrong_host(scope, headers)
        if refusal is None and foreign and not (named or unnamed or self._is_given(scope, headers)):
            refusal = _not_framed(headers) if is_widget(scope) else _refused(headers, shared)
        if refusal is None:
            await self._app(_without_cookies(scope) if unnamed else scope, receive, _cleaned(send, shared, unnamed))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _is_given(self, scope: Scope, headers: Headers) -> bool:
        """Whether this is what pages of other origins may make a browser ask for."""
        return _is_a_link(scope, headers) or may_frame(scope, self._widget_origins)

    def _wrong_host(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        if not self._hosts or host in self._hosts or path_of(scope) in PROBES:
            return None
        return JSONResponse({"detail": WRONG_HOST.format(host=host)}, 421)

    def _is_foreign(self, scope: Scope, headers: Headers) -> bool:
        if site := headers.get("sec-fetch-site"):
            return site not in OWN_SITES
        reads = scope["type"] == "http" and scope["method"] in READING
        origin = headers.get("origin") or ("" if reads else headers.get("referer"))
        return bool(origin) and not self._is_own(str(origin), scope, headers)

    def _is_own(self, origin: str, scope: Scope, headers: Headers) -> bool:
        try:
            parts = urlsplit(origin.lower())
        except ValueError:  # such as half an IPv6 address
            return False
        if parts.scheme not in DEFAULT_PORTS or (scope["scheme"] in SECURE and parts.scheme != "https"):
            return False
        usual = DEFAULT_PORTS[parts.scheme]
        own = {headers.get("host", "").lower().removesuffix(usual), *self._hosts}
        return parts.netloc.removesuffix(usual) in own


def _is_a_link(scope: Scope, headers: Headers) -> bool:
    """Whether a person is led here by a link, in a tab of its own."""
    navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return navigates and scope["type"] == "http" and scope["method"] in READING


def _refused(headers: Headers, shared: bool) -> Response:
    if not shared:
        return JSONResponse({"detail": FOREIGN}, 403)
    text = FOREIGN_API.format(origin=headers.get("origin") or "other sites")
    return error_answer(error_body(text, "permission_error"), 403)


def _not_framed(headers: Headers) -> Response:
    """A page of words, for whoever looks at the frame; it may stand there, since nothing can be done on it."""
    return plain_page("not_framed.html", 403, origin=origin_of(headers.get("referer", "")))


def _without_cookies(scope: Scope) -> Scope:
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"cookie"]}


def _cleaned(send: Send, shared: bool, unnamed: bool) -> Send:
    async def clean(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            wrong = [name for name in headers if name.startswith("access-control-")] if not shared else []
            for name in [*wrong, *(["set-cookie"] if unnamed else [])]:
                del headers[name]
        await send(message)

    return clean
