"""Pages of other origins: every route of the product, asked as each of them would make a browser ask."""

from collections.abc import Iterator

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from benchmarks.attacks.matrix import CROSS, EVIL, FOREIGN, FOREIGN_WRITING
from benchmarks.attacks.routes import routes_of
from chatbot.errors import SettingsError
from chatbot.settings import load_settings
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE
from chatbot.web.host_cookies import HostCookieMiddleware
from chatbot.web.origins import OriginMiddleware
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

SHOP = "https://shop.example"
PLAIN_BODY = {"content-type": "text/plain"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return build_product(tmp_path_factory.mktemp("origins"), api_origins=[SHOP])


@pytest.fixture(scope="module")
def url(product: FastAPI, serve_module: Serve) -> str:
    return serve_module(product)


@pytest.fixture(scope="module")
def operator(url: str) -> Iterator[httpx.Client]:
    """The operator's browser, with both cookies."""
    with httpx.Client(base_url=url, timeout=60) as client:
        client.get("/")
        client.post("/login", data={"name": OPERATOR, "password": PASSWORD})
        assert {cookie.name for cookie in client.cookies.jar} == {VISITOR_COOKIE, STAFF_COOKIE}
        yield client


def test_no_route_serves_a_page_of_another_origin(product: FastAPI, operator: httpx.Client) -> None:
    matrix = {*routes_of(product.routes), ("OPTIONS", "/"), ("POST", "/gradio_api/queue/join")}
    assert {("POST", "/login"), ("POST", "/logout"), ("POST", "/v1/feedback")} < matrix
    assert {("POST", "/gradio_api/queue/join"), ("POST", "/operate/api/versions/acts/x")} < matrix
    assert {("POST", "/review/api/cases/x/message"), ("GET", "/review/"), ("GET", "/review/events")} < matrix
    holes = []
    for method, path in sorted(matrix):
        kinds = FOREIGN | (FOREIGN_WRITING if method not in ("GET", "HEAD") else {})
        for kind, headers in kinds.items():
            answer = operator.request(method, path, headers=headers | PLAIN_BODY)
            readable = [name for name in answer.headers if name.startswith("access-control-")]
            if answer.status_code != 403 or readable or "set-cookie" in answer.headers:
                holes.append((method, path, kind, answer.status_code, readable))
    assert not holes
    assert operator.get("/operate/").status_code == 200, "somebody signed the operator out"


def test_a_link_from_another_site_leads_here(operator: httpx.Client) -> None:
    link = {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "referer": f"{EVIL}/page"}
    assert operator.get("/review/", headers=link).status_code == 200
    assert operator.get("/", headers={"referer": f"{EVIL}/page"}).status_code == 200


def test_the_products_own_pages_and_programs_go_on(url: str, operator: httpx.Client) -> None:
    for headers in ({"origin": url}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}):
        assert operator.post("/login", headers=headers, data={"name": OPERATOR, "password": PASSWORD}).is_redirect
    body = {"model": "champion", "messages": [{"role": "user", "content": "Hello"}]}
    assert httpx.post(f"{url}/v1/chat/completions", json=body, timeout=30).status_code == 200


def test_a_named_origin_calls_the_api_and_nothing_else(operator: httpx.Client) -> None:
    shop = {"origin": SHOP, **CROSS, "sec-fetch-mode": "cors"}
    answer = operator.get("/v1/models", headers=shop)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == SHOP
    for path in ("/logout", "/gradio_api/queue/join"):
        assert operator.post(path, headers=shop).status_code == 403
    refused = operator.get("/v1/models", headers=shop | {"origin": EVIL})
    assert refused.status_code == 403 and "api_origins" in refused.json()["error"]["message"]


class Echo:
    """An inner application that permits everybody everything; remembers what reached it."""

    def __init__(self) -> None:
        self.cookies: list[str] = []
        self.sets: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.cookies += [value.decode() for name, value in scope["headers"] if name == b"cookie"]
        headers = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-credentials", b"true")]
        headers += [(b"set-cookie", cookie.encode()) for cookie in self.sets]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def ask(
    app: OriginMiddleware | HostCookieMiddleware,
    headers: dict[str, str],
    kind: str = "http",
    scheme: str = "http",
    path: str = "/page",
    root_path: str = "",
) -> tuple[int, list[tuple[str, str]]]:
    """Status and headers of the answer to a POST; 0 for a connection that was closed."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {
        "type": kind,
        "method": "POST",
        "scheme": scheme,
        "path": path,
        "headers": raw,
        "root_path": root_path,
    }
    with start_blocking_portal() as portal:  # a loop of its own: another may run in this thread
        portal.call(app, scope, receive, send)
    told = [(name.decode(), value.decode()) for name, value in sent[0].get("headers", [])]
    return sent[0].get("status", 0), told


def test_what_an_inner_application_permits_is_taken_off() -> None:
    assert ask(OriginMiddleware(Echo()), {}) == (200, [])
    status, told = ask(OriginMiddleware(Echo()), {}, path="/v1/models")
    assert status == 200 and ("access-control-allow-origin", "*") in told


@pytest.mark.parametrize(
    ("origin", "scheme", "status"),
    [
        ("http://chat.example", "http", 200),
        ("http://chat.example:80", "http", 200),
        ("https://chat.example", "http", 200),  # a proxy that ends TLS and does not say so
        ("https://chat.example", "https", 200),
        ("http://chat.example", "https", 403),
        ("http://chat.example:8080", "http", 403),
        ("http://chat.example.evil.example", "http", 403),
        ("http://evil.example/chat.example", "http", 403),
        ("http://chat.example@evil.example", "http", 403),
        ("null", "http", 403),
        ("chrome-extension://chat.example", "http", 403),
        ("http://[", "http", 403),
        ("http://[::1", "http", 403),
    ],
)
def test_an_origin_is_the_products_own_by_its_whole_name(origin: str, scheme: str, status: int) -> None:
    given = {"host": "chat.example", "origin": origin}
    assert ask(OriginMiddleware(Echo()), given, scheme=scheme)[0] == status


def test_a_socket_is_opened_by_the_products_own_pages_only() -> None:
    app = OriginMiddleware(Echo())
    assert ask(app, {"host": "chat.example", "origin": EVIL}, kind="websocket", scheme="ws")[0] == 0
    assert ask(app, {"host": "chat.example", "origin": "http://chat.example"}, kind="websocket", scheme="ws")[0] == 200


def test_hosts_that_are_none_of_the_named_are_refused() -> None:
    app = OriginMiddleware(Echo(), hosts=load_settings(hosts=["Chat.example "]).hosts)
    assert ask(app, {"host": "chat.example"})[0] == 200
    rebound = {"host": "evil.example", "sec-fetch-site": "same-origin", "origin": "http://evil.example"}
    assert ask(app, rebound)[0] == 421 and ask(app, {})[0] == 421
    assert ask(app, {"host": "10.0.0.7:7860"}, path="/readyz")[0] == 200
    behind_a_proxy_that_renames = {"host": "10.0.0.7:7860", "origin": "https://chat.example"}
    assert ask(OriginMiddleware(Echo()), behind_a_proxy_that_renames)[0] == 403
    with pytest.raises(SettingsError, match="hosts"):
        load_settings(hosts=["https://chat.example"])


def test_where_every_page_may_call_the_api_it_calls_without_cookies() -> None:
    echo = Echo()
    echo.sets = ["chatbot_visitor=other; Path=/"]
    given = {"host": "chat.example", "cookie": "chatbot_visitor=me", "origin": EVIL}
    status, told = ask(OriginMiddleware(echo, api_origins=["*"]), given, path="/v1/models")
    assert status == 200 and not echo.cookies and "set-cookie" not in dict(told)
    assert ask(OriginMiddleware(echo, api_origins=["*"]), given)[0] == 403


def cookies_of(told: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in told if name == "set-cookie"]


def test_behind_tls_cookies_have_names_that_only_this_host_can_set() -> None:
    echo = Echo()
    echo.sets = ['chatbot_staff=""; Max-Age=0; Path=/', "theirs=1"]
    app = HostCookieMiddleware(echo)
    given = {"cookie": "__Host-chatbot_staff=mine; chatbot_staff=tossed; a=1"}
    _, told = ask(app, given, scheme="https")
    assert echo.cookies == ["a=1; chatbot_staff=mine"]
    assert cookies_of(told) == ['__Host-chatbot_staff=""; Max-Age=0; Path=/; Secure', "theirs=1"]
    ask(app, {"cookie": "chatbot_staff=tossed"}, scheme="https")
    assert len(echo.cookies) == 1, "a sign-in under the plain name counted"


def test_a_visitor_known_by_the_plain_name_is_renamed_and_keeps_their_chats() -> None:
    echo = Echo()
    _, told = ask(HostCookieMiddleware(echo), {"cookie": f"{VISITOR_COOKIE}=me"}, scheme="https")
    new, old = cookies_of(told)
    assert echo.cookies == ["chatbot_visitor=me"]
    assert new.startswith("__Host-chatbot_visitor=me; HttpOnly; Max-Age=") and "Path=/; SameSite=lax; Secure" in new
    assert old == 'chatbot_visitor=""; Max-Age=0; Path=/'
    _, told = ask(HostCookieMiddleware(echo), {"cookie": "__Host-chatbot_visitor=me"}, scheme="https")
    assert echo.cookies[1:] == ["chatbot_visitor=me"] and not cookies_of(told)


@pytest.mark.parametrize(("scheme", "root_path"), [("http", ""), ("https", "/bot")])
def test_without_tls_or_at_a_path_the_plain_names_stay(scheme: str, root_path: str) -> None:
    echo = Echo()
    echo.sets = ["chatbot_visitor=new"]
    _, told = ask(HostCookieMiddleware(echo), {"cookie": "chatbot_visitor=me"}, scheme=scheme, root_path=root_path)
    assert echo.cookies == ["chatbot_visitor=me"] and cookies_of(told) == ["chatbot_visitor=new"]
