"""The chat on a page of another site, in Chromium: over TLS, with a cookie that this site alone shares with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser.conftest import PATIENCE_MS
from tests.conftest import Serve
from tests.product import build_product

QUESTION = "How long may I return a lamp?"
SHOP = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Lamp shop</title>
<h1>Lamps</h1><div style="height: 3000px">Long</div><script src="{chat}/widget.js" async></script>"""
FORCE = """(address) => {
  document.body.prepend(Object.assign(document.createElement("iframe"), {src: `${address}/?widget`}));
}"""


def certificate(folder: Path) -> dict[str, str]:
    """A certificate of this machine and its key, as uvicorn takes them."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = datetime.now(UTC)
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return {"ssl_certfile": str(folder / "cert.pem"), "ssl_keyfile": str(folder / "key.pem")}


class Shop:
    """A page with the one line of HTML; `url` is the site that is named, `other` the same page on one that is not."""

    def __init__(self, folder: Path, serve: Serve) -> None:
        self.chat = ""
        self.other = serve(Starlette(routes=[Route("/", self.page)]))
        self.url = self.other.replace("127.0.0.1", "localhost")
        self.chat = serve(build_product(folder, widget_origins=[self.url]), **certificate(folder))

    def page(self, request: Request) -> Response:
        return HTMLResponse(SHOP.format(chat=self.chat))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> Shop:
    return Shop(tmp_path_factory.mktemp("widget"), serve_module)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1200, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def opened(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Chat: Lamps").click()
    chat = page.frame_locator("chatbot-widget iframe")
    expect(chat.get_by_label("Message", exact=True)).to_be_focused()
    return chat


def test_a_visitor_of_a_named_site_chats_there_and_is_known_there_alone(context: BrowserContext, shop: Shop) -> None:
    page = context.new_page()
    page.goto(shop.url)
    chat = opened(page)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(chat.get_by_label("Reply", exact=True)).to_contain_text("30 days")
    (cookie,) = [one for one in context.cookies() if "visitor" in one["name"]]
    assert (cookie["name"], cookie["sameSite"], cookie["secure"]) == ("__Host-chatbot_visitor", "None", True)
    page.keyboard.press("Escape")
    panel, button = page.get_by_role("dialog"), page.get_by_role("button", name="Chat: Lamps")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(chat.get_by_label("Message", exact=True)).to_be_focused()
    page.reload()
    expect(panel).to_be_visible()
    expect(chat.get_by_label("Reply", exact=True)).to_contain_text("30 days")
    page.goto(f"{shop.chat}/")
    expect(page.get_by_text("Your chats will be listed here.")).to_be_attached()


def test_on_a_phone_it_covers_the_page_and_gives_it_back(context: BrowserContext, shop: Shop) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(shop.url)
    chat = opened(page)
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 800}
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    chat.get_by_role("button", name="Close the chat").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Chat: Lamps")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"


def test_on_a_site_that_is_not_named_there_is_no_chat_and_the_reason_is_said(
    context: BrowserContext, shop: Shop
) -> None:
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(shop.other)
    page.wait_for_load_state("load")
    assert any("widget_origins" in text and shop.other in text for text in said)
    expect(page.locator("chatbot-widget")).to_have_count(0)
    page.evaluate(FORCE, shop.chat)
    words = page.frame_locator("iframe").get_by_role("alert")
    expect(words).to_contain_text(f"{shop.other}, is none of those")
    assert not [one for one in context.cookies() if "chatbot" in one["name"]]
