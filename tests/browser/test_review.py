"""The inbox in a real browser: two agents and a visitor, drafts, keys, judging, small screens, refusals."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chatbot.desk.desk import Desk
from chatbot.dialogue.session import Session
from chatbot.records import Person, Trace
from chatbot.web.access import STAFF_COOKIE, Access
from tests.browser.conftest import Visit
from tests.browser.inbox_desk import HUMAN, Ask, asking, cases, composer, desk_of, inbox_app, notice
from tests.conftest import PASSWORD, Serve

SignIn = Callable[..., Page]
QUESTION = "Do you sell zebra striped curtains?"
BETTER = "Yes: zebra striped curtains are in the safari range."
ATTACK = "<img src=x onerror=document.title='owned'> {{value}} ${document.title='owned'} `x`"
A_PAUSE_MS = 250
"""Letters in quicker succession are taken for a word that somebody types."""


@pytest.fixture
def desk(session: Session) -> Iterator[Desk]:
    with desk_of(session) as desk:
        yield desk


@pytest.fixture
def url(session: Session, access: Access, desk: Desk, serve: Serve) -> str:
    return serve(inbox_app(session, access, desk))


@pytest.fixture
def visitor(session: Session) -> Person:
    return session.store.people.add_visitor()


@pytest.fixture
def ask(session: Session, visitor: Person) -> Ask:
    return asking(session, visitor)


@pytest.fixture
def sign_in(url: str, session: Session, access: Access, visit: Visit) -> SignIn:
    """Opens the inbox in the browser of somebody who has signed in."""

    def sign_in(name: str = "Anna", at: str = "", **options: object) -> Page:
        token = access.staff_token(staff(session, name))
        cookie = {"name": STAFF_COOKIE, "value": token, "domain": "127.0.0.1", "path": "/", "expires": -1}
        cookie |= {"httpOnly": True, "secure": False, "sameSite": "Lax"}
        page = visit(f"{url}/review{at}", storage_state={"cookies": [cookie], "origins": []}, **options)
        expect(page.locator("nav.tabs")).to_be_visible()
        if "case=" in at:
            expect(page.locator(".case-head")).to_be_visible()
        return page

    return sign_in


def staff(session: Session, name: str) -> Person:
    return next(person for person in session.store.people.staff() if person.name == name)


def state(page: Page) -> Locator:
    return page.locator(".case-head .what p")


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_link_to_a_case_leads_there_through_the_sign_in_page(ask: Ask, visit: Visit, url: str) -> None:
    asked = ask(QUESTION)
    ask("price of delivery?")
    page = visit(f"{url}/review?case={asked.conversation}&status=open")
    page.get_by_label("Name").fill("Anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".case-head h2")).to_have_text(QUESTION)
    expect(page.locator("a.case[aria-current]")).to_contain_text(QUESTION)
    assert query(page) == {"case": [asked.conversation], "status": ["open"]}


def test_a_refused_role_reads_why(url: str, sign_in: SignIn) -> None:
    page = sign_in()
    expect(page.get_by_role("link", name="Operate")).to_have_count(0)
    answer = page.goto(f"{url}/operate/")
    assert answer and answer.status == 403
    expect(page.get_by_role("alert")).to_have_text("/operate is for operators; you are signed in as agent Anna.")
    page.get_by_role("link", name="To the inbox").click()
    expect(page.locator("nav.tabs")).to_be_visible()


def test_an_empty_inbox_says_what_to_do_next(ask: Ask, sign_in: SignIn) -> None:
    ask(QUESTION)
    page = sign_in("Olga")
    expect(page.get_by_role("link", name="Operate")).to_be_visible()
    expect(page.get_by_text("Nobody waits")).to_be_visible()
    page.get_by_role("button", name="Open chats").click()
    expect(cases(page)).to_have_count(1)
    page.locator(".tools").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def test_of_two_agents_one_claims_and_the_other_is_told_who(ask: Ask, sign_in: SignIn) -> None:
    wish = ask(HUMAN)
    at = f"?case={wish.conversation}"
    first = sign_in(at=at)
    stale = sign_in("Bo", at=at)
    expect(first.get_by_text("Bo also looks at this chat.")).to_be_visible()
    expect(stale.get_by_text("Anna also looks at this chat.")).to_be_visible()
    stale.route("**/review/api/cases**", lambda route: route.abort())
    first.keyboard.type("c" + "as you ask: ")
    expect(composer(first)).to_have_value("as you ask: ")
    expect(state(first)).to_contain_text("You hold this chat")
    expect(first.locator(".tab", has_text="Mine")).to_contain_text("1")
    expect(first.locator("a.case[aria-current]")).to_contain_text("you")
    first.locator(".tab", has_text="Mine").click()
    expect(first.locator(".tab", has_text="All")).to_contain_text("1")
    stale.unroute("**/review/api/cases**")
    stale.locator(".case-head").get_by_role("button", name="Claim").click()
    expect(notice(stale)).to_contain_text("Anna holds this case")
    expect(state(stale)).to_contain_text("Anna holds this chat")
    stale.get_by_role("button", name="Take over").click()
    stale.get_by_role("dialog").get_by_role("button", name="Take over").click()
    expect(state(stale)).to_contain_text("You hold this chat")
    expect(state(first)).to_contain_text("Bo holds this chat")


def test_an_agent_writes_the_visitor_answers_and_the_bot_is_silent_until_it_is_handed_back(
    ask: Ask, session: Session, visitor: Person, desk: Desk, sign_in: SignIn
) -> None:
    wish = ask(HUMAN)
    page = sign_in(at=f"?case={wish.conversation}")
    expect(page.get_by_text("What happened so far")).to_be_visible()
    expect(page.get_by_text("The visitor has left the page", exact=False).first).to_be_visible()
    page.keyboard.press("r")
    composer(page).fill("Hello, this is Anna.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said.agent .bubble")).to_have_text("Hello, this is Anna.")
    expect(composer(page)).to_have_value("")
    written = session.store.conversations.path(session.store.conversations.get(wish.conversation).head)[-1]
    assert (written.role, written.content) == ("agent", "Hello, this is Anna.")
    assert written.author == staff(session, "Anna").id

    desk.visitor_types(wish.conversation)
    expect(page.get_by_text("The visitor is writing")).to_be_visible()
    silent = ask("My lamp is broken.", wish.conversation)
    assert silent.trace.act == "held"
    expect(page.locator(".said.user .bubble").last).to_have_text("My lamp is broken.")
    expect(page.get_by_text("The visitor is writing")).to_have_count(0)

    page.get_by_role("button", name="Hand back").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note to colleagues").fill("A new lamp is on its way.")
    dialog.get_by_role("button", name="Hand back").click()
    expect(page.locator(".note .bubble")).to_have_text("A new lamp is on its way.")
    expect(state(page)).to_have_text("The bot answers")
    assert ask("How long may I return a lamp?", wish.conversation).trace.act == "answer"
    expect(page.locator(".said.assistant .bubble").last).to_contain_text("30 days")


def test_nothing_that_was_typed_is_lost(ask: Ask, url: str, chromium: Browser, sign_in: SignIn) -> None:
    first, second = ask(HUMAN), ask(f"{HUMAN}, now")
    page = sign_in(at=f"?case={first.conversation}")
    composer(page).fill("Dear visitor, I am")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    composer(page).fill("Ask the store room")
    page.locator("a.case", has_text="now").click()
    expect(page.locator(".case-head h2")).to_have_text(f"{HUMAN}, now")
    expect(composer(page)).to_have_value("")
    expect(page.locator("a.case", has_not_text="now")).to_contain_text("draft")
    page.go_back()
    expect(composer(page)).to_have_value("Dear visitor, I am")
    page.reload()
    expect(composer(page)).to_have_value("Dear visitor, I am")
    kept = page.context.storage_state()
    page.context.close()

    restarted = chromium.new_context(storage_state=kept)
    again = restarted.new_page()
    again.goto(f"{url}/review/?case={first.conversation}")
    expect(composer(again)).to_have_value("Dear visitor, I am")
    again.get_by_role("button", name="Note to colleagues").click()
    expect(composer(again)).to_have_value("Ask the store room")
    assert first.conversation != second.conversation
    restarted.close()


def test_a_message_that_could_not_be_sent_stays(ask: Ask, sign_in: SignIn) -> None:
    wish = ask(HUMAN)
    page = sign_in(at=f"?case={wish.conversation}")
    composer(page).fill("Hello?")
    page.context.clear_cookies(name=STAFF_COOKIE)
    page.get_by_role("button", name="Claim and send").click()
    expect(notice(page)).to_contain_text("sign in again in another tab")
    expect(composer(page)).to_have_value("Hello?")


def test_a_disliked_reply_is_graded_corrected_and_approved_with_a_warning(
    ask: Ask, session: Session, visitor: Person, sign_in: SignIn
) -> None:
    ask("How long may I return a lamp?")
    disliked = ask("Hello, How long may I return a lamp?")
    session.store.feedback.rate(disliked.message, visitor, "dislike", ["Wrong"], "It was longer last year!")
    page = sign_in(at=f"?case={disliked.conversation}&status=open")
    talk, context = page.locator("case-talk"), page.locator("case-context")
    for shown in ("disliked this", "Wrong", "It was longer last year!"):
        expect(talk).to_contain_text(shown)
    for shown in ("the reply rests on this", "Returns › Time", "base"):
        expect(context).to_contain_text(shown)
    context.get_by_text("What it has learned that is like this").click()
    expect(context).to_contain_text("the base model wrote it, which learned from nobody here")
    page.keyboard.press("g")
    page.keyboard.press("1")
    expect(talk).to_contain_text("You graded it: right 1 of 5")
    correction = page.get_by_label("What the reply should have been")
    expect(correction).to_have_value(disliked.text)
    correction.fill("A lamp can be returned within 60 days of delivery.")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.wait_for_timeout(A_PAUSE_MS)
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it says 30 days, the answer 60 days")
    expect(dialog).to_contain_text("It would also be found for")
    expect(dialog).to_contain_text("past question would now be answered so")
    dialog.get_by_role("button", name="Use it all the same").click()
    expect(notice(page)).to_contain_text("similar questions are answered with it")
    expect(correction).to_have_count(0)
    expect(talk.locator(".in-use")).to_contain_text("In use from now on")
    again = ask("Please tell me: How long may I return a lamp?")
    assert again.trace.passages[0]["kind"] == "answer"
    kept = {one.kind: one for one in session.store.feedback.on(disliked.message) if one.role == "agent"}
    assert kept["stars"].stars == {"accuracy": 1}
    assert kept["correction"].correction == "A lamp can be returned within 60 days of delivery."

    talk.get_by_role("button", name="Send it to this visitor too").click()
    expect(talk.locator(".said.agent .bubble")).to_have_text("A lamp can be returned within 60 days of delivery.")
    expect(talk.get_by_role("button", name="Send it to this visitor too")).to_have_count(0)
    talk.get_by_role("button", name="Take it back").click()
    expect(talk).not_to_contain_text("You wrote instead")

    page.locator(".tools").get_by_role("button", name="Answers in use").click()
    answers = page.locator("answers-view")
    expect(answers).to_contain_text("60 days")
    answers.get_by_role("button", name="Change").click()
    answers.get_by_label("The bot says").fill("90 days, and it is free.")
    answers.get_by_role("button", name="Use it like this").click()
    expect(answers.locator(".card .words")).to_have_text("90 days, and it is free.")
    answers.get_by_role("button", name="Withdraw").click()
    expect(answers).to_contain_text("No approved answer yet")
    assert session.store.feedback.answers() == []


def test_what_an_agent_wrote_becomes_an_answer_with_one_key(ask: Ask, session: Session, sign_in: SignIn) -> None:
    wish = ask(HUMAN)
    ask(QUESTION, wish.conversation)
    page = sign_in(at=f"?case={wish.conversation}")
    composer(page).fill(BETTER)
    page.keyboard.press("Control+Enter")
    page.locator(".said.agent").get_by_role("button", name="Grade, correct, approve").click()
    expect(page.get_by_label("Question it answers")).to_have_value(QUESTION)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog")).to_contain_text("It contradicts no article")
    page.get_by_role("dialog").get_by_role("button", name="Use this answer").click()
    expect(notice(page)).to_contain_text("In use")
    (answer,) = session.store.feedback.answers()
    assert (answer.query, answer.response) == (QUESTION, BETTER)


def test_a_colleague_is_asked_for_a_second_look_and_is_told(ask: Ask, session: Session, sign_in: SignIn) -> None:
    reply = ask(QUESTION)
    page, colleague = sign_in(at=f"?case={reply.conversation}&status=open"), sign_in("Bo")
    page.get_by_label("What the reply should have been").fill(BETTER)
    page.get_by_role("button", name="Use this answer from now on").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Not sure? Have it wait for a colleague").select_option(label="Bo")
    dialog.get_by_role("button", name="Ask for a second look").click()
    expect(page.locator("a.case")).to_contain_text("second look")
    expect(page.locator(".said .proposal")).to_contain_text("Somebody else confirms it")
    expect(page.locator(".said .proposal").get_by_role("button", name="Use this answer")).to_have_count(0)
    assert session.store.feedback.answers() == []
    expect(notice(colleague)).to_contain_text(f"Anna mentions you in “{QUESTION}”")
    called = colleague.get_by_role("list", name="You are called")
    expect(called).to_contain_text("Anna mentions you in")
    expect(colleague).to_have_title(re.compile(r"^\(1\) "))
    notice(colleague).get_by_role("button", name="Open").click()
    expect(called).to_have_count(0)
    expect(colleague.locator(".note .bubble")).to_contain_text("@Bo a second look")
    colleague.locator(".tools").get_by_role("button", name="Answers in use").click()
    expect(colleague.get_by_role("list", name="Answers that wait for a second look")).to_contain_text("Anna asked you")
    colleague.get_by_role("button", name="Open its chat").click()
    proposal = colleague.locator(".said .proposal")
    expect(proposal).to_contain_text(BETTER)
    proposal.get_by_role("button", name="Use this answer").click()
    expect(proposal).to_have_count(0)
    expect(page.locator(".said .proposal")).to_have_count(0)
    assert [one.response for one in session.store.feedback.answers()] == [BETTER]


def test_done_opens_the_next_and_undo_brings_it_back_as_it_was(ask: Ask, session: Session, sign_in: SignIn) -> None:
    first, second = ask(HUMAN), ask(f"{HUMAN}, now")
    page = sign_in(at=f"?case={first.conversation}")
    since = session.store.cases.get(first.conversation).waiting_since
    expect(page).to_have_title(re.compile(r"^\(2\) Review"))
    page.keyboard.press("e")
    expect(page.locator(".case-head h2")).to_have_text(f"{HUMAN}, now")
    expect(cases(page)).to_have_count(1)
    expect(page).to_have_title(re.compile(r"^\(1\) Review"))
    assert session.store.cases.get(first.conversation).status == "done"
    page.wait_for_timeout(A_PAUSE_MS)
    page.keyboard.press("u")
    expect(page.locator(".case-head h2")).to_have_text(HUMAN)
    expect(cases(page)).to_have_count(2)
    case = session.store.cases.get(first.conversation)
    assert (case.status, case.waiting_since) == ("waiting", since)
    assert session.store.cases.get(second.conversation).status == "waiting"


def test_everything_goes_by_keyboard(ask: Ask, sign_in: SignIn) -> None:
    for text in ("zzz qqq", "hhh kkk", QUESTION):
        ask(text)
    page = sign_in(at="?status=open")
    expect(cases(page)).to_have_count(3)
    head = page.locator(".case-head h2")
    page.keyboard.press("j")
    expect(head).to_have_text("hhh kkk")
    page.keyboard.press("j")
    expect(head).to_have_text("zzz qqq")
    page.keyboard.press("k")
    expect(head).to_have_text("hhh kkk")
    expect(page.locator("case-judge")).to_be_visible()
    page.keyboard.press("4")
    expect(notice(page)).to_contain_text("press g first")
    page.keyboard.press("g")
    expect(page.locator("case-judge")).to_be_focused()
    page.keyboard.press("4")
    expect(page.get_by_text("right 4 of 5")).to_be_visible()
    page.wait_for_timeout(A_PAUSE_MS)
    page.keyboard.press("u")
    expect(notice(page)).to_contain_text("nothing to undo")
    page.keyboard.press("Escape")
    expect(notice(page)).to_have_count(0)
    expect(head).to_have_text("hhh kkk")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    for words in ("next chat", "claim, or take over", "how good it is", "send what is typed"):
        expect(keys).to_contain_text(words)
    page.keyboard.press("j")
    expect(head).to_have_text("hhh kkk")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("kkk")
    expect(cases(page)).to_have_count(1)
    expect(page.locator(".tab[aria-current]")).to_contain_text("All")


def test_many_cases_are_paged_filtered_and_found(session: Session, visitor: Person, sign_in: SignIn) -> None:
    store = session.store
    with store.transaction():
        for number in range(60):
            made = store.conversations.start(visitor, "lamps")
            asked = store.conversations.add_user_message(made, None, f"Question number {number}")
            trace = Trace("base", uncertain=number % 2 == 0)
            reply = store.conversations.begin_reply(made, asked.id, trace)
            store.conversations.update_reply(reply.id, "An answer", "complete", trace)
    page = sign_in(at="?status=open")
    expect(cases(page)).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(cases(page)).to_have_count(60)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Reason").select_option("uncertain")
    expect(cases(page)).to_have_count(30)
    assert query(page)["reason"] == ["uncertain"]
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("To", exact=True).fill("2020-01-01")
    expect(page.get_by_text("No chat fits")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(cases(page)).to_have_count(30)
    page.get_by_label("Search all chats").fill("number 59")
    expect(cases(page)).to_have_count(0)
    page.get_by_role("button", name="Show all chats without them").click()
    page.get_by_label("Search all chats").fill("number 59")
    expect(cases(page)).to_have_count(1)
    expect(cases(page).locator("mark")).to_have_text(["number", "59"])
    page.get_by_label("Search all chats").fill("qqqq")
    expect(page.get_by_text("Nothing found for “qqqq”")).to_be_visible()


def test_notes_labels_and_canned_replies(ask: Ask, session: Session, sign_in: SignIn) -> None:
    wish = ask(HUMAN)
    page = sign_in(at=f"?case={wish.conversation}")
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("the label is empty")
    page.get_by_label("New label").fill("much too long for a label " * 3)
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("40 fit")
    page.get_by_label("New label").fill("Refund")
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("labels are written in small letters")
    expect(page.locator("a.case")).to_contain_text("refund")
    page.get_by_role("button", name="refund", exact=True).click()
    expect(page.get_by_role("button", name="Take off: Label refund")).to_be_visible()
    expect(page.locator(".tab[aria-current]")).to_contain_text("All")
    page.get_by_role("button", name="Filters").click()
    page.locator("select[name=label]").select_option("refund")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("a.case[aria-current]")).to_have_count(1)
    page.get_by_role("button", name="Take off the label refund").click()
    expect(page.locator("a.case")).not_to_contain_text("refund")
    notice(page).get_by_role("button", name="Undo").click()
    expect(page.locator("a.case")).to_contain_text("refund")

    page.locator(".case-head h2").click()
    page.keyboard.press("n")
    page.keyboard.type("@B")
    page.get_by_role("option", name="@Bo").click()
    page.keyboard.type("please look at it")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note .bubble")).to_have_text("@Bo please look at it")
    (note,) = session.store.cases.notes(wish.conversation)
    assert [person.name for person in session.store.people.staff() if person.id in note.mentions] == ["Bo"]

    page.get_by_role("button", name="Canned").click()
    dialog = page.get_by_role("dialog", name="Canned replies")
    dialog.get_by_role("button", name="New canned reply").click()
    dialog.get_by_label("Name").fill("hello")
    dialog.get_by_label("Text").fill("I am {agent} of {shop}. Which order: {order number}?")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("/hello")
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("Escape")
    page.locator(".case-head h2").click()
    page.keyboard.press("r")
    page.keyboard.type("/hel")
    page.keyboard.press("Enter")
    expect(composer(page)).to_have_value("I am Anna of Lamps. Which order: {order number}?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Fill in {order number} first.")).to_be_visible()
    page.keyboard.type("the lamp")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said.agent .bubble")).to_have_text("I am Anna of Lamps. Which order: the lamp?")


def test_a_draft_of_the_model_is_one_key_away(ask: Ask, session: Session, sign_in: SignIn) -> None:
    wish = ask(HUMAN)
    ask("How long may I return a lamp?", wish.conversation)
    page = sign_in(at=f"?case={wish.conversation}")
    composer(page).fill("my own words")
    page.keyboard.press("Alt+Enter")
    expect(composer(page)).to_have_value(re.compile("30 days"))
    expect(notice(page)).to_contain_text("checked against the articles")
    notice(page).get_by_role("button", name="Undo").click()
    expect(composer(page)).to_have_value("my own words")
    path = session.store.conversations.path(session.store.conversations.get(wish.conversation).head)
    assert all(message.role != "agent" for message in path)


def test_what_people_write_stays_text(ask: Ask, session: Session, visitor: Person, sign_in: SignIn) -> None:
    reply = ask(ATTACK)
    session.store.feedback.rate(reply.message, visitor, "dislike", [], ATTACK)
    session.store.cases.add_note(reply.conversation, staff(session, "Anna"), ATTACK)
    session.store.feedback.approve(ATTACK, ATTACK, visitor)
    page = sign_in(at=f"?case={reply.conversation}&status=open")
    expect(page.locator(".said.user .bubble")).to_have_text(ATTACK)
    expect(page.locator(".note .bubble")).to_have_text(ATTACK)
    expect(page.locator(".thought blockquote")).to_have_text(ATTACK)
    page.locator(".tools").get_by_role("button", name="Answers in use").click()
    expect(page.locator("answers-view p.words")).to_have_text(ATTACK)
    assert page.locator("img").count() == 0 and "owned" not in page.title()


SMALL_TARGETS = """() => [...document.querySelectorAll('button, a, input, select, textarea')]
  .filter((one) => one.checkVisibility() && !['radio', 'checkbox'].includes(one.type))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.height < 44 || box.width < 44))
  .map(([one, box]) => `${one.tagName} ${one.textContent.trim()} ${box.width}x${box.height}`)"""


def faults_of_a_phone(page: Page) -> list[str]:
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    return [*page.evaluate(SMALL_TARGETS), *([f"the page is {wide} wide"] if wide > 390 else [])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_usable_on_a_phone(ask: Ask, sign_in: SignIn, scheme: str) -> None:
    wish = ask(f"{HUMAN} {'averyverylongword' * 12}")
    page = sign_in(width=390, height=844, color_scheme=scheme)
    assert faults_of_a_phone(page) == []
    cases(page).click()
    expect(composer(page)).to_be_visible()
    expect(cases(page)).to_be_hidden()
    assert faults_of_a_phone(page) == []
    page.get_by_role("button", name="Grade, correct, approve").first.click()
    assert faults_of_a_phone(page) == []
    page.get_by_role("button", name="Sources, rule, person").click()
    expect(page.get_by_role("heading", name="About this chat")).to_be_visible()
    assert faults_of_a_phone(page) == []
    page.get_by_role("button", name="Back to the conversation").click()
    page.get_by_role("button", name="Back to the list").click()
    expect(cases(page)).to_be_visible()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert faults_of_a_phone(page) == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(18, 22, 26)") == (scheme == "dark") and wish.conversation


def test_light_or_dark_is_kept_and_so_is_sound(sign_in: SignIn) -> None:
    page = sign_in(color_scheme="light")
    page.locator(".tools").get_by_role("button", name="Light or dark").click()
    dark = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(dark) == "rgb(18, 22, 26)"
    bell = page.locator("[data-act=attention]")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(notice(page)).to_contain_text("on, for when somebody waits")
    page.reload()
    expect(bell).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(dark) == "rgb(18, 22, 26)"
