"""The chat on other sites, by its answers: the script, the frame's headers and cookie, and what is refused."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.settings import load_settings
from chatbot.web.access import VISITOR_COOKIE, Access, for_frames
from chatbot.web.guarding import guard
from chatbot.web.security_headers import FIXED
from chatbot.web.widget import SOURCE, widget_routes
from tests.conftest import Serve

SHOP, EVIL = "https://shop.example", "https://evil.example"
FRAME = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
TAG = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}


@pytest.fixture(params=["", "/bot"])
def http(session: Session, access: Access, serve: Serve, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of the product behind a proxy with TLS, at the root of a host and at a path."""
    session.settings = load_settings(widget_origins=[SHOP], trusted_proxies=["127.0.0.1"], root_path=request.param)
    app = FastAPI()
    app.get("/")(lambda: "the chat")
    app.get("/login")(lambda: "sign in")
    app.include_router(widget_routes(session))
    guard(app, session.settings, access)
    with httpx.Client(base_url=serve(app) + request.param, headers={"x-forwarded-proto": "https"}) as client:
        yield client


def test_a_named_site_is_given_the_script(http: httpx.Client) -> None:
    answer = http.get("/widget.js", headers=TAG | {"referer": f"{SHOP}/"})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert f'"origins": ["{SHOP}"]' in answer.text and "TOLD" not in answer.text and "TOLD;" in SOURCE.read_text()
    assert "set-cookie" not in answer.headers and "access-control-allow-origin" not in answer.headers


def test_a_named_site_is_given_the_page_with_a_cookie_of_its_own(http: httpx.Client) -> None:
    answer = http.get("/", params={"widget": ""}, headers=FRAME | {"referer": f"{SHOP}/"})
    assert answer.status_code == 200 and "x-frame-options" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert f"frame-ancestors {SHOP}" in policy and "'none';" in policy.split("frame-ancestors")[0]
    cookie = answer.headers["set-cookie"]
    assert VISITOR_COOKIE in cookie and "HttpOnly" in cookie
    assert cookie.endswith("SameSite=none; Partitioned; Secure")


def test_any_other_site_is_told_so_in_words_that_may_stand_there(http: httpx.Client) -> None:
    answer = http.get("/", params={"widget": ""}, headers=FRAME | {"referer": f"{EVIL}/<b>"})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert EVIL in answer.text and "widget_origins" in answer.text and "<b>" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy and "script-src" not in policy and "x-frame-options" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/login"])
def test_no_other_page_stands_in_a_frame(http: httpx.Client, path: str) -> None:
    refused = http.get(path, headers=FRAME | {"referer": f"{SHOP}/"})
    assert refused.status_code == 403 and "frame-ancestors 'none'" in refused.headers["content-security-policy"]
    assert http.get(path).headers["x-frame-options"] == FIXED["X-Frame-Options"]


def test_whoever_opens_the_chat_itself_has_the_usual_cookie(http: httpx.Client) -> None:
    assert "SameSite=lax" in http.get("/").headers["set-cookie"]


def test_without_tls_a_cookie_stays_as_it_was() -> None:
    assert for_frames("a=b; Path=/; SameSite=lax") == "a=b; Path=/; SameSite=lax"


def test_without_the_setting_there_is_no_script(session: Session, access: Access, serve: Serve) -> None:
    app = FastAPI()
    app.include_router(widget_routes(session))
    guard(app, session.settings, access)
    url = serve(app)
    assert "widget_origins" in httpx.get(f"{url}/widget.js").json()["detail"]
    assert httpx.get(f"{url}/widget.js", headers=TAG).status_code == 403
