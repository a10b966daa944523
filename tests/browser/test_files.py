"""Photos and files: a visitor attaches and sends them, an agent sees them in the inbox."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, Visit
from tests.conftest import Serve
from tests.pictures import SVG, picture
from tests.product import PASSWORD, build_product

PHOTO = {"name": "lamp.png", "mimeType": "image/png", "buffer": picture((900, 600), "PNG")}
LOG = {"name": "error.log", "mimeType": "text/plain", "buffer": b"all is lost"}
DRAWING = {"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": SVG}
LOADED = "image => image.complete && image.naturalWidth > 0"
PASTE = """(box) => {
  const data = new DataTransfer();
  data.items.add(new File(["pasted words"], "note.txt", {type: "text/plain"}));
  box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> str:
    return serve_module(build_product(tmp_path_factory.mktemp("files"), uploads_per_message=3))


@pytest.fixture
def agent(chromium: Browser, url: str) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.request.post(f"{url}/login", form={"name": "Anna", "password": PASSWORD}, max_redirects=0)
    yield context.new_page()
    context.close()


def pieces(page: Page) -> Locator:
    return page.locator(".piece.ready .name")


def test_a_visitor_sends_a_photo_without_words_and_an_agent_looks_at_it(visit: Visit, agent: Page, url: str) -> None:
    page = visit(url, height=520)
    box, chooser = page.get_by_label("Message", exact=True), page.get_by_label("Files to send")
    with page.expect_file_chooser() as opened:
        page.get_by_role("button", name="Attach a photo or file").click()
    opened.value.set_files([PHOTO, LOG])
    expect(pieces(page)).to_have_text(["lamp.jpg", "error.txt"])
    expect(box).to_have_attribute("placeholder", "Please look at this.")
    chooser.set_input_files([DRAWING])
    refusal = page.get_by_role("alert").filter(has_text="plan.svg")
    expect(refusal).to_contain_text("Scalable Vector Graphics")
    page.get_by_role("button", name="Remove error.txt").click()
    expect(pieces(page)).to_have_text(["lamp.jpg"])
    expect(refusal).to_have_count(0)
    box.evaluate(PASTE)
    expect(pieces(page)).to_have_text(["lamp.jpg", "note.txt"])
    box.press("Enter")
    question = page.get_by_role("article", name="Your message")
    photo = question.get_by_role("img", name="lamp.jpg")
    expect(photo).to_be_visible()
    page.wait_for_function(LOADED, arg=photo.element_handle())
    expect(question).to_contain_text("Please look at this.")
    expect(question.get_by_role("link", name="note.txt")).to_be_visible()
    expect(page.get_by_label("Reply", exact=True)).to_contain_text("I cannot look at files myself.")
    expect(page.locator(".reply .actions")).to_be_in_viewport(ratio=1)
    expect(page.locator(".piece")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("img", name="lamp.jpg")).to_be_visible()

    agent.goto(f"{url}/review/")
    agent.locator("a.case").first.click()
    seen = agent.get_by_role("img", name="lamp.jpg")
    expect(seen).to_be_visible()
    agent.wait_for_function(LOADED, arg=seen.element_handle())
    with agent.expect_download() as saved:
        agent.get_by_role("link", name="note.txt").click()
    assert saved.value.suggested_filename == "note.txt" and saved.value.path().read_bytes() == b"pasted words"


def test_on_a_phone_what_is_still_on_its_way_is_waited_for(visit: Visit, url: str) -> None:
    page = visit(url, width=390)
    page.route("**/uploads?*", lambda route: None)  # never answered
    box = page.get_by_label("Message", exact=True)
    page.get_by_label("Files to send").set_input_files([PHOTO])
    expect(page.locator(".piece.sending")).to_be_visible()
    box.fill("Is this broken?")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="lamp.png")).to_contain_text("on its way")
    expect(page.get_by_role("article", name="Your message")).to_have_count(0)
    page.get_by_role("button", name="Remove lamp.png").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("article", name="Your message")).to_contain_text("Is this broken?")
