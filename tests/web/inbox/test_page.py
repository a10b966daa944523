"""The frame of the page /review, over HTTP: what it loads, under which policy, and who gets it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.records import STAR_CRITERIA
from chatbot.settings import load_settings
from chatbot.web.access import Access
from chatbot.web.guarding import guard
from chatbot.web.inbox.page import inbox_page_routes
from chatbot.web.modules import Modules
from chatbot.web.sign_in import login_routes
from chatbot.web.vendored import mount_vendored
from tests.conftest import PASSWORD, Serve

HTML = {"accept": "text/html"}


@pytest.fixture
def client(session: Session, access: Access, serve: Serve) -> Iterator[httpx.Client]:
    app = FastAPI()
    guard(app, load_settings(), access)
    app.include_router(login_routes(access))
    modules = Modules()
    app.include_router(inbox_page_routes(access, lambda: 'Lamps & "Lights"', modules))
    modules.mount(app)
    mount_vendored(app)
    session.store.people.add_staff("Anna", "agent", PASSWORD)
    session.store.people.add_staff("Olga", "operator", PASSWORD)
    with httpx.Client(base_url=serve(app), headers=HTML, timeout=60) as client:
        yield client


def sign_in(client: httpx.Client, name: str) -> httpx.Response:
    client.post("/login", data={"name": name, "password": PASSWORD})
    return client.get("/review/")


def test_everything_that_it_loads_is_there_and_of_this_host(client: httpx.Client) -> None:
    page = sign_in(client, "Anna")
    links = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)
    assert len(links) > 20 and len(links) == len(set(links)) + 1, "the page's own module is named twice"
    for link in links:
        answer = client.get(urljoin(str(page.url), link))
        lasts = "immutable" in answer.headers.get("cache-control", "")
        assert answer.status_code == 200 and lasts == ("/vendored/" not in link), link
    assert "http:" not in page.text and "https:" not in page.text


def test_its_policy_lets_in_files_of_this_host_and_no_eval(client: httpx.Client) -> None:
    policy = sign_in(client, "Anna").headers["content-security-policy"]
    assert "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy


def test_it_says_what_the_components_have_to_know(client: httpx.Client) -> None:
    page = sign_in(client, "Olga").text
    found = re.search(r'data-facts="([^"]+)"', page)
    assert found
    facts = json.loads(unescape(found[1]))
    assert facts["title"] == 'Lamps & "Lights"' and facts["criteria"] == list(STAR_CRITERIA)
    assert facts["reasons"] == ["handed off", "disliked", "uncertain", "new"]


def test_operators_are_shown_the_way_to_their_page_and_agents_are_not(client: httpx.Client) -> None:
    assert "../operate/" in sign_in(client, "Olga").text
    client.cookies.clear()
    assert "../operate/" not in sign_in(client, "Anna").text
    client.cookies.clear()
    assert client.get("/review/").headers["location"] == "/login?next=/review"
