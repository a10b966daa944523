"""The whole loop in a browser, on the real model: chat, rate, correct, retrain, and the new version answers.

`python app.py` runs as its own process; its first fine-tune starts by itself and goes live while a page is open.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from chatbot.lineage import Version
from chatbot.store import open_store
from chatbot.store.sqlite.database import Row
from chatbot.store.sqlite.store import SqliteStore
from tests.browser.conftest import Visit
from tests.conftest import SMALL_BASE
from tests.packs import write_pack

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery"
CYCLE_MS = 400_000
SHORT = (
    'max_steps = 3\nbatch_tokens = 512\nlearning_rate = 2e-3\nrank = 8\nbackward = "replies"\nretriever_epochs = 0\n'
)


@dataclass(frozen=True)
class Shop:
    url: str
    store: SqliteStore


@pytest.fixture(scope="module")
def shop(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "home").mkdir()
    (folder / "home" / "models").symlink_to(real_home / "models")
    (folder / "short.toml").write_text(SHORT)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")},
        "CHATBOT_BASE_MODEL": SMALL_BASE,
        "CHATBOT_HOME": str(folder / "home"),
        "CHATBOT_PACK": str(write_pack(folder / "pack")),
        "CHATBOT_RECIPE": str(folder / "short.toml"),
        "CHATBOT_MAX_NEW_TOKENS": "40",
        "CHATBOT_PORT": "0",
    }
    store = open_store(folder / "home" / "chatbot.db")
    store.people.add_staff("ann", "agent", PASSWORD)
    store.people.add_staff("olga", "operator", PASSWORD)
    log = folder / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=output, stderr=output)
    deadline = time.monotonic() + 120
    while not (found := re.search(r"chat: (http://\S+)", log.read_text())):
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    yield Shop(found.group(1), store)
    process.terminate()
    process.wait(30)


def ask(page: Page, text: str) -> Locator:
    before = page.locator(".reply").count()
    box = page.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")
    expect(page.locator(".reply")).to_have_count(before + 1)
    reply = page.locator(".reply").last
    expect(reply.locator(".actions")).to_be_visible(timeout=120_000)
    return reply


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def replies(store: SqliteStore) -> list[Row]:
    return store.database.rows(
        "select id, version, content, status from messages where role = 'assistant' order by created_at"
    )


def answering(shop: Shop, name: str) -> str:
    """The version that answers, once it has this name."""
    deadline = time.monotonic() + CYCLE_MS / 1000
    while not re.fullmatch(name, version := str(httpx.get(f"{shop.url}/readyz").json().get("version", ""))):
        assert time.monotonic() < deadline, f"{version!r} answers, not {name!r}"
        time.sleep(0.5)
    return version


def judged(store: SqliteStore, number: str) -> Version:
    """The newest version once the gate has judged it."""
    deadline = time.monotonic() + CYCLE_MS / 1000
    while not ((newest := store.versions.all()[0]).name.startswith(number) and newest.gate):
        assert time.monotonic() < deadline, f"{number} was not judged"
        time.sleep(0.2)
    return newest


def test_from_the_first_question_to_a_better_version(visit: Visit, shop: Shop) -> None:
    chat = visit(shop.url)
    assert answering(shop, "base")
    ask(chat, "How long may I return a lamp?")
    assert replies(shop.store)[-1]["version"] == "base"

    first = answering(shop, r"lamps-v0001-\w{8}")
    chat.get_by_label("Help the assistant learn").check()
    reply = ask(chat, "Do you sell lamps made of glass?")
    assert replies(shop.store)[-1]["version"] == first
    reply.get_by_label("Bad reply").click()
    reply.get_by_role("button", name="Did not answer").click()
    reply.get_by_role("button", name="Send").click()

    desk = visit(f"{shop.url}/review?status=open&reason=disliked")
    sign_in(desk, "ann")
    desk.locator("a.case").click()
    desk.get_by_label("What the reply should have been").fill("Yes, we sell twelve lamps made of glass.")
    desk.get_by_role("button", name="Use this answer from now on").click()
    desk.get_by_role("dialog").get_by_role("button", name=re.compile("^Use (this answer|it all the same)")).click()
    expect(desk.get_by_text("similar questions are answered with it")).to_be_visible()
    ask(chat, "do you sell lamps made of glass")
    known = shop.store.conversations.message(replies(shop.store)[-1]["id"])
    assert known.trace is not None
    assert known.trace.passages[0]["kind"] == "answer"

    office = visit(f"{shop.url}/operate/training")
    sign_in(office, "olga")
    office.get_by_role("button", name="Start training").click()
    expect(office.get_by_role("progressbar")).to_be_visible()
    expect(office.get_by_role("link", name="v2")).to_be_visible(timeout=CYCLE_MS)
    second = judged(shop.store, "lamps-v0002")
    expect(office.get_by_role("button", name="Start training")).to_be_enabled(timeout=CYCLE_MS)
    assert second.gate["decision"] in ("promote", "hold")
    assert second.gate["reasons"]
    office.get_by_role("link", name="v2").click()
    if second.gate["decision"] == "hold":
        office.get_by_role("button", name="Let it answer anyway").click()
        office.get_by_role("button", name="Promote it anyway").click()
    answering(shop, second.name)
    ask(chat, "How long may I keep a lamp before returning it?")
    assert replies(shop.store)[-1]["version"] == second.name
    assert {row["status"] for row in replies(shop.store)} == {"complete"}

    office.get_by_role("button", name="Roll back to v1").click()
    office.get_by_role("button", name="Roll back", exact=True).click()
    answering(shop, first)
