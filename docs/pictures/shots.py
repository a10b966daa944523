"""Which pictures there are: of which page, what is done on it first, and what it is for.

A new page gets its entry here, its picture by `python -m docs.pictures NAME`, and its line in docs/pages.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

from docs.pictures.home import Home
from docs.pictures.words import HOW_TO_RETURN
from training.console.tabs.table import TABS

Act = Callable[[Page, Home], None]
Look = Literal["light", "dark", "phone"]
LOOKS: tuple[Look, ...] = ("light", "dark", "phone")
Viewer = Literal["visitor", "Ann Lee", "Olga Brandt", "nobody"]
DRAFT = "You are welcome, Maya. Is there anything else that I can"


def _as_it_is(page: Page, home: Home) -> None:
    """Nothing is done on it."""


@dataclass(frozen=True)
class Shot:
    """A picture under its name: the page at a path, as somebody sees it, after `act`.

    `site` is where the path stands: the filled installation, an empty one, or a shop that shows the chat.
    """

    name: str
    path: str
    viewer: Viewer
    act: Act = _as_it_is
    site: Literal["filled", "empty", "shop"] = "filled"


def _opened(which: str) -> Act:
    """One of the visitor's chats, opened from the list."""

    def act(page: Page, home: Home) -> None:
        side = page.get_by_role("button", name=home.titles[which], exact=True)
        if page.viewport_size and page.viewport_size["width"] < 800:
            page.get_by_role("button", name="Chats", exact=True).click()
        side.click()
        page.locator("#talk .question").first.wait_for()

    return act


def _attaching(page: Page, home: Home) -> None:
    _opened("photo")(page, home)
    page.get_by_label("Files to send").set_input_files([home.receipt])
    page.locator(".piece:not(.sending)").wait_for()
    page.get_by_role("textbox", name="Message").fill("And this is the other side.")


def _list_shown(page: Page, home: Home) -> None:
    if page.viewport_size and page.viewport_size["width"] < 800:
        page.get_by_role("button", name="Chats", exact=True).click()


def _asked_in_the_widget(page: Page, home: Home) -> None:
    page.get_by_role("button", name=re.compile("^Chat: ")).click()
    chat = page.frame_locator("chatbot-widget iframe")
    chat.get_by_role("textbox", name="Message").fill(HOW_TO_RETURN)
    page.keyboard.press("Enter")
    chat.locator("#talk .actions time").first.wait_for()


def _writing(page: Page, home: Home) -> None:
    page.goto(f"{page.url}?status=all&case={home.chats['cracked']}")
    page.locator("case-composer textarea").fill(DRAFT)
    page.locator("case-composer textarea").blur()


def _judging(page: Page, home: Home) -> None:
    page.goto(f"{page.url}?status=all&case={home.chats['disliked']}")
    page.locator("case-judge").wait_for()


def _played(page: Page, home: Home) -> None:
    page.get_by_role("textbox", name="Question").fill(HOW_TO_RETURN)
    page.get_by_role("button", name=re.compile("^Ask")).click()
    page.get_by_text("Rests on").nth(1).wait_for()


def _versions(page: Page, home: Home) -> None:
    page.get_by_role("region", name="Replies that changed").locator("figure").first.wait_for()


ASKED = {"playground": "?second=base"}
ACTS: dict[str, Act] = {"playground": _played, "versions": _versions}
SHOTS = (
    Shot("welcome", "/", "nobody"),
    Shot("chat", "/", "visitor", _opened("paying")),
    Shot("chat-list", "/", "visitor", _list_shown),
    Shot("chat-colleague", "/", "visitor", _opened("cracked")),
    Shot("chat-files", "/", "visitor", _attaching),
    Shot("widget", "/", "nobody", _asked_in_the_widget, "shop"),
    Shot("articles", "/articles", "nobody"),
    Shot("article", "/articles/delivery-uk", "nobody"),
    Shot("sign-in", "/login", "nobody"),
    Shot("account", "/account/", "Ann Lee"),
    Shot("inbox", "/review/", "Ann Lee", _writing),
    Shot("inbox-judge", "/review/", "Ann Lee", _judging),
    *(
        Shot(
            f"operate-{tab.slug}",
            f"/operate/{tab.slug}{ASKED.get(tab.slug, '')}",
            "Olga Brandt",
            ACTS.get(tab.slug, _as_it_is),
        )
        for tab in TABS
    ),
    Shot("operate-empty", "/operate/overview", "Olga Brandt", site="empty"),
    Shot("api", "/docs", "Olga Brandt"),
)
