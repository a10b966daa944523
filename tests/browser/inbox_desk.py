"""A served inbox with people in it, for the browser tests of its page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from playwright.sync_api import Locator, Page

from chatbot.desk.desk import Desk
from chatbot.desk.presence import Presence
from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.web.access import Access
from chatbot.web.event_streams import event_routes
from chatbot.web.guarding import guard
from chatbot.web.inbox.api import inbox_routes
from chatbot.web.inbox.page import inbox_page_routes
from chatbot.web.modules import Modules
from chatbot.web.sign_in import login_routes
from chatbot.web.vendored import mount_vendored
from tests.conftest import PASSWORD

Ask = Callable[..., Update]
HUMAN = "I want to talk to a human please"


def inbox_app(session: Session, access: Access, desk: Desk) -> FastAPI:
    """The inbox behind all that stands before every route, with two agents and an operator."""
    app = FastAPI()
    guard(app, load_settings(), access)
    app.include_router(login_routes(access, title_now=lambda: session.pack.persona.title))
    app.include_router(event_routes(session.settings, access, desk))
    app.include_router(inbox_routes(session, access, desk))
    modules = Modules()
    app.include_router(inbox_page_routes(access, lambda: session.pack.persona.title, modules))
    modules.mount(app)
    mount_vendored(app)
    for name in ("Anna", "Bo"):
        session.store.people.add_staff(name, "agent", PASSWORD)
    session.store.people.add_staff("Olga", "operator", PASSWORD)
    return app


@contextmanager
def desk_of(session: Session) -> Iterator[Desk]:
    """A desk that agents do not leave while a test reloads their pages."""
    presence = Presence(session.store, grace_seconds=60)
    yield Desk(session.store, presence)
    presence.close()


def asking(session: Session, visitor: Person) -> Ask:
    """How a visitor says something, in a conversation of its own or in one that there is; the last update."""

    def ask(text: str, conversation: str | None = None) -> Update:
        *_, last = session.say(visitor, text, conversation)
        return last

    return ask


def cases(page: Page) -> Locator:
    """The cases in the list."""
    return page.locator("a.case")


def composer(page: Page) -> Locator:
    """Where an agent writes."""
    return page.locator("case-composer textarea")


def notice(page: Page) -> Locator:
    """The line that says what was done."""
    return page.locator(".notice")
