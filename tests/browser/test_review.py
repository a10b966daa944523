"""The review page in a real browser: signing in, the queue, stars, corrections, approval that counts at once."""

from collections.abc import Callable
from urllib.parse import urlsplit

import gradio as gr
import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.web.access import STAFF_COOKIE, Access, AccessMiddleware
from chatbot.web.review import build_review_page
from chatbot.web.sign_in import login_routes
from chatbot.web.theme import CSS, HEAD, chat_theme
from tests.browser.conftest import Visit
from tests.conftest import Serve

Ask = Callable[[str], Update]
SignIn = Callable[..., Page]

PASSWORD = "correct horse battery"
QUESTION = "Do you sell zebra striped curtains?"
BETTER = "Yes: zebra striped curtains are in the safari range."
ATTACK = "<img src=x onerror=document.title='owned'> {{value}} ${document.title='owned'} `x`"


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(login_routes(access))
    page = build_review_page(session, access)
    app = gr.mount_gradio_app(app, page, "/review", theme=chat_theme(), css=CSS, head=HEAD, footer_links=[])
    app.add_middleware(AccessMiddleware, access=access)
    session.store.people.add_staff("Anna", "agent", PASSWORD)
    session.store.people.add_staff("Olga", "operator", PASSWORD)
    return serve(app)


@pytest.fixture
def visitor(session: Session) -> Person:
    return session.store.people.add_visitor()


@pytest.fixture
def ask(session: Session, visitor: Person) -> Ask:
    def ask(text: str) -> Update:
        *_, last = session.say(visitor, text)
        return last

    return ask


@pytest.fixture
def sign_in(url: str, visit: Visit) -> SignIn:
    def sign_in(name: str = "Anna", password: str = PASSWORD, **options: object) -> Page:
        page = visit(f"{url}/review", **options)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        return page

    return sign_in


def no_errors(page: Page) -> None:
    expect(page.get_by_text("Error", exact=True)).to_have_count(0)


def choose(page: Page, criterion: str, count: int) -> None:
    page.locator(f"#rv-{criterion}").get_by_label(str(count), exact=True).check()


def test_a_visitor_is_sent_to_the_sign_in_page(url: str, visit: Visit) -> None:
    page = visit(f"{url}/review")
    assert urlsplit(page.url).path == "/login"
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_says_so_and_lets_nobody_in(url: str, sign_in: SignIn) -> None:
    page = sign_in(password="wrong")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    page.goto(f"{url}/review")
    assert urlsplit(page.url).path == "/login"


def test_an_agent_is_refused_the_operators_page_by_the_server(url: str, sign_in: SignIn) -> None:
    page = sign_in()
    expect(page.get_by_text("Everything is reviewed")).to_be_visible()
    expect(page.locator("#rv-header")).to_contain_text("Anna")
    expect(page.get_by_role("link", name="Operate")).to_have_count(0)
    assert page.goto(f"{url}/operate").status == 403


def test_an_operator_sees_the_link_and_signs_out(sign_in: SignIn) -> None:
    page = sign_in("Olga")
    expect(page.get_by_role("link", name="Operate")).to_have_attribute("href", "../operate")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def test_a_disliked_reply_is_graded_corrected_approved_and_found_at_once(
    ask: Ask, session: Session, visitor: Person, sign_in: SignIn
) -> None:
    ask("How long does delivery to Ireland take?")
    disliked = ask(QUESTION)
    session.store.feedback.rate(disliked.message, visitor, "dislike", ["Wrong"], "You do sell them!")
    page = sign_in()
    case = page.locator("#rv-case")
    expect(case.locator(".rv-asked")).to_contain_text(disliked.text)
    for shown in ("The visitor disliked this", "Wrong", "You do sell them!", "Written by base"):
        expect(case).to_contain_text(shown)
    choose(page, "accuracy", 1)
    choose(page, "fluency", 5)
    correction = page.get_by_label("What the reply should have been")
    expect(correction).to_have_value(disliked.text)
    correction.fill(BETTER)
    page.get_by_role("button", name="Use this answer from now on").click()
    expect(page.get_by_text("similar questions are answered with it")).to_be_visible()

    no_errors(page)

    again = ask("Do you sell curtains with zebra stripes?")
    assert again.trace.passages[0]["kind"] == "answer" and again.trace.passages[0]["text"] == BETTER
    kept = {one.kind: one for one in session.store.feedback.on(disliked.message) if one.role == "agent"}
    assert kept["stars"].stars == {"accuracy": 1, "fluency": 5} and kept["correction"].correction == BETTER

    page.get_by_role("tab", name="Answers in use").click()
    answers = page.locator("#rv-answers")
    for shown in (QUESTION, BETTER, "Anna", "today"):
        expect(answers).to_contain_text(shown)
    answers.get_by_role("button", name="Withdraw").click()
    expect(answers).to_contain_text("No approved answer yet")
    assert all(passage["kind"] != "answer" for passage in ask(QUESTION).trace.passages)


def test_a_correction_is_saved_and_is_there_again(ask: Ask, session: Session, sign_in: SignIn) -> None:
    reply = ask(QUESTION)
    page = sign_in()
    correction = page.get_by_label("What the reply should have been")
    expect(correction).to_have_value(reply.text)
    correction.fill("  ")
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("the correction is empty")).to_be_visible()
    correction.fill(BETTER)
    choose(page, "accuracy", 3)
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("Correction saved.")).to_be_visible()
    no_errors(page)
    assert session.store.feedback.answers() == []
    page.reload()
    expect(correction).to_have_value(BETTER)
    expect(page.locator("#rv-accuracy").get_by_label("3", exact=True)).to_be_checked()


def test_done_opens_the_next_and_undo_brings_it_back(ask: Ask, session: Session, sign_in: SignIn) -> None:
    first, second = ask("zzz qqq"), ask("hhh kkk")
    page = sign_in()
    asked = page.locator("#rv-case .rv-user").last
    expect(asked).to_contain_text("hhh kkk")
    page.get_by_role("button", name="Done, next").click()
    expect(asked).to_contain_text("zzz qqq")
    page.get_by_role("button", name="Done, next").click()
    expect(page.get_by_text("Everything is reviewed")).to_be_visible()
    expect(page.get_by_role("button", name="Save correction")).to_have_count(0)
    assert session.store.feedback.queue() == []
    page.get_by_role("button", name="Undo the last").click()
    expect(asked).to_contain_text("zzz qqq")
    no_errors(page)
    assert [item.message for item in session.store.feedback.queue()] == [first.message] != [second.message]


def test_the_queue_is_filtered_by_reason_and_worked_by_keyboard(ask: Ask, sign_in: SignIn) -> None:
    ask("zzz qqq")
    ask("hhh kkk")
    ask("I want to talk to a human please")
    page = sign_in()
    queue = page.locator("#rv-queue")
    expect(queue.get_by_role("button")).to_have_count(3)
    page.get_by_label("Uncertain 2").check()
    expect(queue.get_by_role("button")).to_have_count(2)
    queue.get_by_role("button").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rv-case .rv-user")).to_contain_text("zzz qqq")
    expect(queue.locator("[aria-current]")).to_contain_text("zzz qqq")
    page.get_by_label("Disliked 0").check()
    expect(page.get_by_text("No reply waits for this reason")).to_be_visible()
    no_errors(page)


def test_a_handed_off_conversation_goes_back_to_the_bot(ask: Ask, session: Session, sign_in: SignIn) -> None:
    wish = ask("I want to talk to a human please")
    page = sign_in()
    expect(page.get_by_text("A person is wanted in this conversation")).to_be_visible()
    page.get_by_role("button", name="Hand back to the bot").click()
    expect(page.get_by_text("A person is wanted in this conversation")).to_have_count(0)
    assert session.store.cases.get(wish.conversation).status == "open"


def test_what_people_write_stays_text(ask: Ask, session: Session, visitor: Person, sign_in: SignIn) -> None:
    reply = ask(ATTACK)
    session.store.feedback.rate(reply.message, visitor, "dislike", [], ATTACK)
    session.store.feedback.approve(ATTACK, ATTACK, visitor)
    page = sign_in()
    expect(page.locator("#rv-case .rv-user")).to_contain_text(ATTACK)
    expect(page.locator("#rv-queue")).to_contain_text(ATTACK)
    expect(page.locator("#rv-case blockquote")).to_have_text(ATTACK)
    page.get_by_role("tab", name="Answers in use").click()
    expect(page.locator("#rv-answers p")).to_have_text(ATTACK)
    assert page.locator("img").count() == 0 and "owned" not in page.title()


def test_an_ended_sign_in_is_told_and_nothing_is_stored(ask: Ask, session: Session, sign_in: SignIn) -> None:
    reply = ask(QUESTION)
    page = sign_in()
    expect(page.get_by_label("What the reply should have been")).to_have_value(reply.text)
    page.context.clear_cookies(name=STAFF_COOKIE)
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("sign in again in another tab")).to_be_visible()
    assert session.store.feedback.on(reply.message) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(ask: Ask, sign_in: SignIn, scheme: str) -> None:
    ask(f"{QUESTION} {'averyverylongword' * 12}")
    page = sign_in(width=390, height=844, color_scheme=scheme)
    expect(page.get_by_role("button", name="Done, next")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
