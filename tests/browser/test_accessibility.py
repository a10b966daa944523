"""No page has a serious fault to axe-core, in light and in dark, on a screen and on a phone."""

import time
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.conftest import PATIENCE_MS
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product
from training.console.tabs.table import TABS

STILL = """() => new Promise((done) => {
  let wait = setTimeout(done, 150);
  new MutationObserver(() => { clearTimeout(wait); wait = setTimeout(done, 150); })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})"""
SERIOUS = ("serious", "critical")
PAGES = ["", "articles", "articles/delivery", "login", "review/", "account/", *(f"operate/{tab.slug}" for tab in TABS)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> str:
    url = serve_module(build_product(tmp_path_factory.mktemp("accessible")))
    for question in ("How long may I return a lamp?", "I want to talk to a human please", "Zebra wallpaper samples?"):
        body = {"model": "champion", "messages": [{"role": "user", "content": question}]}
        httpx.post(f"{url}/v1/chat/completions", json=body, timeout=30).raise_for_status()
    return url


@pytest.fixture(scope="module", params=["light", "dark"])
def signed_in(request: pytest.FixtureRequest, chromium: Browser, url: str) -> Iterator[BrowserContext]:
    wide = request.param == "light"
    size = {"width": 1280, "height": 900} if wide else {"width": 390, "height": 844}
    context = chromium.new_context(viewport=size, color_scheme=request.param, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.request.post(f"{url}/login", form={"name": OPERATOR, "password": PASSWORD})
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    page = signed_in.new_page()
    yield page
    page.close()


def settled(page: Page, address: str) -> None:
    """Open a page, and wait until all that it asks for is answered and drawn."""
    asked: set[Request] = set()
    page.on("request", lambda request: asked.add(request))
    page.on("response", lambda answer: asked.discard(answer.request))
    page.on("requestfailed", lambda request: asked.discard(request))
    page.goto(address)
    page.evaluate(STILL)
    over = time.monotonic() + PATIENCE_MS / 1000
    while asked:
        assert time.monotonic() < over, f"no answer came: {[request.url for request in asked]}"
        page.wait_for_timeout(50)
        page.evaluate(STILL)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(page: Page, url: str, path: str) -> None:
    settled(page, f"{url}/{path}")
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in SERIOUS]
    assert [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found] == []
