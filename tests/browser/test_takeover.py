"""A person takes a chat over: what the visitor sees in their browser while an agent acts in another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.conftest import Serve
from tests.product import PASSWORD, build_product

QUESTION = "How long may I return a lamp?"


@dataclass(frozen=True)
class Agent:
    """An agent's browser, of which the API is used."""

    request: APIRequestContext
    url: str

    def waiting(self) -> str:
        """The conversation that waits longest."""
        listed = self.request.get(f"{self.url}/review/api/cases", params={"status": "waiting"})
        return str(listed.json()["items"][0]["conversation"])

    def act(self, conversation: str, act: str, **body: object) -> Any:
        answer = self.request.post(f"{self.url}/review/api/cases/{conversation}/{act}", data=body)
        assert answer.ok, answer.text()
        return answer.json() if answer.status != 204 else None

    def messages(self, conversation: str) -> list[tuple[str, str]]:
        case = self.request.get(f"{self.url}/review/api/cases/{conversation}").json()
        return [(one["role"], one["content"]) for one in case["messages"]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> str:
    return serve_module(build_product(tmp_path_factory.mktemp("takeover")))


@pytest.fixture
def anna(chromium: Browser, url: str) -> Iterator[Agent]:
    context = chromium.new_context()
    signed_in = context.request.post(f"{url}/login", form={"name": "Anna", "password": PASSWORD}, max_redirects=0)
    assert signed_in.status == 303
    yield Agent(context.request, url)
    context.close()


def box(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def ask(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def handed_over(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator(".reply .actions")).to_be_visible()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator(".banner.case")).to_contain_text("You are next in the queue")


def test_an_agent_takes_over_writes_and_hands_back(visit: Visit, url: str, anna: Agent) -> None:
    page = visit(url)
    handed_over(page)
    expect(page.get_by_role("button", name="A colleague has been told")).to_have_attribute("aria-disabled", "true")
    conversation = anna.waiting()
    anna.act(conversation, "claim")
    expect(page.locator(".banner.case")).to_contain_text("Anna is with you")
    expect(box(page)).to_have_attribute("placeholder", "Write to Anna")
    anna.act(conversation, "typing")
    expect(page.locator(".typing")).to_contain_text("Anna is typing")
    anna.act(conversation, "message", text="Hello, I am *Anna* <b>. See https://lamps.example/help.")
    spoken = page.locator(".message.agent")
    expect(spoken.locator(".words")).to_have_text("Hello, I am *Anna* <b>. See https://lamps.example/help.")
    expect(spoken.locator(".words a")).to_have_attribute("href", "https://lamps.example/help")
    expect(spoken.locator(".author")).to_contain_text("Anna")
    expect(page.locator(".typing")).to_have_count(0)

    replies = page.locator(".reply").count()
    for text in ("Thank you, Anna", "One more thing"):
        ask(page, text)
        expect(box(page)).to_have_value("")
    expect(page.locator(".question .bubble")).to_have_text(
        [QUESTION, "Talk to a person", "Thank you, Anna", "One more thing"]
    )
    page.wait_for_timeout(600)
    assert page.locator(".reply").count() == replies, "the bot spoke while a person held the chat"
    expect(page.get_by_text("No reply came")).to_have_count(0)
    assert anna.messages(conversation)[-2:] == [("user", "Thank you, Anna"), ("user", "One more thing")]

    page.reload()
    expect(page.locator(".banner.case")).to_contain_text("Anna is with you")
    expect(spoken).to_have_count(1)
    anna.act(conversation, "release", note="done")
    expect(page.locator(".banner.case")).to_be_hidden()
    ask(page, "What does delivery cost?")
    expect(page.locator(".reply")).to_have_count(replies + 1)
    expect(page.locator(".reply").last.locator(".actions")).to_be_visible()


def test_the_place_in_the_queue_is_shown_as_it_changes(visit: Visit, url: str, anna: Agent) -> None:
    wish = {"model": "champion", "messages": [{"role": "user", "content": "let me speak to a human"}]}
    first = anna.request.post(f"{url}/v1/chat/completions", data=wish).json()["conversation"]
    page = visit(url)
    ask(page, "Talk to a person")
    expect(page.locator(".banner.case")).to_contain_text("You are number 2 in the queue")
    anna.act(first, "claim")
    expect(page.locator(".banner.case")).to_contain_text("You are next in the queue")
    expect(page.locator(".banner.case")).to_contain_text("Opening hours: 9 am to 5 pm.")
    page.get_by_role("button", name="I don't need a colleague any more").click()
    expect(page.locator(".banner.case")).to_be_hidden()
    expect(page.locator(".bar .person")).to_have_attribute("aria-disabled", "false")


def test_what_is_typed_while_an_agent_writes_is_not_lost(visit: Visit, url: str, anna: Agent) -> None:
    page = visit(url)
    handed_over(page)
    conversation = anna.waiting()
    anna.act(conversation, "claim")
    expect(page.locator(".banner.case")).to_contain_text("Anna is with you")
    box(page).press_sequentially("I have got ", delay=20)
    for number in range(5):
        anna.act(conversation, "message", text=f"Line {number}")
        box(page).press_sequentially(f"{number} ", delay=10)
    expect(page.locator(".message.agent")).to_have_count(5)
    expect(box(page)).to_have_value("I have got 0 1 2 3 4 ")
    box(page).press("Enter")
    expect(page.locator(".question .bubble").last).to_have_text("I have got 0 1 2 3 4")
    expect(box(page)).to_have_value("")
    said = [text for role, text in anna.messages(conversation) if role == "user"]
    assert said.count("I have got 0 1 2 3 4") == 1


def test_a_page_that_lost_its_connection_catches_up(visit: Visit, url: str, anna: Agent) -> None:
    page = visit(url)
    handed_over(page)
    conversation = anna.waiting()
    page.context.set_offline(True)
    anna.act(conversation, "claim")
    anna.act(conversation, "message", text="Are you there?")
    page.wait_for_timeout(500)
    expect(page.locator(".message.agent")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(".message.agent .words")).to_have_text("Are you there?", timeout=40_000)


def test_what_happens_before_a_page_listens_is_shown(visit: Visit, url: str, anna: Agent) -> None:
    page = visit(url)
    held: list[Route] = []
    page.route("**/events?*", lambda route: held.append(route))
    handed_over(page)
    conversation = anna.waiting()
    anna.act(conversation, "claim")
    anna.act(conversation, "message", text="Already here")
    assert held
    for route in held:
        route.continue_()
    expect(page.locator(".message.agent .words")).to_have_text("Already here")


def test_two_tabs_of_a_visitor_show_the_same(visit: Visit, url: str, anna: Agent) -> None:
    page = visit(url)
    handed_over(page)
    other = page.context.new_page()
    other.goto(url)
    expect(other.locator(".banner.case")).to_contain_text("You are next")
    conversation = anna.waiting()
    anna.act(conversation, "claim")
    anna.act(conversation, "message", text="Hello to both")
    for tab in (page, other):
        expect(tab.locator(".message.agent .words")).to_have_text("Hello to both")
    ask(other, "Hello from here")
    expect(page.locator(".question .bubble").last).to_have_text("Hello from here")


def test_the_visitors_page_polls_no_more(visit: Visit, url: str) -> None:
    page = visit(url)
    asked: list[str] = []
    ask(page, QUESTION)
    expect(page.locator(".reply .actions")).to_be_visible()
    page.wait_for_timeout(1500)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(5000)
    assert not asked
