"""The parts of signing in by themselves: how often one may try, what a plain page holds, whose account it is."""

from pathlib import Path

import pytest
from fastapi import APIRouter, HTTPException, Request
from fastapi.routing import APIRoute

from chatbot.settings import load_settings
from chatbot.store import Store, open_store
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.account import account_routes, owner_by
from chatbot.web.account_codes import code_routes
from chatbot.web.openid import Provider
from chatbot.web.plain_pages import plain_page
from chatbot.web.sign_in_code import code_step_routes
from chatbot.web.sign_in_openid import openid_routes

PASSWORD = "correct horse battery"


@pytest.fixture
def store(home: Path) -> Store:
    return open_store(home / "chatbot.db")


@pytest.fixture
def access(store: Store, home: Path) -> Access:
    return Access(store, home / "cookie.key")


def request_with(cookies: dict[str, str], address: str = "127.0.0.1") -> Request:
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = [(b"cookie", said.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "client": (address, 1)})


def paths(router: APIRouter) -> set[str]:
    return {route.path for route in router.routes if isinstance(route, APIRoute)}


def test_a_plain_page_escapes_and_is_not_kept() -> None:
    page = plain_page("login.html", 401, next="/review", fault="<script>")
    assert page.status_code == 401 and page.headers["cache-control"] == "no-store"
    assert b"<script>" not in page.body and b"&lt;script&gt;" in page.body


def test_an_account_is_that_of_whoever_is_signed_in(store: Store, access: Access) -> None:
    anna, owner = store.people.add_staff("Anna", "agent", PASSWORD), owner_by(access)
    assert owner(request_with({STAFF_COOKIE: access.staff_token(anna)})) == anna
    with pytest.raises(HTTPException) as refused:
        owner(request_with({}))
    assert refused.value.status_code == 401


def test_where_the_routes_stand(access: Access) -> None:
    owner = owner_by(access)
    assert paths(code_step_routes(access)) == {"/login/code"}
    assert paths(code_routes(access, owner, "/account/")) == {"/codes", "/codes-on", "/codes-off"}
    own = {f"/account/{name}" for name in ("", "end", "end-others", "password")}
    assert own <= paths(account_routes(access))
    provider = Provider(load_settings(openid_issuer="https://id.example", openid_client_id="c", openid_agents=["a"]))
    assert paths(openid_routes(access, provider)) == {"/login/openid", "/login/openid/back"}
