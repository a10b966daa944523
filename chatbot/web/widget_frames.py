"""The chat page in a frame of another site: which requests ask for it, and which sites may.

`/?widget` is the chat page as `widget.js` puts it on a page of the setting `widget_origins`. A browser keeps the page
from standing in any other (`frame-ancestors`); who is known to be another is told so in words.
"""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from chatbot.web.pages import CHAT
from chatbot.web.sub_path import path_of

QUERY = "widget"
SCRIPT = "/widget.js"
READING = ("GET", "HEAD")


def is_widget(scope: Scope) -> bool:
    """Whether a request asks for the chat page in a frame."""
    if scope["type"] != "http" or scope["method"] not in READING or path_of(scope) != CHAT.path:
        return False
    asked = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return any(name == QUERY for name, _ in asked)


def may_frame(scope: Scope, origins: Collection[str]) -> bool:
    """Whether a page of another site may have what it asks for as the widget: the script, or the page in a frame.

    Where a browser does not say who asks, the page is given: `frame-ancestors` stands in it.
    """
    headers = Headers(scope=scope)
    if not origins or scope["type"] != "http" or scope["method"] not in READING:
        return False
    if path_of(scope) == SCRIPT:
        return headers.get("sec-fetch-dest", "script") == "script"
    framed = headers.get("sec-fetch-mode", "navigate") == "navigate" and headers.get("sec-fetch-dest") == "iframe"
    asker = origin_of(headers.get("referer", ""))
    return is_widget(scope) and framed and (not asker or asker in origins)


def origin_of(address: str) -> str:
    """The origin of an address, such as `https://shop.example`; empty for what is none."""
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return ""
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}" if parts.scheme and parts.netloc else ""
