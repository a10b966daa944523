"""What a page of another origin can make Chromium do here while an operator is signed in: nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.store import open_store
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

SEND = """async ([url, how]) => {
  try { const answer = await fetch(url, {credentials: "include", ...how}); return `${answer.type} ${answer.status}`; }
  catch (error) { return "refused"; }
}"""
FORM = """([url, fields, encoding]) => {
  const form = Object.assign(document.createElement("form"), {method: "post", action: url, enctype: encoding});
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), {name, value}));
  document.body.append(form); form.submit();
}"""
TAG = """([tag, url]) => new Promise((done) => {
  const element = document.createElement(tag);
  element.onload = () => done("loaded"); element.onerror = () => done("refused");
  element.src = url; document.body.append(element);
})"""
ASKED = '{"data": ["Hello", null], "fn_index": 0, "session_hash": "evil"}'
CALLS = ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/upload", "/v1/chat/completions")


class Recorder(Starlette):
    """Stands before the product and remembers how it answered."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app
        self.answers: list[tuple[str, str, int]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.append((scope["method"], scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, record if scope["type"] == "http" else send)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cross")


@pytest.fixture(scope="module")
def recorder(folder: Path) -> Recorder:
    return Recorder(build_product(folder))


@pytest.fixture(scope="module")
def url(recorder: Recorder, serve_module: Serve) -> str:
    return serve_module(recorder)


@pytest.fixture(scope="module", params=["another site", "another port of the same host"])
def evil(request: pytest.FixtureRequest, serve_module: Serve) -> str:
    page = Route("/", lambda _: HTMLResponse("<!doctype html><title>Evil</title><body>"))
    address = serve_module(Starlette(routes=[page]))
    return address.replace("127.0.0.1", "localhost") if request.param == "another site" else address


@pytest.fixture(scope="module")
def page(chromium: Browser, url: str, evil: str) -> Iterator[Page]:
    """The other page, in a browser in which an operator is signed in and has a visitor's cookie."""
    context = chromium.new_context()
    context.request.get(f"{url}/")
    context.request.post(f"{url}/login", form={"name": OPERATOR, "password": PASSWORD}, max_redirects=0)
    assert {cookie["name"] for cookie in context.cookies(url)} == {VISITOR_COOKIE, STAFF_COOKIE}
    yield context.new_page()
    assert context.request.get(f"{url}/operate/").ok, "the operator was signed out"
    context.close()


@pytest.fixture
def attacker(page: Page, url: str, evil: str, recorder: Recorder) -> Iterator[Page]:
    """The other page, opened anew; whatever it makes the browser send is refused and changes no cookie."""
    page.goto(evil)
    before = page.context.cookies(url)
    recorder.answers.clear()
    yield page
    asked = [answer for answer in recorder.answers if answer[1] != "/favicon.ico"]  # of the refusal's own page
    assert asked and all(status == 403 for *_, status in asked), asked
    assert page.context.cookies(url) == before, "a cookie was set or taken away"


def conversations(folder: Path) -> int:
    store = open_store(folder / "home" / "chatbot.db")
    try:
        return len(store.database.rows("select id from conversations"))
    finally:
        store.database.close()


@pytest.mark.parametrize(
    "path", ["/config", "/review/api/cases", "/review/", "/operate/", "/v1/models", "/openapi.json"]
)
def test_nothing_is_read_with_cookies(attacker: Page, url: str, path: str) -> None:
    assert attacker.evaluate(SEND, [url + path, {}]) == "refused"
    assert attacker.evaluate(SEND, [url + path, {"mode": "no-cors"}]) in ("opaque 0", "refused")


@pytest.mark.parametrize("path", CALLS)
def test_nothing_is_sent_by_a_script(attacker: Page, url: str, folder: Path, path: str) -> None:
    before = conversations(folder)
    as_json = {"method": "POST", "body": ASKED, "headers": {"content-type": "application/json"}}
    assert attacker.evaluate(SEND, [url + path, as_json]) == "refused"
    as_text = {"method": "POST", "body": ASKED, "mode": "no-cors"}
    assert attacker.evaluate(SEND, [url + path, as_text]) in ("opaque 0", "refused")
    assert conversations(folder) == before


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/login", {"name": "Anna", "password": PASSWORD, "next": "/review"}),
        ("/logout", {}),
        ("/v1/feedback", {'{"id": "x", "rating": "like", "a': '": 1}'}),
        ("/operate/api/training/runs", {'{"recipe": "sft", "a': '": 1}'}),
        ("/review/api/cases/x/message", {'{"text": "x", "a': '": 1}'}),
    ],
)
@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_no_form_signs_anybody_in_or_out_or_acts(
    attacker: Page, url: str, path: str, fields: dict[str, str], encoding: str
) -> None:
    with attacker.expect_navigation():
        attacker.evaluate(FORM, [url + path, fields, encoding])


@pytest.mark.parametrize("tag", ["img", "script"])
@pytest.mark.parametrize("path", ["/static/img/logo.svg", "/gradio_api/startup-events", "/gradio_api/heartbeat/evil"])
def test_no_tag_loads_or_changes_anything(attacker: Page, url: str, tag: str, path: str) -> None:
    assert attacker.evaluate(TAG, [tag, url + path]) == "refused"


@pytest.mark.parametrize("path", ["/", "/login", "/review/", "/operate/"])
def test_no_page_stands_in_a_frame(attacker: Page, url: str, path: str) -> None:
    attacker.evaluate(TAG, ["iframe", url + path])
    shown = attacker.frames[1].content()
    assert "gradio" not in shown and "<form" not in shown
