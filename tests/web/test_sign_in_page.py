"""The sign-in page says whose chatbot it is, where one is going, and whom to ask; a name need not be typed again."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chatbot.web.access import Access
from chatbot.web.sign_in import login_routes
from chatbot.web.sign_in_page import whose
from tests.conftest import PASSWORD


@pytest.fixture
def browser(access: Access) -> TestClient:
    app = FastAPI()
    app.include_router(login_routes(access, title_now=lambda: "Lamps & more"))
    return TestClient(app)


def test_it_says_where_one_is_going() -> None:
    targets = ("/review?case=ab", "/operate/versions", "/account", "/elsewhere")
    assert [whose("", target)["to"] for target in targets] == ["the inbox", "Operate", "your account", "the inbox"]


def test_it_names_the_shop_and_says_whom_to_ask(browser: TestClient, access: Access) -> None:
    assert "user add NAME --role operator" in browser.get("/login").text
    access.store.people.add_staff("Olga", "operator", PASSWORD)
    page = browser.get("/login", params={"next": "/operate/people"}).text
    for told in ("Lamps &amp; more", "Sign in to Operate", "Ask an operator of Lamps &amp; more"):
        assert told in page
    assert "user add" not in page


def test_after_a_wrong_password_the_name_stays_and_the_password_is_typed_next(browser: TestClient) -> None:
    def focused(page: str, name: str) -> bool:
        return f'name="{name}"' in page.partition(" autofocus")[0].rpartition("<input ")[2]

    assert focused(browser.get("/login").text, "name")
    again = browser.post("/login", data={"name": 'An"na<b>', "password": "wrong"}).text
    assert 'value="An&#34;na&lt;b&gt;"' in again and focused(again, "password")
