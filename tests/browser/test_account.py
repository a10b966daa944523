"""The page of one's own account in a real browser: it is reached from the staff pages, and fits a phone."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from chatbot.dialogue.session import Session
from chatbot.web.access import Access, AccessMiddleware
from chatbot.web.sign_in import login_routes

PASSWORD = "correct horse battery"
OTHER = "seven green lanterns swim"
SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(session: Session, access: Access, serve: Callable[[FastAPI], str], visit: Callable[..., Page]) -> SignIn:
    app = FastAPI()
    app.include_router(login_routes(access))
    app.add_middleware(AccessMiddleware, access=access)
    session.store.people.add_staff("Olga", "operator", PASSWORD)
    url = serve(app)

    def open_page(password: str = PASSWORD, **options: object) -> Page:
        page = visit(f"{url}/account", **options)
        page.get_by_label("Name").fill("Olga")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
        return page

    return open_page


def test_another_browser_is_ended_from_here(sign_in: SignIn) -> None:
    other, here = sign_in(), sign_in()
    here.get_by_role("button", name="End Chrome").click()
    expect(here.get_by_role("status")).to_have_text("That sign-in has ended.")
    other.reload()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_password_is_changed_with_the_present_one(sign_in: SignIn) -> None:
    page = sign_in()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(OTHER)
    page.get_by_label("New password again").fill(OTHER)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(password=OTHER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(sign_in: SignIn, scheme: str) -> None:
    sign_in()
    page = sign_in(width=390, height=844, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
