"""The whole product under a path of a host, asked over HTTP through a proxy that takes the path off the address."""

import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from app import build_app
from chatbot.errors import SettingsError
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE
from chatbot.web.sub_path import SubPathMiddleware, path_of, prefix_of
from chatbot.web.vendored import script_tags
from tests.conftest import PASSWORD, Serve
from tests.packs import write_pack

DROPPED = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}
CASES = [("/bot", "header", True), ("/a/b", "setting", True), ("/bot", "setting", False)]


def proxy(target: str, prefix: str, headers: dict[str, str], strips: bool = True) -> Starlette:
    """What nginx does at `location /bot/ { proxy_pass http://target/; }`; without `strips`, the path stays."""
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    client = httpx.AsyncClient(base_url=target, timeout=None, cookies=none)

    async def forward(request: Request) -> Response:
        if not request.url.path.startswith(f"{prefix}/"):
            return PlainTextResponse(f"not below {prefix}", 404)
        path = request.url.path[len(prefix) if strips else 0 :]
        kept = [(name, value) for name, value in request.headers.items() if name not in DROPPED]
        kept += [("host", request.headers["host"]), ("x-forwarded-for", "203.0.113.9"), *headers.items()]
        url = httpx.URL(path, query=request.url.query.encode())
        answer = await client.send(
            client.build_request(request.method, url, headers=kept, content=await request.body()), stream=True
        )
        told = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        told.raw_headers = [(k.encode(), v.encode()) for k, v in answer.headers.multi_items() if k not in DROPPED]
        return told

    @contextlib.asynccontextmanager
    async def closing_client(app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    routes = [Route("/{path:path}", forward, methods=["GET", "HEAD", "POST", "OPTIONS"])]
    return Starlette(routes=routes, lifespan=closing_client)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: " ".join(map(str, case)))
def front(request: pytest.FixtureRequest, serve_module: Serve, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the product as the outside knows it."""
    case: tuple[str, str, bool] = request.param
    prefix, told_by, strips = case
    folder = tmp_path_factory.mktemp("front")
    settings = load_settings(
        home=folder / "home",
        engine="scripted",
        base_model="smollm2-135m-instruct",
        pack=str(write_pack(folder / "lamps")),
        min_score=0.1,
        auto_train=False,
        trusted_proxies=["127.0.0.1"],
        root_path=prefix if told_by == "setting" else "",
        api_origins=["https://shop.example"],
    )
    store = open_store(settings.database)
    store.people.add_staff("Olga", "operator", PASSWORD)
    store.database.close()
    inner = serve_module(build_app(settings))
    headers = {"x-forwarded-prefix": prefix} if told_by == "header" else {}
    return serve_module(proxy(inner, prefix, headers, strips)) + prefix


@pytest.fixture
def browser(front: str) -> Iterator[httpx.Client]:
    """A client that asks for pages and keeps cookies by their path."""
    with httpx.Client(timeout=30, headers={"accept": "text/html"}) as client:
        yield client


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern
    return match[1]


def sign_in(browser: httpx.Client, front: str) -> httpx.Response:
    form = browser.get(f"{front}/login?next=/operate")
    action = urljoin(str(form.url), found(r'action="([^"]*)"', form.text))
    return browser.post(action, data={"name": "Olga", "password": PASSWORD, "next": "/operate"})


def config_of(page: httpx.Response) -> Any:
    return json.loads(found(r"window\.gradio_config = (\{.*?\});?</script>", page.text))


def events_of(browser: httpx.Client, root: str, handler: str, data: list[str | None]) -> Iterator[dict[str, Any]]:
    """What Gradio's page does to call a queued handler: join the queue, then follow the stream of its events."""
    config = browser.get(f"{root}/config").json()
    index = next(fn["id"] for fn in config["dependencies"] if fn["api_name"] == handler)
    joined = {"data": data, "fn_index": index, "session_hash": "tab1"}
    assert browser.post(f"{root}/gradio_api/queue/join", json=joined).status_code == 200
    with browser.stream("GET", f"{root}/gradio_api/queue/data?session_hash=tab1") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield (event := json.loads(line[6:]))
                if event["msg"] == "process_completed":
                    return


def test_the_chat_page_and_all_that_it_loads_stand_below_the_path(browser: httpx.Client, front: str) -> None:
    page = browser.get(f"{front}/")
    config = config_of(page)
    assert page.status_code == 200 and config["root"] == front
    assert browser.get(f"{config['root']}/theme.css").status_code == 200
    assert browser.head(f"{front}/").status_code == 200
    links = re.findall(r'(?:src|href)="([^"#?]+\.(?:js|css))["?]', page.text)
    vendored = re.findall(r'src="([^"]+)"', script_tags())
    linked = {urljoin(str(page.url), link) for link in (*links, *vendored)}
    assert links and vendored
    for link in linked:
        assert link.startswith(f"{front}/") and browser.get(link).status_code == 200, link


def test_a_question_is_answered_over_the_event_stream(browser: httpx.Client, front: str) -> None:
    browser.get(f"{front}/")
    events = list(events_of(browser, front, "ask", ["Hello there", None, None]))
    assert events[-1]["msg"] == "process_completed" and events[-1]["success"], events[-1]


def test_cookies_are_kept_for_the_path(browser: httpx.Client, front: str) -> None:
    prefix = "/" + front.split("/", 3)[3]
    browser.get(f"{front}/")
    sign_in(browser, front)
    paths = {cookie.name: cookie.path for cookie in browser.cookies.jar}
    assert paths == {VISITOR_COOKIE: prefix, STAFF_COOKIE: prefix}
    body = {"model": "champion", "messages": [{"role": "user", "content": "Hello"}]}
    assert f"Path={prefix};" in httpx.post(f"{front}/v1/chat/completions", json=body).headers["set-cookie"]


def test_signing_in_and_out_and_the_staffs_pages_stay_below_the_path(browser: httpx.Client, front: str) -> None:
    prefix = "/" + front.split("/", 3)[3]
    sent = browser.get(f"{front}/operate")
    assert sent.headers["location"] == f"{prefix}/login?next=/operate"
    assert sign_in(browser, front).headers["location"] == f"{prefix}/operate"
    assert browser.get(f"{front}/operate").headers["location"] == f"{prefix}/operate/"
    assert browser.get(f"{front}/review").headers["location"] == f"{prefix}/review/"
    for path in ("/review/", "/operate/", "/operate/versions"):
        frame = browser.get(f"{front}{path}")
        links = [urljoin(str(frame.url), link) for link in re.findall(r'(?:href|src|action)="([^"]+)"', frame.text)]
        assert len(links) > 20 and all(link.startswith(f"{front}/") for link in links), links
        assert all(browser.get(link).status_code == 200 for link in links if "/static/" in link)
    out = browser.post(f"{front}/logout")
    assert out.headers["location"] == f"{prefix}/login"
    assert browser.get(f"{front}/operate").status_code == 303


def test_the_api_stands_below_the_path(browser: httpx.Client, front: str) -> None:
    assert httpx.get(f"{front}/healthz").status_code == httpx.head(f"{front}/healthz").status_code == 200
    assert httpx.get(f"{front}/v1/models", timeout=30).json()["object"] == "list"
    preflight = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    shared = httpx.options(f"{front}/v1/chat/completions", headers=preflight)
    assert shared.headers["access-control-allow-origin"] == "https://shop.example"
    sign_in(browser, front)
    assert browser.get(f"{front}/openapi.json").json()["servers"][0]["url"] == "/" + front.split("/", 3)[3]


def seen(path: str, header: str = "", root_path: str = "") -> tuple[str, str]:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "path": path, "headers": [(b"x-forwarded-prefix", header.encode())]}
    with start_blocking_portal() as portal:  # a loop of its own: another may run in this thread
        portal.call(SubPathMiddleware(app, root_path), scope, receive, send)
    return prefix_of(scopes[0]), path_of(scopes[0])


@pytest.mark.parametrize(
    "header",
    [
        "//evil.example",
        "https://evil.example",
        "evil",
        "/bot//x",
        "/../x",
        "/./x",
        "/bot\\x",
        "/bot?x",
        '/b"><script>',
        "/bot\r\nx: y",
        "/",
        "/" + "x" * 300,
        "",
    ],
)
def test_a_prefix_that_could_lead_elsewhere_is_ignored(header: str) -> None:
    assert seen("/review", header) == ("", "/review")


def test_the_path_is_told_whether_or_not_it_was_taken_off() -> None:
    assert seen("/review", "/bot") == seen("/bot/review", "/bot/") == ("/bot", "/review")
    assert seen("/bot", root_path="/bot") == seen("/bot/", root_path="/bot") == ("/bot", "/")
    assert seen("/botany", root_path="/bot") == ("/bot", "/botany")
    assert seen("/review", "/other", root_path="/bot") == ("/bot", "/review")


@pytest.mark.parametrize("path", ["bot", "//bot", "https://example.com/bot", "/b ot", "/../bot"])
def test_what_is_no_path_is_told_at_the_start(path: str) -> None:
    with pytest.raises(SettingsError, match="root_path"):
        load_settings(root_path=path)
