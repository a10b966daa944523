"""Who may see what: signing in and out over a real server, pages refused by role, cookies that cannot be forged."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from itsdangerous import TimestampSigner

from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access, AccessMiddleware
from chatbot.web.api import api_routes
from chatbot.web.sign_in import login_routes
from tests.conftest import Serve, desk_of

PASSWORD = "correct horse battery"


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(login_routes(access))

    @app.get("/")
    @app.get("/review/")
    @app.get("/review/queue")
    @app.get("/operate/")
    @app.get("/reviewer")
    def page() -> str:
        return "page"

    app.add_middleware(AccessMiddleware, access=access)
    session.store.people.add_staff("Anna", "agent", PASSWORD)
    session.store.people.add_staff("Olga", "operator", PASSWORD)
    return serve(app)


@contextmanager
def signed_in(url: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        response = client.post("/login", data={"name": name, "password": PASSWORD, "next": "/review"})
        assert response.status_code == 303 and response.headers["location"] == "/review"
        yield client


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(url: str) -> None:
    wrong = httpx.post(f"{url}/login", data={"name": "Anna", "password": "wrong"})
    unknown = httpx.post(f"{url}/login", data={"name": "Nobody", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401 and wrong.text.replace("Anna", "Nobody") == unknown.text
    assert "Name or password is wrong" in wrong.text and STAFF_COOKIE not in wrong.cookies


def test_guessing_passwords_is_slowed_down(url: str) -> None:
    answers = [httpx.post(f"{url}/login", data={"name": "Anna", "password": "wrong"}).status_code for _ in range(11)]
    assert answers == [401] * 5 + [429] * 6


def test_a_visitor_is_sent_to_sign_in_and_a_program_is_refused(url: str) -> None:
    browser = httpx.get(f"{url}/operate", headers={"accept": "text/html"})
    assert browser.status_code == 303 and browser.headers["location"] == "/login?next=/operate"
    assert httpx.get(f"{url}/review").status_code == 401
    assert httpx.get(f"{url}/review/queue").status_code == 401
    assert httpx.post(f"{url}/review/queue").status_code == 401
    assert httpx.get(f"{url}/reviewer").status_code == 200


def test_an_agent_reviews_and_does_not_operate(url: str) -> None:
    with signed_in(url, "Anna") as anna:
        assert anna.get("/review/").status_code == 200
        refused = anna.get("/operate/")
        assert refused.status_code == 403 and "operators" in refused.json()["detail"]


def test_a_refused_person_reads_whose_page_it_is_and_where_to_go(url: str) -> None:
    with signed_in(url, "Anna") as anna:
        page = anna.get("/operate/", headers={"accept": "text/html"})
        assert page.status_code == 403 and page.headers["content-type"].startswith("text/html")
        assert "/operate is for operators; you are signed in as agent Anna" in page.text
        assert 'href="/review/"' in page.text and "{" not in page.text.split("</style>")[-1]


def test_a_link_to_what_is_on_view_survives_signing_in(url: str) -> None:
    asked = "/review?case=ab12&status=mine"
    sent = httpx.get(url + asked, headers={"accept": "text/html"}).headers["location"]
    assert sent == "/login?next=/review%3Fcase%3Dab12%26status%3Dmine"
    assert 'value="/review?case=ab12&amp;status=mine"' in httpx.get(url + sent).text
    data = {"name": "Anna", "password": PASSWORD, "next": asked}
    with httpx.Client(base_url=url) as client:
        assert client.post("/login", data=data).headers["location"] == asked
        assert client.get(asked).headers["location"] == "/review/?case=ab12&status=mine"


def test_an_operator_sees_both_until_signing_out(url: str) -> None:
    with signed_in(url, "Olga") as olga:
        assert olga.get("/review/").status_code == olga.get("/operate/").status_code == 200
        assert olga.post("/logout").headers["location"] == "/login"
        assert olga.get("/operate/").status_code == 401


def test_signing_in_never_leads_elsewhere(url: str) -> None:
    data = {"name": "Anna", "password": PASSWORD, "next": "https://example.com/"}
    assert httpx.post(f"{url}/login", data=data).headers["location"] == "/review"
    page = httpx.get(f"{url}/login", params={"next": '"><script>'}).text
    assert "<script>" not in page


def test_a_visitor_gets_one_cookie_and_is_stored_when_they_act(url: str, session: Session, access: Access) -> None:
    with httpx.Client(base_url=url) as client:
        token = client.get("/").cookies[VISITOR_COOKIE]
        assert VISITOR_COOKIE not in client.get("/").cookies
    visitor_id = access.visitor_id({VISITOR_COOKIE: token})
    assert visitor_id and session.store.people.get(visitor_id) is None
    assert access.visitor({VISITOR_COOKIE: token}).id == visitor_id


def test_forged_and_swapped_cookies_name_nobody(session: Session, access: Access, tmp_path: Path) -> None:
    anna = session.store.people.add_staff("Anna", "agent", PASSWORD)
    stranger = Access(session.store, tmp_path / "other.key")
    assert access.staff({STAFF_COOKIE: access.staff_token(anna)}) == anna
    assert access.staff({STAFF_COOKIE: stranger.staff_token(anna)}) is None
    assert access.staff({STAFF_COOKIE: access.visitor_token(anna.id)}) is None
    assert access.staff({STAFF_COOKIE: "nonsense"}) is None
    visitor = session.store.people.add_visitor()
    assert access.staff({STAFF_COOKIE: access.staff_token(visitor)}) is None


@pytest.mark.parametrize("ahead", [2, 600, 5 * 3600, 40 * 24 * 3600])
def test_a_clock_that_was_ahead_costs_nobody_their_cookie(
    url: str, session: Session, access: Access, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    anna = next(person for person in session.store.people.staff() if person.name == "Anna")
    tokens = dated(access, anna, time.time() + ahead, monkeypatch)
    assert access.visitor_id(tokens) == "somebody" and access.staff(tokens) == anna
    with httpx.Client(base_url=url, cookies=tokens) as client:
        assert VISITOR_COOKIE not in client.get("/").cookies
        assert client.get("/review/").status_code == 200


def test_a_visitors_cookie_is_kept_however_old_and_a_sign_in_ends(
    url: str, session: Session, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = next(person for person in session.store.people.staff() if person.name == "Anna")
    old = dated(access, anna, time.time() - 500 * 24 * 3600, monkeypatch)
    assert access.visitor_id(old) == "somebody" and access.staff(old) is None
    assert VISITOR_COOKIE not in httpx.get(url, cookies=old).cookies
    assert access.staff(dated(access, anna, time.time() - 12 * 3600 - 5, monkeypatch)) is None
    assert access.staff(dated(access, anna, time.time() - 12 * 3600 + 60, monkeypatch)) == anna


def test_the_api_keeps_a_cookie_from_a_clock_that_was_ahead(
    session: Session, access: Access, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    visitor = session.store.people.add_visitor()
    cookies = dated(access, visitor, time.time() + 3600, monkeypatch)
    body = {"model": "champion", "messages": [{"role": "user", "content": "Hello"}]}
    answer = httpx.post(f"{serve(app)}/v1/chat/completions", json=body, cookies=cookies, timeout=20)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert len(session.store.conversations.of(session.store.people.visitor("somebody"))) == 1


def dated(access: Access, person: Person, seconds: float, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Both cookies as a clock that showed another time signed them."""
    moment = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
    with monkeypatch.context() as patch:
        patch.setattr("chatbot.store.sqlite.sign_ins.now", lambda: moment)
        patch.setattr(TimestampSigner, "get_timestamp", lambda signer: int(seconds))
        return {VISITOR_COOKIE: access.visitor_token("somebody"), STAFF_COOKIE: access.staff_token(person)}


def test_head_of_a_page_is_answered_like_get(url: str) -> None:
    assert httpx.head(f"{url}/login").status_code == 200
    redirect = httpx.head(f"{url}/review", headers={"accept": "text/html"})
    assert (redirect.status_code, redirect.headers["location"]) == (303, "/login?next=/review")


def test_the_key_outlives_a_restart_and_is_private(session: Session, access: Access, home: Path) -> None:
    token = access.visitor_token("somebody")
    assert Access(session.store, home / "cookie.key").visitor_id({VISITOR_COOKIE: token}) == "somebody"
    assert (home / "cookie.key").stat().st_mode & 0o077 == 0
