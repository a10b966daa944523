"""The tabs Knowledge, People and Settings of /operate in a real browser, one journey each."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from chatbot.store import open_store
from tests.browser.conftest import Visit
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

LONGER = "A lamp can be returned within 60 days of delivery."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("knowledge")


@pytest.fixture(scope="module")
def url(folder: Path, serve_module: Serve) -> str:
    return serve_module(build_product(folder))


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, url: str) -> Iterator[StorageState]:
    """What the operator's browser keeps."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{url}/login")
    page.get_by_label("Name").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    yield context.storage_state()
    context.close()


def operate(visit: Visit, url: str, signed_in: StorageState, at: str, width: int = 1200) -> Page:
    return visit(f"{url}/operate/{at}", width, storage_state=signed_in)


def test_an_article_is_written_saved_and_undone(visit: Visit, url: str, signed_in: StorageState, folder: Path) -> None:
    page = operate(visit, url, signed_in, "knowledge")
    page.get_by_label("Search articles").fill("within 30")
    page.get_by_role("link", name="A lamp can be returned within 30 days").click()
    text = page.get_by_label("Text of the article")
    assert text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == "within 30"
    expect(page.locator(".article-read h1")).to_have_text("Returns")
    before = text.input_value()
    text.fill("Returns\n\nno title")
    expect(page.get_by_role("alert")).to_contain_text("must begin with a title")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    text.fill(before.replace("A lamp can be returned within 30 days of delivery.", LONGER))
    expect(page.locator(".article-read")).to_contain_text("60 days")
    page.reload()
    expect(page.get_by_role("status").first).to_contain_text("What you typed before is back")
    expect(text).to_have_value(re.compile("60 days"))
    page.get_by_role("button", name="Questions").click()
    expect(page.locator("article-questions")).to_contain_text("of 12 known questions find it first now")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved: the bot answers from it now.")
    page.get_by_role("button", name="Show change 1").click()
    expect(page.locator(".compared .added mark")).to_have_text("60 ")
    page.keyboard.press("Escape")
    assert LONGER in httpx.get(f"{url}/articles/returns").text
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator("file-history")).to_contain_text("undid change")
    expect(text).to_have_value(before)
    assert (folder / "lamps/articles/returns.md").read_text(encoding="utf-8") == before


def test_hours_are_filled_in_and_faults_told_before(
    visit: Visit, url: str, signed_in: StorageState, folder: Path
) -> None:
    page = operate(visit, url, signed_in, "knowledge?view=texts", 390)
    page.get_by_label("Colleagues answer at certain hours only").check()
    zone = page.get_by_label("Time zone")
    zone.fill("Mars")
    expect(page.get_by_role("alert")).to_contain_text("'Mars' is no time zone")
    zone.fill("Europe/London")
    page.get_by_role("button", name="More hours on Saturday").click()
    page.get_by_label("Saturday to").fill("00:00")
    page.get_by_label("Holiday").fill("2026-12-25")
    expect(page.get_by_role("button", name="Take out 2026-12-25")).to_be_visible()
    page.get_by_label("Said outside hours").fill("Which address?")
    page.get_by_label("Said once an address was given").fill("We write to {address}.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved: the bot answers from it now.")
    text = (folder / "lamps/pack.toml").read_text(encoding="utf-8")
    assert 'saturday = ["09:00-24:00"]' in text and "closed = [2026-12-25]" in text
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_second_of_two_operators_loses_nothing(visit: Visit, url: str, signed_in: StorageState) -> None:
    first, second = (operate(visit, url, signed_in, "knowledge?file=articles/delivery.md") for _ in range(2))
    texts = [page.get_by_label("Text of the article") for page in (first, second)]
    before = texts[1].input_value()
    texts[1].fill(before + "\nMine stays.\n")
    texts[0].fill(before + "\nTheirs came first.\n")
    first.get_by_role("button", name="Save").click()
    told = second.get_by_role("alert").filter(has_text="Olga saved this article after you opened it")
    expect(told).to_contain_text("Theirs came first.")
    expect(texts[1]).to_have_value(before + "\nMine stays.\n")
    told.get_by_role("button", name="Save mine over it").click()
    expect(texts[0]).to_have_value(before + "\nMine stays.\n")


def test_a_colleague_and_a_key_are_added(visit: Visit, url: str, signed_in: StorageState, folder: Path) -> None:
    page = operate(visit, url, signed_in, "people", 390)
    page.get_by_role("button", name="Add somebody").click()
    form = page.locator("people-form")
    form.get_by_label("Name", exact=True).fill("Ben")
    form.get_by_role("button", name="Make one up").click()
    password = form.get_by_label("Password").input_value()
    form.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Change Ben")).to_be_visible()
    store = open_store(folder / "home" / "chatbot.db")
    assert store.people.check_password("Ben", password)
    page.get_by_role("button", name="New key").click()
    form.get_by_label("Name", exact=True).fill("shop")
    form.get_by_role("button", name="Make the key").click()
    token = form.locator("code").inner_text()
    assert store.keys.find(token)
    form.get_by_role("button", name="Done").click()
    expect(page.locator("body")).not_to_contain_text(token)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    store.close()


def test_a_setting_is_changed_while_the_product_serves(visit: Visit, url: str, signed_in: StorageState) -> None:
    page = operate(visit, url, signed_in, "settings", 390)
    field = page.get_by_label("top_p")
    field.fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("less than or equal to 1")
    field.fill("0.5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("top_p is 0.5 from now on")
    page.get_by_role("button", name="Back to 0.95").click()
    expect(field).to_have_value("0.95")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_new_article_has_a_title_and_a_text(visit: Visit, url: str, signed_in: StorageState, folder: Path) -> None:
    page = operate(visit, url, signed_in, "knowledge?question=Do+you+sell+oil%3F")
    title, text = page.get_by_label("Title"), page.get_by_label("Text", exact=True)
    expect(text).to_have_value("## Do you sell oil?\n\n")
    expect(page.get_by_role("status").first).to_have_text("Give it a title and a text.")
    title.fill("Lamp oil")
    expect(page.get_by_role("heading", name="Lamp oil")).to_be_visible()
    assert page.get_by_role("alert").count() == 0
    text.fill("## Do you sell oil?\n\nYes, by the litre.\n")
    expect(page.locator(".article-read h1")).to_have_text("Lamp oil")
    expect(page.get_by_label("Address of the article")).to_have_value("lamp-oil")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved: the bot answers from it now.")
    saved = (folder / "lamps/articles/lamp-oil.md").read_text(encoding="utf-8")
    assert saved == "# Lamp oil\n\n## Do you sell oil?\n\nYes, by the litre.\n"
