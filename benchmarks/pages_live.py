"""How soon what one side says is on the other side's screen, with many conversations open and all of them talked in.

Each conversation has the stream of events open that its visitor's page keeps; some of them are real pages in Chromium.
There the time is taken from before the agent's request until the words stand in the document; back, from the visitor's
Enter until the inbox was told and has fetched the conversation with the words in it.
"""

import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import httpx
from playwright.sync_api import Page

from benchmarks.alternating import Measure, late
from benchmarks.browser import chromium
from benchmarks.running_product import Product, running_product
from chatbot.settings import load_settings
from chatbot.store import open_store

MOST_MILLISECONDS = 300.0
OPEN = 50
PAGES = 4
ROUNDS = 60
BETWEEN_SECONDS = 0.1
NAME, PASSWORD = "bench", secrets.token_urlsafe(16)
QUESTION = "I would like to talk to a person"
PATIENCE = 60  # seconds
CASES = "/review/api/cases"
WATCH = """() => {
  window.seen = {};
  const note = () => {
    for (const one of document.querySelectorAll(".message .words")) window.seen[one.textContent] ??= Date.now();
  };
  new MutationObserver(note).observe(document.querySelector(".talk"), { childList: true, subtree: true });
}"""
FREE = {"CHATBOT_MESSAGE_RATE": "100000/minute", "CHATBOT_PEOPLE_PER_ADDRESS": "100"}


def live(opened: int = OPEN) -> list[Measure]:
    """The 95th percentile from agent to visitor, and back."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home", engine="scripted", auto_train=False)
        store = open_store(settings.database)
        store.people.add_staff(NAME, "agent", PASSWORD)
        store.close()
        with running_product(settings, "base", CHATBOT_ENGINE="scripted", **FREE) as product:
            return _measured(product, opened)


def _measured(product: Product, opened: int) -> list[Measure]:
    with ExitStack() as stack:
        agent = stack.enter_context(httpx.Client(base_url=product.url, timeout=PATIENCE))
        agent.post("/login", data={"name": NAME, "password": PASSWORD})
        others = [stack.enter_context(_listening(product, agent)) for _ in range(opened - PAGES)]
        browser = stack.enter_context(chromium())
        pages = [browser.new_context().new_page() for _ in range(PAGES)]
        mine = [_opened(page, product, agent) for page in pages]
        stack.enter_context(_chatter(product, agent, others))
        there = [_to_visitor(agent, pages[n % PAGES], mine[n % PAGES], f"word {n}") for n in range(ROUNDS)]
        back = [_to_agent(agent, pages[n % PAGES], mine[n % PAGES], f"back {n}") for n in range(ROUNDS)]
        return [
            late("live, an agent's words on the visitor's screen", there, MOST_MILLISECONDS),
            late("live, a visitor's words at the inbox", back, MOST_MILLISECONDS),
        ]


@contextmanager
def _listening(product: Product, agent: httpx.Client) -> Iterator[str]:
    """A conversation that an agent holds, and whose visitor listens."""
    with httpx.Client(base_url=product.url, timeout=PATIENCE) as visitor:
        visitor.get("/")
        body = {"model": "champion", "messages": [{"role": "user", "content": QUESTION}]}
        visitor.post("/v1/chat/completions", json=body).raise_for_status()
        conversation = _claimed(agent)
        with _read(visitor, "/events", {"conversation": conversation}, lambda line: None):
            yield conversation


def _opened(page: Page, product: Product, agent: httpx.Client) -> str:
    """A page whose visitor talks to an agent."""
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(product.url)
    page.fill("#box textarea", QUESTION)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".note.handoff")
    conversation = _claimed(agent)
    page.wait_for_selector(".banner.case.held")
    page.evaluate(WATCH)
    return conversation


def _claimed(agent: httpx.Client) -> str:
    waiting = agent.get(CASES, params={"status": "waiting"}).json()["items"]
    conversation = str(waiting[0]["conversation"])
    agent.post(f"{CASES}/{conversation}/claim", json={}).raise_for_status()
    return conversation


@contextmanager
def _read(client: httpx.Client, path: str, query: dict[str, str], hear: Callable[[str], None]) -> Iterator[None]:
    """Read a stream of events in the background."""

    def listen(lines: Iterator[str]) -> None:
        try:
            for line in lines:
                if line.startswith("data:"):
                    hear(line)
        except httpx.HTTPError:
            return

    with client.stream("GET", path, params=query) as answer:
        answer.raise_for_status()
        lines = answer.iter_lines()
        next(lines)
        reader = threading.Thread(target=listen, args=(lines,), daemon=True)
        reader.start()
        yield
        answer.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        reader.join(5)


@contextmanager
def _chatter(product: Product, agent: httpx.Client, conversations: list[str]) -> Iterator[None]:
    """An agent's words in the other conversations, in turn, all the time."""
    ended = threading.Event()

    def talk() -> None:
        with httpx.Client(base_url=product.url, timeout=PATIENCE, cookies=agent.cookies) as other:
            turn = 0
            while conversations and not ended.wait(BETWEEN_SECONDS):
                other.post(f"{CASES}/{conversations[turn % len(conversations)]}/message", json={"text": "one moment"})
                turn += 1

    talking = threading.Thread(target=talk, daemon=True)
    talking.start()
    yield
    ended.set()
    talking.join(PATIENCE)


def _to_visitor(agent: httpx.Client, page: Page, conversation: str, words: str) -> float:
    began = time.time() * 1000
    agent.post(f"{CASES}/{conversation}/message", json={"text": words}).raise_for_status()
    seen = page.wait_for_function("words => window.seen[words]", arg=words).json_value()
    return float(seen) - began


def _to_agent(agent: httpx.Client, page: Page, conversation: str, words: str) -> float:
    fetched = threading.Event()
    at = [0.0]

    def hear(line: str) -> None:
        if '"user"' in line and conversation in line:
            case = agent.get(f"{CASES}/{conversation}").json()
            if case["messages"][-1]["content"] == words:
                at[0] = time.perf_counter()
                fetched.set()

    with httpx.Client(base_url=str(agent.base_url), timeout=PATIENCE, cookies=agent.cookies) as inbox:
        page.fill("#box textarea", words)
        with _read(inbox, "/review/events", {}, hear):
            began = time.perf_counter()
            page.press("#box textarea", "Enter")
            if not fetched.wait(PATIENCE):
                raise click.ClickException(f"{words!r} did not reach the inbox within {PATIENCE} s")
    page.wait_for_function("() => !document.querySelector('#box textarea').value")
    return (at[0] - began) * 1000
