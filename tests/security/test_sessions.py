"""Sign-ins end when they should, at once and everywhere: cookies, open pages and open streams of events."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from chatbot.dialogue.session import Session
from chatbot.errors import AccessError
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.sign_ins import MOST_WRONG_CODES
from chatbot.web.access import SIGNED_OUT, STAFF_COOKIE, Access, AccessMiddleware
from chatbot.web.pages import OPERATE, REVIEW
from chatbot.web.sign_in import login_routes

PASSWORD = "correct horse battery"
OTHER = "seven green lanterns swim"
PATIENCE = 60
Serve = Callable[[FastAPI], str]
Change = Callable[[Store, Person], object]

CHANGES: dict[str, Change] = {
    "another password": lambda store, olga: store.accounts.set_password(olga, OTHER, "system"),
    "made an agent": lambda store, olga: store.accounts.set_role(olga, "agent", "system", even_last=True),
    "disabled": lambda store, olga: store.accounts.disable(olga, "system", even_last=True),
    "removed": lambda store, olga: store.accounts.remove(olga, "system", even_last=True),
}


@pytest.fixture
def store(session: Session) -> Store:
    return session.store


@pytest.fixture
def access(store: Store, home: Path) -> Access:
    return Access(store, home / "cookie.key", ["Lamp Shop"])


@pytest.fixture
def olga(store: Store) -> Person:
    return store.people.add_staff("Olga", "operator", PASSWORD)


@pytest.fixture
def url(access: Access, olga: Person, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(login_routes(access))

    @app.get("/review/")
    @app.get("/operate/")
    def page() -> str:
        return "page"

    @app.get("/review/events")
    def events() -> StreamingResponse:
        def ticks() -> Iterator[str]:
            while True:
                yield "data: tick\n\n"
                time.sleep(0.02)

        return StreamingResponse(ticks(), media_type="text/event-stream")

    app.add_middleware(AccessMiddleware, access=access)
    return serve(app)


@contextmanager
def signed_in(url: str, agent: str = "") -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"user-agent": agent} if agent else {}, timeout=PATIENCE) as client:
        answer = client.post("/login", data={"name": "Olga", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


def test_signing_out_ends_the_sign_in_and_not_the_cookie_alone(url: str, store: Store, olga: Person) -> None:
    with signed_in(url) as browser:
        stolen = dict(browser.cookies)
        assert httpx.get(f"{url}/operate/", cookies=stolen, timeout=PATIENCE).status_code == 200
        browser.post("/logout")
    assert httpx.get(f"{url}/operate/", cookies=stolen, timeout=PATIENCE).status_code == 401
    assert store.sign_ins.of(olga) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_account_is_signed_out_everywhere_at_once(url: str, store: Store, olga: Person, change: str) -> None:
    with signed_in(url) as one, signed_in(url) as another:
        assert one.get("/operate/").status_code == another.get("/review/").status_code == 200
        CHANGES[change](store, olga)
        assert one.get("/operate/").status_code == another.get("/review/").status_code == 401
        assert one.get("/account/").status_code == another.post("/account/end-others").status_code == 401


@pytest.mark.parametrize("change", CHANGES)
def test_handlers_of_a_page_that_was_open_are_refused(access: Access, store: Store, olga: Person, change: str) -> None:
    request = SimpleNamespace(cookies={STAFF_COOKIE: access.staff_token(olga)})
    assert access.staff_for(OPERATE, request.cookies) == olga
    CHANGES[change](store, olga)
    for page in (OPERATE, REVIEW):
        with pytest.raises(AccessError, match=SIGNED_OUT):
            access.staff_for(page, request.cookies)


@pytest.mark.parametrize("change", CHANGES)
def test_a_stream_of_events_that_was_open_ends(url: str, store: Store, olga: Person, change: str) -> None:
    with signed_in(url) as browser, browser.stream("GET", "/review/events", timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "data: tick"
        CHANGES[change](store, olga)
        rest = threading.Thread(target=list, args=[lines], daemon=True)
        rest.start()
        rest.join(10)
        assert not rest.is_alive(), "the stream went on"


def test_a_sign_in_under_way_does_not_outlive_the_change(access: Access, store: Store, olga: Person) -> None:
    checked = store.people.check_password("Olga", PASSWORD)
    assert checked == olga
    store.accounts.set_password(olga, OTHER, "system")
    with pytest.raises(AccessError, match="sign in again"):
        access.staff_token(checked)


def test_a_disabled_account_is_told_as_a_wrong_password_is(url: str, store: Store, olga: Person) -> None:
    store.accounts.disable(olga, "system", even_last=True)
    right = httpx.post(f"{url}/login", data={"name": "Olga", "password": PASSWORD}, timeout=PATIENCE)
    wrong = httpx.post(f"{url}/login", data={"name": "Olga", "password": OTHER}, timeout=PATIENCE)
    assert right.status_code == wrong.status_code == 401 and right.text == wrong.text
    store.accounts.enable(olga, "system")
    with signed_in(url):
        assert len(store.sign_ins.of(olga)) == 1


def test_one_sees_and_ends_ones_own_sign_ins(url: str, store: Store, olga: Person) -> None:
    agents = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/605", "curl/8.5")
    with ExitStack() as open_browsers:
        laptop, phone, program = (open_browsers.enter_context(signed_in(url, agent)) for agent in agents)
        page = laptop.get("/account/").text
        assert all(name in page for name in ("Firefox on Linux", "Safari on iPhone", "curl", "127.0.0.1"))
        theirs = next(one for one in store.sign_ins.of(olga) if one.browser == "Safari on iPhone")
        assert laptop.post("/account/end", data={"id": theirs.id}).status_code == 303
        assert phone.get("/account/").status_code == 401
        assert laptop.get("/account/").status_code == program.get("/account/").status_code == 200
        assert laptop.post("/account/end-others").status_code == 303
        assert program.get("/account/").status_code == 401 and laptop.get("/account/").status_code == 200


def test_nobody_ends_the_sign_ins_of_others(url: str, access: Access, store: Store, olga: Person) -> None:
    anna = store.people.add_staff("Anna", "agent", PASSWORD)
    theirs = {STAFF_COOKIE: access.staff_token(olga)}
    with httpx.Client(base_url=url, cookies={STAFF_COOKIE: access.staff_token(anna)}) as browser:
        (sign_in,) = store.sign_ins.of(olga)
        assert browser.post("/account/end", data={"id": sign_in.id}).status_code == 404
        assert browser.post("/account/end-others").status_code == 303
        assert "Olga" not in browser.get("/account/").text
    assert access.staff(theirs) == olga


def test_who_changes_their_password_stays_signed_in_here_only(url: str, store: Store) -> None:
    with signed_in(url) as here, signed_in(url) as elsewhere:
        before = here.cookies[STAFF_COOKIE]
        form = {"password": PASSWORD, "new": OTHER, "again": OTHER}
        assert here.post("/account/password", data=form).headers["location"] == "/account/?done=password"
        assert here.get("/account/").status_code == 200 and here.cookies[STAFF_COOKIE] != before
        assert elsewhere.get("/account/").status_code == 401
        assert httpx.get(f"{url}/account/", cookies={STAFF_COOKIE: before}, timeout=PATIENCE).status_code == 401
    assert store.people.check_password("Olga", OTHER) and not store.people.check_password("Olga", PASSWORD)


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ({"password": "wrong", "new": OTHER, "again": OTHER}, 401, "present password"),
        ({"password": PASSWORD, "new": OTHER, "again": PASSWORD}, 422, "differently"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, 422, "at least 12"),
        ({"password": PASSWORD, "new": "Password1234", "again": "Password1234"}, 422, "easily guessed"),
        ({"password": PASSWORD, "new": "Lamp-Shop-2026", "again": "Lamp-Shop-2026"}, 422, "easily guessed"),
    ],
)
def test_a_password_that_may_not_be_is_told_and_nothing_changes(
    url: str, store: Store, given: dict[str, str], status: int, told: str
) -> None:
    with signed_in(url) as browser:
        answer = browser.post("/account/password", data=given)
        assert answer.status_code == status and told in answer.text
        assert browser.get("/account/").status_code == 200
    assert store.people.check_password("Olga", PASSWORD)


def test_guessing_the_present_password_is_slowed_down(url: str) -> None:
    with signed_in(url) as browser:
        form = {"password": "wrong", "new": OTHER, "again": OTHER}
        answers = [browser.post("/account/password", data=form).status_code for _ in range(10)]
    assert answers[-1] == 429 and MOST_WRONG_CODES < 10


def test_the_database_and_its_cookies_do_not_give_each_other_away(access: Access, store: Store, olga: Person) -> None:
    token = access.staff_token(olga)
    (row,) = store.sign_ins.of(olga)
    assert row.id not in token and access.staff({STAFF_COOKIE: row.id}) is None
