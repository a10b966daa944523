"""What a visitor does beside asking: name, find, take along and delete chats, speak, listen, say whether it helped."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chatbot.store import open_store
from chatbot.store.sqlite.store import SqliteStore
from tests.browser.conftest import Visit
from tests.conftest import Serve
from tests.packs import write_pack
from tests.product import build_product

QUESTION = "what does sending back cost"
ANSWER = "A return costs £3.50."
RULES = {
    "unclear": """action = "ask"
message = "What do you mean?"
replies = ["What does sending back cost?", "When does a parcel reach Germany?"]
examples = ["what about the thing", "??", "asdfgh", "hmm", "the other one please", "it", "and then", "blah"]
""",
    "thanks": """action = "chat"
message = "You are welcome."
examples = ["thanks", "thank you so much", "many thanks", "cheers", "thanks a lot", "thank you, bye", "ta"]
""",
}
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
EARS = """
window.heard = [];
window.SpeechRecognition = class {
  start() { window.ear = this; }
  stop() { this.onend(); }
};
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ name: "Voice" }], speak: (one) => window.heard.push(one.text),
  cancel: () => {}, addEventListener: () => {},
} });
"""


@dataclass(frozen=True)
class Site:
    url: str
    store: SqliteStore


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("tools")
    pack = write_pack(folder / "lamps")
    (pack / "rules").mkdir()
    for name, text in RULES.items():
        (pack / "rules" / f"{name}.toml").write_text(text)
    (pack / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>'
    )
    toml = (pack / "pack.toml").read_text()
    (pack / "pack.toml").write_text('accent = "#7a1fa2"\nlogo = "logo.svg"\n' + toml)
    product = build_product(folder / "product", pack=str(pack))
    store = open_store(folder / "product" / "home" / "chatbot.db")
    yield Site(serve_module(product), store)
    store.database.close()


@pytest.fixture
def page(visit: Visit, site: Site) -> Page:
    page = visit(site.url)
    expect(page.locator(".welcome")).to_be_visible()
    return page


def box(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def ask(page: Page, text: str) -> Locator:
    count = page.locator(".reply").count()
    box(page).fill(text)
    box(page).press("Enter")
    expect(page.locator(".reply")).to_have_count(count + 1)
    expect(page.locator(".reply").last.locator(".actions")).to_be_visible()
    return page.locator(".reply").last


def test_chats_are_named_found_taken_along_and_deleted_at_once(page: Page) -> None:
    ask(page, "Hello there, I bought two of your lamps a week ago, and now I ask: what does sending back cost")
    expect(page.locator(".history .open")).to_have_text(re.compile("^Returns"))
    named = page.locator(".history .open").inner_text()
    page.locator("#new").click()
    expect(page.locator(".reply")).to_have_count(0)
    ask(page, "price of delivery?")
    page.get_by_label("Rename “price of delivery?”").click()
    page.get_by_label("Title of the chat").fill("My parcel")
    page.get_by_label("Title of the chat").press("Enter")
    expect(page.locator(".history .open")).to_have_text(["My parcel", named])
    page.reload()
    expect(page.locator(".history .open")).to_have_text(["My parcel", named])
    page.get_by_label("Search your chats").fill("two lamps")
    expect(page.locator(".history .open")).to_have_text([named])
    page.get_by_label("Search your chats").fill("nothing at all")
    expect(page.locator(".history .none")).to_have_text("Nothing found for “nothing at all”.")
    page.get_by_label("Search your chats").press("Escape")
    expect(page.locator(".history .open")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all chats (for programs, JSON)").click()
    assert download.value.suggested_filename == "chats.json"
    chats = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["conversations"]
    assert [chat["title"] for chat in chats] == ["My parcel", named]
    assert "chats.txt?zone=" in (page.locator(".all a").first.get_attribute("href") or "")
    page.get_by_role("button", name="Delete all").click()
    page.locator(".all").get_by_role("button", name="Delete all").click()
    expect(page.locator(".history .none")).to_have_text("Your chats will be listed here.")
    expect(page.locator(".welcome")).to_be_visible()


def test_a_clarifying_question_comes_with_replies_to_press(page: Page) -> None:
    ask(page, "what about the thing")
    box(page).fill("typed meanwhile")
    replies = page.locator(".quick").get_by_role("button")
    expect(replies).to_have_text(["What does sending back cost?", "When does a parcel reach Germany?"])
    replies.first.click()
    expect(page.locator(".reply").last).to_contain_text("£3.50")
    expect(page.locator(".quick")).to_have_count(0)
    expect(box(page)).to_have_value("typed meanwhile")


def test_at_the_end_it_is_asked_once_whether_it_helped(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    expect(page.locator(".closing")).to_have_count(0)
    ask(page, "thank you so much")
    expect(page.locator(".closing")).to_contain_text("Did this answer your question?")
    page.locator(".closing").get_by_role("button", name="No").click()
    expect(page.locator(".closing")).to_contain_text("nobody replies to it here")
    page.wait_for_timeout(500)
    rows = site.store.database.rows("select kind, value from feedback")
    assert rows == [{"kind": "helped", "value": "not helped"}]
    page.reload()
    expect(page.locator(".reply")).to_have_count(2)
    expect(page.locator(".closing")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pack_gives_colour_and_logo(visit: Visit, site: Site, scheme: str) -> None:
    page = visit(site.url, color_scheme=scheme)
    expect(page.locator(".bar .logo")).to_be_visible()
    assert page.locator(".bar .logo").evaluate("image => image.naturalWidth") > 0
    assert page.locator("#send").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(122, 31, 162)"


def test_speaking_and_listening_are_there_where_the_browser_has_them(chromium: Browser, site: Site, page: Page) -> None:
    able_already = page.evaluate("'SpeechRecognition' in window || 'webkitSpeechRecognition' in window")
    expect(page.locator("#mic button")).to_be_visible(visible=able_already)
    context = chromium.new_context()
    context.add_init_script(EARS)
    able = context.new_page()
    able.goto(site.url)
    box(able).fill("Tell me:")
    able.get_by_role("button", name="Speak your message").click()
    able.evaluate("text => window.ear.onresult({ results: [[{ transcript: text }]] })", QUESTION)
    expect(box(able)).to_have_value(f"Tell me: {QUESTION}")
    able.get_by_role("button", name="Stop listening").click()
    expect(able.get_by_role("button", name="Speak your message")).to_be_visible()
    box(able).press("Enter")
    able.get_by_role("button", name="Read aloud").click()
    expect(able.get_by_role("button", name="Stop reading")).to_be_visible()
    assert ANSWER in able.evaluate("window.heard")[0]
    context.close()
