"""The page /operate in a real browser: its tabs, how the bot is doing, a gap that is answered, a small screen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chatbot.store import Store, open_store
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

GAP = "Zebra wallpaper samples?"
ATTACK = "<img onerror=alert()>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operate")


@pytest.fixture(scope="module")
def url(folder: Path, serve_module: Serve) -> str:
    return serve_module(build_product(folder))


@pytest.fixture(scope="module")
def context(chromium: Browser, url: str) -> Iterator[BrowserContext]:
    """An operator's browser; at the end, nothing of the page failed or was refused by its policy."""
    context = chromium.new_context()
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if "policy" in said.text.lower() else None)
    context.request.post(f"{url}/login", form={"name": OPERATOR, "password": PASSWORD}, max_redirects=0)
    yield context
    context.close()
    assert not faults


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def asked(context: BrowserContext, url: str) -> None:
    """Two conversations that want the same, one of an intruder."""
    for text in (GAP, f"{GAP} {ATTACK}"):
        body = {"model": "champion", "messages": [{"role": "user", "content": text}]}
        assert context.request.post(f"{url}/v1/chat/completions", data=body).ok


def test_a_new_installation_says_how_to_begin_and_counts_what_comes(
    page: Page, url: str, context: BrowserContext
) -> None:
    page.goto(f"{url}/operate")
    expect(page.get_by_text("Nobody has written to the bot yet.", exact=False)).to_be_visible()
    expect(page.get_by_role("heading", name="No conversation in the last 30 days")).to_be_visible()
    body = {"model": "champion", "messages": [{"role": "user", "content": "How long may I return a lamp?"}]}
    assert context.request.post(f"{url}/v1/chat/completions", data=body).ok
    expect(page.locator(".figure").first).to_contain_text("Conversations1")
    expect(page.locator("bar-chart svg rect").first).to_be_attached()
    page.get_by_role("button", name="7 days").click()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/operate/overview?days=7")
    page.locator(".tab-bar").get_by_role("link", name="Gaps").click()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    page.get_by_role("link", name="Conversations 1").click()
    expect(page.get_by_label("Chats", exact=True).get_by_role("link")).to_have_count(1)


def test_a_gap_is_answered_where_it_is_found(page: Page, url: str, folder: Path, asked: None) -> None:
    page.goto(f"{url}/operate/gaps")
    gap = page.locator(".gap").filter(has_text=GAP)
    expect(gap.locator(".asked")).to_have_text(re.compile(r"2\s*chats"))
    gap.get_by_text("2 examples").click()
    expect(gap.locator(".lines")).to_contain_text(ATTACK)
    expect(gap.get_by_role("link", name="Read the chat").first).to_have_attribute(
        "href", re.compile(r"review/\?case=\w+")
    )
    gap.get_by_role("button", name="Give an answer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("the bot says")).to_be_focused()
    dialog.get_by_label("the bot says").fill("Samples are sent for free.")
    page.keyboard.press("Escape")
    gap.get_by_role("button", name="Give an answer").click()
    expect(dialog.get_by_label("the bot says")).to_have_value("Samples are sent for free.")
    dialog.get_by_role("button", name="See what it changes").click()
    dialog.get_by_role("button", name="Use this answer").click()
    expect(page.get_by_text("Similar questions are answered with it from now on.")).to_be_visible()
    expect(gap.locator(".asked")).to_have_text(re.compile(r"1\s*chat"))
    gap.get_by_role("button", name="Not ours to answer").click()
    expect(gap).to_have_count(0)
    page.get_by_text("1 question is not ours to answer").click()
    page.get_by_role("button", name="Take back").click()
    expect(gap).to_be_visible()
    store: Store = open_store(folder / "home" / "chatbot.db")
    assert [answer.response for answer in store.feedback.answers()] == ["Samples are sent for free."]
    store.close()


def test_tabs_are_links_of_one_page_and_fit_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}/operate/gaps")
    expect(page.locator(".tab-bar [aria-current]")).to_have_text("Gaps")
    page.evaluate("window.same = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".tab-bar").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="How conversations went")).to_be_visible()
    assert page.evaluate("window.same") and page.title().startswith("Overview")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.go_back()
    expect(page.locator(".tab-bar [aria-current]")).to_have_text("Gaps")
