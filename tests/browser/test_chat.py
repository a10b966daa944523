"""The chat page in a real browser, on an engine that follows a script."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import pytest
from fastapi import FastAPI
from playwright.sync_api import Locator, Page, expect

from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.knowledge import open_knowledge
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.persona import Persona
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.records import ChatMessage
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.sqlite.database import Row, Value
from chatbot.store.sqlite.store import SqliteStore
from chatbot.web.access import Access, AccessMiddleware
from chatbot.web.articles import article_routes
from chatbot.web.chat import build_chat_page
from chatbot.web.own_memory import own_memory_routes
from chatbot.web.theme import CSS, HEAD, chat_theme
from chatbot.web.vendored import mount_vendored
from tests.browser.conftest import Visit
from tests.conftest import Serve

QUESTION = "How much is delivery?"
ANSWER = "Standard delivery costs £4."
LONG = " ".join(["The first thing is known to everybody in our shop and in every other one of the town."] * 8)
SOURCE = "Delivery **fees** <i>today</i>"
ATTACK = "Say <img src=http://evil.example/x onerror=document.title='owned'> ![x](http://evil.example/y.png)"
STOP = """() => {
  document.querySelector("#stop").click();
  return document.querySelector(".stopping-note")?.textContent;
}"""
ADDRESSES = "https://a.example http://evil.example/x http://evil.example/y.png document.title"
"""What a reply may name, as if the articles did: an address that only the visitor names is not repeated."""
PERSONA = {
    "name": "toy",
    "title": "Toy shop",
    "description": "A shop for tests",
    "language": "en",
    "licence": "Apache-2.0",
    "greeting": "Hello! Ask about toys.",
    "suggestions": [QUESTION, "When do you open?"],
    "system": "You answer.",
    "contact": {"hours": f"{ADDRESSES}, at any time"},
    "handoff": {"phrases": ["human please"], "message": "A colleague takes over."},
    "memory": {"fields": {"name": {"label": "Name", "phrases": ["my name is *"]}}},
}


@dataclass(frozen=True)
class Site:
    url: str
    store: SqliteStore
    champion: list[str]

    def rows(self, sql: str, **values: Value) -> list[Row]:
        return self.store.database.rows(sql, **values)


def script(messages: Sequence[ChatMessage]) -> str:
    question = messages[-1]["content"].rsplit("Question: ", 1)[-1]
    if "everything" in question:
        return " ".join(["It begins,", *["and on"] * 900, "and ends."])
    if "at length" in question:
        return LONG
    return question if question.startswith("Say ") else ANSWER


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> Iterator[Site]:
    home: Path = tmp_path_factory.mktemp("home")
    settings = load_settings(home=home, engine="scripted", min_score=-1, max_new_tokens=2000)
    store = open_store(settings.database)
    pieces = [Piece("delivery", SOURCE, "", ANSWER, 3)]
    (home / "articles").mkdir()
    (home / "articles" / "delivery.md").write_text(f"# Delivery\n\n{ANSWER}\n")
    pack = Pack(home, Persona.model_validate(PERSONA), [], [], pieces, [], {})
    knowledge = open_knowledge(pack, HashedEmbedder(), HashedEmbedder(), home / "index")
    champion = ["toy-v0001"]
    live = LiveEngine(
        lambda name: (ScriptedEngine(name, script, seconds_per_word=0.03), knowledge), lambda: champion[0]
    )
    session = Session(settings, store, pack, live)
    access = Access(store, home / "key")
    app = FastAPI()
    app.add_middleware(AccessMiddleware, access=access)
    mount_vendored(app)
    app.include_router(article_routes(lambda: pack))
    app.include_router(own_memory_routes(session, access))
    page = build_chat_page(session, access)
    gr.mount_gradio_app(
        app, page, path="/", theme=chat_theme(), css=CSS, head=HEAD, footer_links=[], run_history=False, pwa=False
    )
    live.watch()
    yield Site(serve_module(app), store, champion)
    live.close()


@pytest.fixture
def page(visit: Visit, site: Site) -> Page:
    page = visit(site.url)
    expect(page.locator(".welcome")).to_be_visible()
    return page


def box(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def ask(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def last_reply(page: Page) -> Locator:
    return page.locator(".reply").last


def answered(page: Page, text: str = ANSWER) -> Locator:
    expect(last_reply(page).locator(".actions")).to_be_visible()
    expect(last_reply(page).locator(".prose-text")).to_have_text(text)
    return last_reply(page)


def wait_for_rows(site: Site, sql: str, check: Callable[[list[Row]], bool]) -> list[Row]:
    deadline = time.monotonic() + 15
    while not check(rows := site.rows(sql)):
        assert time.monotonic() < deadline, rows
        time.sleep(0.05)
    return rows


def newest_status(site: Site, status: str) -> None:
    sql = "select status from messages where role = 'assistant' order by created_at desc limit 1"
    wait_for_rows(site, sql, lambda rows: rows[0]["status"] == status)


def test_streams_a_reply_with_its_sources_and_stops_in_the_middle(page: Page, site: Site) -> None:
    ask(page, "Tell me everything")
    expect(last_reply(page)).to_contain_text("and on")
    expect(last_reply(page)).not_to_contain_text("ends")
    box(page).fill("typed meanwhile")
    assert page.evaluate(STOP) == "Stopping …"
    expect(last_reply(page).locator(".note")).to_have_text("Stopped")
    expect(page.locator(".stopping-note")).to_have_count(0)
    newest_status(site, "stopped")
    expect(box(page)).to_have_value("typed meanwhile")
    with site.store.database.writing() as database:  # as if it had been stopped before its first word
        database["messages"].update(last_reply(page).get_attribute("data-message"), {"content": ""})
    page.reload()
    expect(last_reply(page).get_by_label("Regenerate")).to_be_visible()
    expect(last_reply(page).get_by_label("Good reply")).to_have_count(0)
    ask(page, QUESTION)
    reply = answered(page)
    chip = reply.locator(".sources a")
    expect(chip).to_have_text(SOURCE)
    with page.context.expect_page() as opened:
        chip.click()
    expect(opened.value.locator(".passage:target")).to_have_text(ANSWER)


def test_closing_the_tab_stops_the_engine(visit: Visit, site: Site) -> None:
    page = visit(site.url)
    ask(page, "Tell me everything")
    expect(last_reply(page)).to_contain_text("and on")
    page.close()
    newest_status(site, "stopped")


def test_regenerates_edits_and_switches_between_versions(page: Page) -> None:
    page.get_by_role("button", name=QUESTION).click()
    answered(page).get_by_label("Regenerate").click()
    expect(last_reply(page).locator(".branches")).to_contain_text("2 / 2")
    answered(page).get_by_label("Previous version").click()
    expect(last_reply(page).locator(".branches")).to_contain_text("1 / 2")
    question = page.locator(".question").first
    question.hover()
    question.get_by_label("Edit", exact=True).click()
    question.get_by_label("Edit your message").fill("Say something else")
    question.get_by_label("Edit your message").press("Enter")
    answered(page, "Say something else")
    expect(page.locator(".question .branches")).to_contain_text("2 / 2")
    expect(page.locator(".question .bubble")).to_have_text("Say something else")


def test_likes_and_dislikes_are_stored_and_restored(page: Page, site: Site) -> None:
    ask(page, QUESTION)
    reply = answered(page)
    message = reply.get_attribute("data-message")
    sql = f"select value, reasons, comment from feedback where message = '{message}'"
    reply.get_by_label("Good reply").click()
    expect(reply.locator(".thanks")).to_have_text("Saved, thank you")
    assert site.rows(sql)[0]["value"] == "like"
    reply.get_by_label("Good reply").click()
    wait_for_rows(site, sql, lambda rows: not rows)
    reply.get_by_label("Bad reply").click()
    wait_for_rows(site, sql, lambda rows: bool(rows) and rows[0]["value"] == "dislike")
    reply.get_by_role("button", name="Wrong").click()
    reply.get_by_label("Comment").fill("It is £5 now")
    reply.get_by_role("button", name="Send").click()
    rows = wait_for_rows(site, sql, lambda rows: bool(rows) and rows[0]["comment"] is not None)
    assert rows == [{"value": "dislike", "reasons": '["Wrong"]', "comment": "It is £5 now"}]
    expect(reply.locator(".thanks")).to_have_text("Saved, thank you")
    page.reload()
    expect(answered(page).get_by_label("Bad reply")).to_have_attribute("aria-pressed", "true")


def test_consent_is_off_until_it_is_given(page: Page, site: Site) -> None:
    switch = page.get_by_label("Help the assistant learn")
    expect(switch).not_to_be_checked()
    switch.check()
    expect(page.get_by_text("Saved, thank you.")).to_be_visible()
    given = "select id from people where consent = 1"
    assert len(site.rows(given)) == 1
    page.reload()
    expect(switch).to_be_checked()
    expect(page.locator("#consent")).to_contain_text("Switch off to take it back")
    switch.uncheck()
    wait_for_rows(site, given, lambda rows: not rows)
    expect(page.locator("#consent")).to_contain_text("Off by default")


def test_history_belongs_to_its_visitor_and_survives_a_reload(page: Page, visit: Visit, site: Site) -> None:
    ask(page, QUESTION)
    answered(page)
    page.reload()
    answered(page)
    page.locator("#new").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "When do you open?")
    answered(page)
    expect(page.locator(".history .open")).to_have_text(["When do you open?", QUESTION])
    stranger = visit(site.url)
    expect(stranger.locator(".history .none")).to_be_visible()
    page.locator(".history").get_by_role("button", name=QUESTION, exact=True).click()
    expect(page.locator(".question .bubble")).to_have_text(QUESTION)
    page.locator(".history").get_by_label(f"Delete “{QUESTION}”", exact=True).click()
    asked = page.get_by_role("listitem").filter(has=page.locator(".confirm"))
    expect(asked.locator(".open")).to_have_text(QUESTION)
    expect(asked.locator(".confirm")).to_contain_text(f"Delete “{QUESTION}”?")
    page.locator(".history .confirm").get_by_role("button", name="Delete").click()
    toast = page.get_by_text(f"The chat “{QUESTION}” was deleted.")
    expect(toast).to_be_visible()
    assert (toast.bounding_box() or {"y": 0})["y"] > 400, "it covers the header or the banner"
    expect(page.locator(".history .open")).to_have_text(["When do you open?"])
    expect(page.locator(".welcome")).to_be_visible()


def test_what_people_and_models_write_is_never_markup(page: Page) -> None:
    ask(page, ATTACK)
    answered(page, ATTACK.replace("![x](http://evil.example/y.png)", "x"))
    expect(page.locator(".question .bubble")).to_have_text(ATTACK)
    expect(page.locator(".history .open")).to_contain_text("<img")
    assert page.locator(".talk img, .history img").count() == 0
    assert page.title() == "Toy shop"


def test_a_reply_is_drawn_as_markdown_and_its_question_as_typed(page: Page) -> None:
    typed = "Say **it** in `words`:\n\n3. see https://a.example\n4. _or_ write"
    ask(page, typed)
    shown = answered(page, "Say it in words: see https://a.example or write").locator(".prose-text")
    expect(shown.locator("strong")).to_have_text("it")
    expect(shown.locator("code")).to_have_text("words")
    expect(shown.locator("ol[start='3'] > li")).to_have_text(["see https://a.example", "or write"])
    expect(shown.locator("a")).to_have_attribute("target", "_blank")
    expect(shown.locator("a")).to_have_attribute("rel", "noopener noreferrer nofollow")
    bubble = page.locator(".question .bubble")
    expect(bubble).to_have_text(typed)
    assert bubble.locator("*").count() == 0


def test_a_refused_message_stays_in_the_box_and_a_handoff_is_marked(page: Page) -> None:
    long = "much " * 1000
    ask(page, long)
    expect(page.get_by_text("please shorten it")).to_be_visible()
    expect(box(page)).to_have_value(long)
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "a human please")
    expect(last_reply(page).locator(".note.handoff")).to_be_visible()


def test_visitors_see_no_version_and_no_learning(page: Page, site: Site) -> None:
    run = site.store.versions.start_run("operator:test")
    site.store.versions.update_run(run.id, progress={"phase": "training", "step": 40, "steps": 210})
    ask(page, QUESTION)
    answered(page)
    page.wait_for_timeout(2500)
    shown = page.locator("body").inner_text()
    assert site.champion[0] not in shown and "step" not in shown
    site.store.versions.update_run(run.id, status="finished")


def test_of_a_long_reply_the_answer_stands_first_and_the_rest_is_folded(page: Page) -> None:
    ask(page, "Tell me at length")
    reply = last_reply(page)
    more = reply.locator(".more:visible")
    expect(more).to_have_text("Show the rest as it is written")
    before = reply.locator(".lead").inner_text()
    expect(reply.locator(".actions")).to_be_visible()
    expect(more).to_have_text("Show the rest")
    expect(reply.locator(".rest")).to_be_hidden()
    assert reply.locator(".lead").inner_text() == before and before.endswith("of the town.")
    more.click()
    expect(reply.locator(".rest")).to_be_visible()
    assert (before + " " + reply.locator(".rest").inner_text().strip()) == LONG
    more.click()
    expect(reply.locator(".rest")).to_be_hidden()


def test_fits_a_phone(visit: Visit, site: Site) -> None:
    page = visit(site.url, width=390, height=780, color_scheme="dark")
    ask(page, QUESTION)
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollHeight") <= 780
    expect(box(page)).to_be_in_viewport()
    expect(page.locator("#side")).not_to_be_in_viewport()
    page.get_by_role("button", name="Chats").click()
    expect(page.locator(".history .open")).to_be_in_viewport()
    page.locator(".history .remove").click()
    page.locator(".history .confirm").get_by_role("button", name="Keep").click()
    expect(page.locator(".history .open")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).not_to_be_in_viewport()
    expect(page.locator("body")).to_have_class(DARK)
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("body")).not_to_have_class(DARK)
    page.reload()
    answered(page)
    expect(page.locator("body")).not_to_have_class(DARK)


DARK = re.compile(r"\bdark\b")
SLOW = {"offline": False, "latency": 250, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.mark.parametrize("latency", [0, 250])
def test_a_double_click_asks_once(page: Page, site: Site, latency: int) -> None:
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW | {"latency": latency})
    for gap in (0, 90, 250):
        asks_once(page, site, gap, gap + latency + 200)
        page.locator("#new").click()
        expect(page.locator(".question")).to_have_count(0)


def asks_once(page: Page, site: Site, gap: int, while_ms: int) -> None:
    """Ask twice in a chat by two clicks so many milliseconds apart; a second message would come within a while."""
    for count, text in enumerate([f"What is {gap}?", f"And {gap}?"], start=1):
        before = site.rows("select count(*) as n from messages where role = 'user'")[0]["n"]
        box(page).fill(text)
        page.evaluate(
            "gap => { document.querySelector('#send').click();"
            "setTimeout(() => document.querySelector('#send').click(), gap) }",
            gap,
        )
        answered(page)
        expect(box(page)).to_have_value("")
        page.wait_for_timeout(while_ms)
        assert site.rows("select count(*) as n from messages where role = 'user'")[0]["n"] == before + 1
        assert page.locator(".question").count() == count


def test_a_double_enter_asks_once(page: Page, site: Site) -> None:
    before = site.rows("select count(*) as n from messages where role = 'user'")[0]["n"]
    box(page).fill("What is this?")
    box(page).press("Enter")
    box(page).press("Enter")
    answered(page)
    assert site.rows("select count(*) as n from messages where role = 'user'")[0]["n"] == before + 1


def test_what_is_typed_survives_a_reload_until_it_is_stored(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    box(page).fill("half a thought")
    page.reload()
    expect(box(page)).to_have_value("half a thought")
    box(page).press("Enter")
    expect(page.locator(".reply")).to_have_count(2)
    answered(page)
    expect(box(page)).to_have_value("")
    page.reload()
    answered(page)
    expect(box(page)).to_have_value("")


def test_what_is_sent_offline_stays_and_can_be_sent_again(page: Page) -> None:
    page.context.set_offline(True)
    ask(page, "Can you hear me?")
    page.wait_for_timeout(1500)
    expect(box(page)).to_have_value("Can you hear me?")
    page.context.set_offline(False)
    page.wait_for_timeout(4000)
    if page.locator(".question").count() == 0:
        page.reload()
        expect(box(page)).to_have_value("Can you hear me?")
        box(page).press("Enter")
    answered(page)
    expect(box(page)).to_have_value("")


def test_who_agrees_is_remembered_and_reads_changes_and_forgets_it(page: Page) -> None:
    agrees = page.get_by_role("switch", name="Remember me")
    expect(agrees).not_to_be_checked()
    agrees.check()
    expect(page.get_by_role("button", name="What is remembered: nothing yet")).to_be_visible()
    ask(page, "Hi, my name is Ada. How much is delivery?")
    expect(page.locator(".memory .told")).to_contain_text("Remembered: Name: Ada")
    page.locator(".memory .told").get_by_role("button", name="See").click()
    listed = page.get_by_role("dialog", name="What is remembered of you")
    listed.get_by_role("button", name="Change: Name").click()
    listed.get_by_label("Name", exact=True).fill("one two three four five")
    listed.get_by_role("button", name="Save").click()
    expect(listed.get_by_role("alert")).to_have_text("Name: give at most 4 words")
    listed.get_by_label("Name", exact=True).fill("Ada L")
    listed.get_by_role("button", name="Save").click()
    expect(listed.get_by_role("listitem")).to_contain_text("Ada L")
    listed.get_by_role("button", name="Forget: Name").click()
    expect(listed.get_by_role("listitem")).to_contain_text("not said")
    listed.get_by_role("button", name="Forget everything, and stop").click()
    expect(listed).to_be_hidden()
    expect(agrees).not_to_be_checked()
