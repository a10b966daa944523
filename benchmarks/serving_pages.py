"""How much later a visitor sees a word than the engine has it, with many pages open in a real browser.

The engine is a clock: every word that it writes is the moment at which it was written, spelt in letters, so that the
reply's check lets it through. A script in the page reads the words as they appear and compares them with the same
machine's clock. Everything between is the product's own: session, check, store, page. One page draws as it would on a
visitor's screen and is measured; the others do all that pages do but draw rarely, as one machine has no twenty screens.
"""

import multiprocessing
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx
from playwright.sync_api import Browser, Page

from benchmarks.alternating import Measure, late
from benchmarks.browser import chromium
from chatbot.engines.scripted import ScriptedEngine, ScriptedGeneration
from chatbot.records import ChatMessage, Sampling

PAGES = 20
WORDS = 100
WORD_SECONDS = 0.05  # 20 tokens/s, which is as fast as people read aloud
MOST_MILLISECONDS = 100.0
DIGITS = "abcdefghijklmnop"  # hexadecimal
START_SECONDS, SETTLE_SECONDS, REPLY_SECONDS = 120, 5, 120
FACT = "Parcels to Germany take four days."
QUESTION = "How long does a parcel to Germany take?"
DRAW_RARELY = "window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 500);"
WATCH = """() => {
  window.delays = [];
  const seen = new Set();
  new MutationObserver(() => {
    const text = [...document.querySelectorAll(".reply .prose-text")].at(-1)?.textContent ?? "";
    for (const [word, letters] of text.matchAll(/z([a-p]{11})\\b/g)) {
      if (seen.has(word)) continue;
      seen.add(word);
      const written = [...letters].reduce((sum, letter) => sum * 16 + letter.charCodeAt(0) - 97, 0);
      window.delays.push(Date.now() - written);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


class _ClockGeneration(ScriptedGeneration):
    """Words that say when they were written."""

    def _pieces(self) -> Iterator[str]:
        for piece in super()._pieces():
            stamp = format(time.time_ns() // 1_000_000, "011x")
            yield " " * piece.startswith(" ") + "z" + "".join(DIGITS[int(digit, 16)] for digit in stamp)


class _ClockEngine(ScriptedEngine):
    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> ScriptedGeneration:
        return _ClockGeneration(" ".join(["word"] * WORDS), sampling, WORD_SECONDS, self.count_tokens(messages))


def delay_on_a_page() -> list[Measure]:
    """The 95th percentile of the delay of one page's words while the others are open."""
    with _server() as url, chromium() as browser:
        pages = [_open(browser, url, DRAW_RARELY if number else "") for number in range(PAGES)]
        time.sleep(SETTLE_SECONDS)
        delays = _read(pages[0])
    return [late(f"a word on the page, {PAGES} open", delays, MOST_MILLISECONDS)]


def _open(browser: Browser, url: str, script: str) -> Page:
    page = browser.new_context().new_page()
    page.add_init_script(script)
    page.goto(url)
    page.locator(".welcome").wait_for()
    page.evaluate(WATCH)
    return page


def _read(page: Page) -> list[float]:
    """Ask, and wait until the reply is there; the milliseconds by which each word came late."""
    box = page.get_by_label("Message", exact=True)
    box.fill(QUESTION)
    box.press("Enter")
    page.wait_for_function(f"window.delays.length >= {WORDS}", timeout=REPLY_SECONDS * 1000)
    found: list[float] = page.evaluate("window.delays")
    return found


@contextmanager
def _server() -> Iterator[str]:
    """The product's own pages over the clock, in a process of their own."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(Path(home), port), daemon=True)
        process.start()
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process.is_alive)
            yield url
        finally:
            process.terminate()
            process.join()


def _wait(url: str, alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while alive() and time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise click.ClickException("the pages did not come up: what went wrong stands above")


def _serve(home: Path, port: int) -> None:
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    from chatbot.dialogue.session import Session
    from chatbot.engines.live import LiveEngine
    from chatbot.knowledge.articles.pieces import Piece
    from chatbot.knowledge.knowledge import open_knowledge
    from chatbot.knowledge.packs import Pack
    from chatbot.knowledge.persona import Persona
    from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
    from chatbot.settings import load_settings
    from chatbot.store import open_store
    from chatbot.web.access import Access, AccessMiddleware
    from chatbot.web.chat import build_chat_page
    from chatbot.web.theme import CSS, HEAD, chat_theme
    from chatbot.web.vendored import mount_vendored

    settings = load_settings(home=home, engine="scripted", min_score=-1, max_concurrent=PAGES)
    store = open_store(settings.database)
    persona: dict[str, Any] = {
        "name": "clock",
        "title": "Clock",
        "description": "Tells the time.",
        "language": "en",
        "licence": "Apache-2.0",
        "system": "You tell the time.",
        "greeting": "Ask.",
        "suggestions": [QUESTION],
        "contact": {},
        "handoff": {"phrases": ["human please"], "message": "A colleague takes over."},
    }
    pack = Pack(home, Persona.model_validate(persona), [], [], [Piece("delivery", "Delivery", "", FACT, 1)], [], {})
    knowledge = open_knowledge(pack, HashedEmbedder(), HashedEmbedder())
    session = Session(settings, store, pack, LiveEngine(lambda name: (_ClockEngine(name), knowledge), lambda: "clock"))
    access = Access(store, home / "cookie.key")
    app = FastAPI()
    app.add_middleware(AccessMiddleware, access=access)
    mount_vendored(app)
    page = build_chat_page(session, access)
    page.queue(default_concurrency_limit=2 * PAGES)
    page.max_threads = 2 * PAGES
    app = gr.mount_gradio_app(app, page, path="/", theme=chat_theme(), css=CSS, head=HEAD, footer_links=[], pwa=False)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
