"""Nothing that an agent types is lost: 200 clicks, keys, reloads and restarts by chance, and every draft is there."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chatbot.dialogue.session import Session
from chatbot.web.access import Access
from tests.browser.inbox_desk import asking, cases, composer, desk_of, inbox_app
from tests.conftest import PASSWORD, Serve

STEPS = 200
TABS = {"reply": "To the visitor", "note": "Note to colleagues"}
LETTERS = "abc xyz?\n'\"<&{}/"


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> Iterator[str]:
    with desk_of(session) as desk:
        yield serve(inbox_app(session, access, desk))


class Agent:
    """Somebody who types here and there, and remembers what."""

    def __init__(self, chromium: Browser, url: str, chance: random.Random) -> None:
        self._chromium, self._url, self._chance = chromium, url, chance
        self.typed: dict[tuple[str, str], str] = {}
        self.page = self._browse(None)
        self.page.context.request.post(f"{url}/login", form={"name": "Anna", "password": PASSWORD}, max_redirects=0)
        self.page.goto(f"{url}/review/?status=all")
        expect(cases(self.page)).to_have_count(3)

    def _browse(self, kept: object) -> Page:
        return self._chromium.new_context(storage_state=kept, viewport={"width": 1200, "height": 800}).new_page()

    def open(self) -> None:
        cases(self.page).nth(self._chance.randrange(3)).click()
        self._settled()

    def key(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.keyboard.press(self._chance.choice("jkrn?"))
        self.page.keyboard.press("Escape")

    def reload(self) -> None:
        self.page.reload()

    def back(self) -> None:
        self.page.go_back()
        self.page.wait_for_url(f"{self._url}/**")

    def restart(self) -> None:
        address, context = self.page.url, self.page.context
        self.page = self._browse(context.storage_state())
        context.close()
        self.page.goto(address)

    def write(self) -> None:
        """Go on with a draft; what stands there must be what was typed before."""
        self.open()
        title, kind = self.page.locator(".case-head h2").inner_text(), self._chance.choice([*TABS])
        self.page.get_by_role("button", name=TABS[kind]).click()
        before = self.typed.get((title, kind), "")
        expect(composer(self.page)).to_have_value(before)
        more = "".join(self._chance.choices(LETTERS, k=4))
        composer(self.page).press("Control+End")
        self.page.keyboard.insert_text(more)
        self.typed[title, kind] = before + more

    def _settled(self) -> None:
        chosen = self.page.locator("a.case[aria-current] .title").inner_text()
        expect(self.page.locator(".case-head h2")).to_have_text(chosen)


def test_no_draft_is_lost(chromium: Browser, session: Session, url: str) -> None:
    ask = asking(session, session.store.people.add_visitor())
    for text in ("one", "two", "three"):
        ask(f"question {text}")
    chance = random.Random(22)
    agent = Agent(chromium, url, chance)
    acts = [agent.open, agent.key, agent.reload, agent.back, agent.restart, agent.write]
    for _ in range(STEPS):
        chance.choices(acts, weights=[4, 3, 2, 1, 1, 8])[0]()
        if agent.page.locator("nav.tabs").count() == 0 or cases(agent.page).count() < 3:
            agent.page.goto(f"{url}/review/?status=all")
            expect(cases(agent.page)).to_have_count(3)
    for title, kind in list(agent.typed):
        cases(agent.page).filter(has_text=title).click()
        expect(agent.page.locator(".case-head h2")).to_have_text(title)
        agent.page.get_by_role("button", name=TABS[kind]).click()
        expect(composer(agent.page)).to_have_value(agent.typed[title, kind])
    assert len(agent.typed) == 6
    agent.page.context.close()
