"""The tests of our own JavaScript modules, each run in a real browser; they stand in `modules/*.test.js`.

A test is an exported function of its file, named like those of Python; it fails by throwing.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page
from starlette.staticfiles import StaticFiles

from chatbot.web.modules import FOLDER, LastingFiles, Modules
from chatbot.web.vendored import mount_vendored
from tests.conftest import Serve
from training.console import page as operate_page
from training.console.tabs.table import TABS

HERE = Path(__file__).parent / "modules"
TEST = re.compile(r"^export (?:async )?function (\w+)\(\)", re.MULTILINE)
FOUND = [(path.name, name) for path in sorted(HERE.glob("*.test.js")) for name in TEST.findall(path.read_text("utf-8"))]
DRAWN = {
    "acts", "answers-view", "api", "canned-replies", "case-asks", "case-calls", "case-composer", "case-context",
    "case-head", "case-judge", "case-list", "case-talk", "case-why", "feedback", "inbox", "inbox-page", "opened",
    "dialogs", "element", "icons", "lit", "notices", "proposal",
    "answer-dialog", "ask-before", "bar-chart", "chart", "console", "line-chart", "operate-page", "periods", "tab",
    "version-changes", "version-verdict",
    "approved-answers", "article-editor", "article-questions", "file-editor", "file-history", "persona-editor",
    "rule-editor", "opening-hours",
    *(tab.slug for tab in TABS),
}  # fmt: skip
"""Modules whose work is seen on the page alone: the tests of these pages drive them."""
FOLDERS = (FOLDER, operate_page.FOLDER)


@pytest.fixture(scope="module")
def page(chromium: Browser, serve_module: Serve) -> Iterator[Page]:
    app = FastAPI()
    mount_vendored(app)
    app.mount("/static", LastingFiles(FOLDERS))
    app.mount("/tests", StaticFiles(directory=HERE))
    app.get("/")(lambda: HTMLResponse("<!doctype html><title>Tests</title>"))
    page = chromium.new_page()
    page.goto(serve_module(app))
    yield page
    page.close()


@pytest.mark.parametrize(("file", "name"), FOUND, ids=lambda part: str(part).removesuffix(".test.js"))
def test_module(page: Page, file: str, name: str) -> None:
    page.evaluate("async ([file, name]) => { await (await import(file))[name](); }", [f"/tests/{file}", name])


def test_every_module_has_tests_or_is_seen_on_the_page() -> None:
    tested = {path.name.removesuffix(".test.js") for path in HERE.glob("*.test.js")}
    modules = {Path(module).stem for module in Modules(*FOLDERS).of("shared", "inbox", "operate")}
    assert tested | DRAWN == modules and not tested & DRAWN
