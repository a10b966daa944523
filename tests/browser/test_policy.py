"""Every page in Chromium under its content policy: it works whole, asks no other host, and nothing gets in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, StorageState, expect

from chatbot.store import open_store
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

INTRUDE = """() => new Promise((done) => {
  const script = document.createElement("script");
  script.textContent = "window.intruded = true";
  document.body.append(script);
  const image = document.createElement("img");
  image.onload = () => done(["image", window.intruded]);
  image.onerror = () => done(["refused", window.intruded]);
  image.src = "http://127.0.0.1:9/x.png";
  document.body.append(image);
})"""

TYPEFACE = "Atkinson Hyperlegible Next"
LOADED = f"""document.fonts.ready.then(
  () => [...document.fonts].some((face) => face.family.includes("{TYPEFACE}") && face.status === "loaded"))"""
GRADIO = ("/assets/", "/static/", "/theme.css", "/gradio_api/", "/config", "data:")
MOST_BYTES = 300_000
"""What a first visit to the chat fetches beside Gradio's own files, as it comes over the wire."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> str:
    folder = tmp_path_factory.mktemp("policy")
    product = build_product(folder)
    store = open_store(folder / "home" / "chatbot.db")
    run = store.versions.start_run("operator:ada")
    curve = [{"step": step, "train_loss": 2 - step / 10} for step in range(8)]
    store.versions.update_run(run.id, status="failed", error="the loss is nan", progress={"curve": curve, "steps": 8})
    store.database.close()
    return serve_module(product)


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, url: str) -> StorageState:
    """An operator's cookies: one sign-in, as only ten a minute are let through."""
    context = chromium.new_context()
    context.request.post(f"{url}/login", form={"name": OPERATOR, "password": PASSWORD}, max_redirects=0)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(chromium: Browser, signed_in: StorageState, url: str) -> Iterator[BrowserContext]:
    """An operator's browser; at the end, nothing was asked of another host and nothing of the pages was refused."""
    context = chromium.new_context(storage_state=signed_in)
    context.set_default_timeout(60_000)
    asked: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    def listen(message: ConsoleMessage) -> None:
        if "policy" in message.text.lower():
            complaints.append(message.text)

    context.on("request", note)
    context.on("console", listen)
    yield context
    context.close()
    assert asked and all(one.startswith((url, "data:")) for one in asked), asked
    assert not complaints


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/login", "Sign in"),
        ("/docs", "The API"),
        ("/operate/log", "What was done"),
        ("/review/", "Nobody waits"),
    ],
)
def test_a_page_is_whole_under_its_policy(context: BrowserContext, url: str, path: str, shown: str) -> None:
    page = context.new_page()
    page.goto(url + path)
    said = page.get_by_text(shown).first
    expect(said).to_be_visible(timeout=60_000)
    assert TYPEFACE in said.evaluate("element => getComputedStyle(element).fontFamily")
    assert page.evaluate(LOADED)


@pytest.mark.parametrize(("path", "shown"), [("/articles", "Returns"), ("/articles/returns", "within 30 days")])
def test_articles_are_whole_under_their_policy_for_anybody(chromium: Browser, url: str, path: str, shown: str) -> None:
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "policy" in message.text.lower() else None)
    page.goto(url + path)
    expect(page.get_by_text(shown).first).to_be_visible()
    assert page.locator("body").evaluate("one => getComputedStyle(one).getPropertyValue('--accent')") == "#2f6f62"
    page.close()
    assert not refused


def test_the_curve_of_a_run_is_drawn_under_its_policy(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/operate/training")
    expect(page.locator("line-chart path[d*=L]").first).to_be_visible(timeout=60_000)


def test_the_chat_answers_under_its_policy(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(url)
    page.fill("#box textarea", "How long may I return a lamp?")
    page.click("#send")
    expect(page.get_by_text("within 30 days").first).to_be_visible(timeout=60_000)


def test_the_chat_is_light_beside_what_gradio_brings(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    fetched, addresses = dict[str, float](), dict[str, str]()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.requestWillBeSent", lambda one: addresses.update({one["requestId"]: one["request"]["url"]}))
    network.on("Network.loadingFinished", lambda one: fetched.update({one["requestId"]: one["encodedDataLength"]}))
    page.goto(url)
    expect(page.locator("#box textarea")).to_be_visible(timeout=60_000)
    assert page.evaluate(LOADED)
    sizes = {addresses[one].removeprefix(url): size for one, size in fetched.items()}
    ours = {path: size for path, size in sizes.items() if not path.startswith(GRADIO)}
    assert "/" in ours and any("marked" in path for path in ours) and any("woff2" in path for path in ours)
    assert sum(ours.values()) <= MOST_BYTES, ours
    assert sum(sizes.values()) > sum(ours.values())


@pytest.mark.parametrize("path", ["/", "/login", "/review/", "/operate/"])
def test_what_gets_into_a_page_neither_runs_nor_calls_home(
    chromium: Browser, signed_in: StorageState, url: str, path: str
) -> None:
    context = chromium.new_context(storage_state=signed_in)
    page = context.new_page()
    page.goto(url + path)
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    assert page.evaluate(INTRUDE) == ["refused", None]
    assert not [one for one in asked if ":9/" in one]
    context.close()
