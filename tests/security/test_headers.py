"""What every answer tells the browser, and who may read what is there for machines."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from gradio.routes import templates
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from chatbot.settings import load_settings
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.closed_pages import PAGES, ClosedPagesMiddleware
from chatbot.web.guarding import guard
from chatbot.web.nonces import NonceLoader, mark_scripts
from chatbot.web.security_headers import (
    FIXED,
    GRADIO_POLICY,
    MODULE_POLICY,
    PLAIN_POLICY,
    SPOKEN_TO,
    SecurityHeadersMiddleware,
    hash_of,
)
from chatbot.web.theme import SHADE
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

KEY = "scrape-me"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> str:
    return serve_module(build_product(tmp_path_factory.mktemp("headers"), metrics_key=KEY))


@pytest.fixture(scope="module")
def operator(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        client.post("/login", data={"name": OPERATOR, "password": PASSWORD})
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/login", 200),
        ("POST", "/login", 401),
        ("GET", "/review/", 401),
        ("GET", "/docs", 401),
        ("GET", "/theme.css", 200),
        ("GET", "/nothing", 404),
        ("GET", "/v1/models", 200),
        ("GET", "/v1/nothing", 404),
    ],
)
def test_every_answer_has_the_headers(url: str, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, url + path, timeout=30)
    assert answer.status_code == status
    told = {"Permissions-Policy": SPOKEN_TO} if path == "/" else {}
    assert {name: answer.headers[name] for name in FIXED} == FIXED | told
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy and "default-src 'none'" in policy


def test_our_own_pages_run_no_script_and_have_their_own_styles_only() -> None:
    assert "script-src" not in PLAIN_POLICY and "unsafe" not in PLAIN_POLICY
    assert PLAIN_POLICY.count("'sha256-") >= 2


def test_gradios_page_runs_no_script_without_the_answers_nonce(operator: httpx.Client) -> None:
    assert "script-src 'self' 'nonce-" in GRADIO_POLICY and "http" not in GRADIO_POLICY
    assert "'unsafe-inline'" not in GRADIO_POLICY.split("style-src")[0]
    seen = set()
    for path in ("/", "/", "/"):
        page = operator.get(path)
        told = re.search(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        assert told and page.text.count("<script") == page.text.count(f'<script nonce="{told[1]}"') > 3
        seen.add(told[1])
    assert len(seen) == 3, "a nonce was used twice"


@pytest.mark.parametrize("path", ["/review/", "/operate/", "/operate/gaps", "/operate/versions"])
def test_pages_of_our_own_modules_run_files_of_this_host_alone(operator: httpx.Client, path: str) -> None:
    page = operator.get(path)
    assert page.headers["content-security-policy"] == MODULE_POLICY
    assert "unsafe" not in MODULE_POLICY and "nonce" not in MODULE_POLICY and "script-src 'self';" in MODULE_POLICY
    assert page.text.count("<script") == page.text.count("<script src=") + page.text.count('<script type="module" src=')
    assert "<style" not in page.text and "style=" not in page.text


def test_the_microphone_is_for_the_chat_page_alone() -> None:
    assert "microphone=(self)" in SPOKEN_TO and "microphone=()" in FIXED["Permissions-Policy"]
    assert SPOKEN_TO.count("(self)") == 1


def test_what_an_inner_application_says_is_overruled(serve: Serve) -> None:
    async def lax(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-security-policy", b"default-src *"), (b"x-frame-options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    app = FastAPI()
    app.mount("/", lax)
    app.add_middleware(SecurityHeadersMiddleware)
    answer = httpx.get(serve(app) + "/here")
    assert answer.headers.get_list("content-security-policy") == [PLAIN_POLICY]
    assert answer.headers.get_list("x-frame-options") == ["DENY"]


def test_the_one_inline_script_is_let_in_by_what_it_says() -> None:
    assert hash_of("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert hash_of(SHADE) in GRADIO_POLICY.split("style-src")[0]


def test_marking_twice_marks_once() -> None:
    mark_scripts()
    loader = templates.env.loader
    mark_scripts()
    assert templates.env.loader is loader and isinstance(loader, NonceLoader)


@pytest.mark.parametrize("path", PAGES)
def test_what_is_for_machines_is_for_operators(url: str, operator: httpx.Client, path: str) -> None:
    refused = httpx.get(url + path, timeout=30)
    assert refused.status_code == httpx.head(url + path, timeout=30).status_code == 401 and "operators" in refused.text
    assert operator.get(path).status_code == operator.head(path).status_code == 200
    with httpx.Client(base_url=url, timeout=30) as agent:
        agent.post("/login", data={"name": "Anna", "password": PASSWORD})
        assert agent.cookies[STAFF_COOKIE] and agent.get(path).status_code == 401


def test_a_scraper_reads_the_measures_with_its_key_and_nothing_else(url: str) -> None:
    def status(path: str, key: str) -> int:
        return httpx.get(url + path, headers={"authorization": f"Bearer {key}"}, timeout=30).status_code

    assert status("/metrics", KEY) == 200 and status("/openapi.json", KEY) == 401
    assert [status("/metrics", wrong) for wrong in ("x", KEY[:-1], f"{KEY}x", KEY.upper())] == [401] * 4


def test_a_setting_opens_them(access: Access, serve: Serve) -> None:
    app = FastAPI(docs_url=None)
    app.get("/metrics")(lambda: "measures")
    app.add_middleware(ClosedPagesMiddleware, access=access, open_pages=["metrics"], metrics_key=SecretStr(""))
    url = serve(app)
    assert httpx.get(f"{url}/metrics").status_code == 200
    assert httpx.get(f"{url}/openapi.json", headers={"authorization": "Bearer"}).status_code == 401


def test_the_docs_name_every_route_and_no_other_host(operator: httpx.Client) -> None:
    page = operator.get("/docs").text
    assert all(path in page for path in operator.get("/openapi.json").json()["paths"])
    assert "http://" not in page and "https://" not in page and "<script" not in page
    for path in ("/redoc", "/monitoring", "/monitoring/summary", "/gradio_api/info", "/gradio_api/openapi.json"):
        assert operator.get(path).status_code == 404, path


def test_the_headers_stand_before_everything_that_refuses(access: Access) -> None:
    app = FastAPI()
    guard(app, load_settings(), access)
    names = [middleware.cls.__name__ for middleware in app.user_middleware]  # type: ignore[attr-defined]
    assert names.index("SecurityHeadersMiddleware") < names.index("OriginMiddleware") < names.index("AccessMiddleware")
