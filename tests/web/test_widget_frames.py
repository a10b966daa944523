"""Which requests ask for the chat in a frame, and which sites are given it."""

import pytest
from starlette.types import Scope

from chatbot.web.widget_frames import is_widget, may_frame, origin_of

SHOP = "https://shop.example"
FRAME = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
TAG = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}


def asked(path: str, query: str = "", headers: dict[str, str] | None = None, method: str = "GET") -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}


@pytest.mark.parametrize(
    ("path", "query", "method", "widget"),
    [
        ("/", "widget", "GET", True),
        ("/", "a=1&widget=", "HEAD", True),
        ("/", "widgets", "GET", False),
        ("/", "", "GET", False),
        ("/", "widget", "POST", False),
        ("/review/", "widget", "GET", False),
        ("/login", "widget", "GET", False),
    ],
)
def test_the_widget_is_the_chat_page_and_no_other(path: str, query: str, method: str, widget: bool) -> None:
    assert is_widget(asked(path, query, method=method)) == widget
    assert not is_widget({"type": "websocket"})


@pytest.mark.parametrize(
    ("scope", "given"),
    [
        (asked("/", "widget", FRAME), True),
        (asked("/", "widget", FRAME | {"referer": f"{SHOP}/lamps"}), True),
        (asked("/", "widget", FRAME | {"referer": f"{SHOP}:443"}), True),
        (asked("/", "widget", FRAME | {"referer": "https://evil.example/"}), False),
        (asked("/", "widget", FRAME | {"referer": f"{SHOP}.evil.example/"}), False),
        (asked("/", "", FRAME), False),
        (asked("/login", "widget", FRAME), False),
        (asked("/review/", "widget", FRAME), False),
        (asked("/", "widget", FRAME, "POST"), False),
        (asked("/", "widget", FRAME | {"sec-fetch-dest": "object"}), False),
        (asked("/", "widget", FRAME | {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}), False),
        (asked("/widget.js", "", TAG), True),
        (asked("/widget.js", "", TAG | {"sec-fetch-dest": "image"}), False),
        (asked("/static/x.js", "", TAG), False),
    ],
)
def test_a_named_site_is_given_the_script_and_the_frame_and_nothing_else(scope: Scope, given: bool) -> None:
    assert may_frame(scope, [SHOP]) == given
    assert not may_frame(scope, [])


def test_the_origin_of_an_address() -> None:
    addresses = [
        "https://Shop.example/a?b",
        "http://shop.example:80/",
        "http://shop.example:8080",
        "",
        "about:blank",
        "http://[",
    ]
    assert [origin_of(one) for one in addresses] == [
        SHOP,
        "http://shop.example",
        "http://shop.example:8080",
        "",
        "",
        "",
    ]
