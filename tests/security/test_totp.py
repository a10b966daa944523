"""Codes from an app: asked for after the password, never taken twice, and no way around them."""

import re
import time
from collections.abc import Callable, Iterator

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from chatbot.commands import run_command
from chatbot.dialogue.session import Session
from chatbot.people_commands import user
from chatbot.rates import Rate
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.second_factors import RECOVERY_CODES, STEP_SECONDS
from chatbot.store.sign_ins import MOST_WRONG_CODES
from chatbot.store.sqlite.store import SqliteStore
from chatbot.web.access import STAFF_COOKIE, Access, AccessMiddleware
from chatbot.web.sign_in import login_routes

PASSWORD = "correct horse battery"
CLOCK = "chatbot.store.sqlite.second_factors.time.time"


@pytest.fixture
def store(session: Session) -> Store:
    return session.store


@pytest.fixture
def olga(store: Store) -> Person:
    return store.people.add_staff("Olga", "operator", PASSWORD)


@pytest.fixture
def app(store: Store, olga: Person) -> pyotp.TOTP:
    """The app on Olga's phone."""
    return pyotp.TOTP(store.second_factors.propose(olga))


@pytest.fixture
def recovery(store: Store, olga: Person, app: pyotp.TOTP, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Codes are asked for since a while, and these are the ones for emergencies."""
    before = time.time() - 5 * STEP_SECONDS
    with monkeypatch.context() as patch:
        patch.setattr(CLOCK, lambda: before)
        return store.second_factors.turn_on(olga, app.at(int(before)))


@pytest.fixture
def browser(access: Access, olga: Person, serve: Callable[[FastAPI], str]) -> Iterator[httpx.Client]:
    web = FastAPI()
    web.include_router(login_routes(access))
    web.add_middleware(AccessMiddleware, access=access)
    with httpx.Client(base_url=serve(web), timeout=60) as client:
        yield client


def give_password(browser: httpx.Client) -> httpx.Response:
    return browser.post("/login", data={"name": "Olga", "password": PASSWORD, "next": "/account"})


def give_code(browser: httpx.Client, code: str) -> httpx.Response:
    return browser.post("/login/code", data={"code": code, "next": "/account"})


def test_the_password_alone_opens_nothing(browser: httpx.Client, app: pyotp.TOTP, recovery: list[str]) -> None:
    assert give_password(browser).headers["location"] == "/login/code?next=/account"
    assert browser.get("/login/code").status_code == 200
    assert browser.get("/account/").status_code == 401
    assert give_code(browser, "000000").status_code == 401
    assert browser.get("/account/").status_code == 401
    answer = give_code(browser, app.now())
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert browser.get("/account/").status_code == 200


def test_a_code_is_nothing_without_the_password(browser: httpx.Client, app: pyotp.TOTP, recovery: list[str]) -> None:
    assert give_code(browser, app.now()).headers["location"] == "/login?next=/account"
    assert browser.get("/login/code").headers["location"] == "/login?next=/review"


def test_a_code_is_taken_once(store: Store, olga: Person, app: pyotp.TOTP, recovery: list[str]) -> None:
    code = app.now()
    assert store.second_factors.check(olga, code)
    assert not store.second_factors.check(olga, code)


def test_an_earlier_code_is_not_taken_after_a_later_one(
    store: Store, olga: Person, app: pyotp.TOTP, recovery: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.time()
    monkeypatch.setattr(CLOCK, lambda: moment)
    assert store.second_factors.check(olga, app.at(int(moment)))
    assert not store.second_factors.check(olga, app.at(int(moment) - STEP_SECONDS))
    assert store.second_factors.check(olga, app.at(int(moment) + STEP_SECONDS))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(
    store: Store,
    olga: Person,
    app: pyotp.TOTP,
    recovery: list[str],
    monkeypatch: pytest.MonkeyPatch,
    steps: int,
    taken: bool,
) -> None:
    moment = time.time() + 10 * STEP_SECONDS
    monkeypatch.setattr(CLOCK, lambda: moment)
    assert store.second_factors.check(olga, app.at(int(moment) + steps * STEP_SECONDS)) is taken


def test_the_code_that_turned_it_on_signs_nobody_in(store: Store, olga: Person, app: pyotp.TOTP) -> None:
    code = app.now()
    store.second_factors.turn_on(olga, code)
    assert not store.second_factors.check(olga, code)


def test_each_recovery_code_signs_in_once(
    browser: httpx.Client, store: Store, olga: Person, recovery: list[str]
) -> None:
    assert len(set(recovery)) == RECOVERY_CODES
    give_password(browser)
    assert give_code(browser, recovery[0].upper()).status_code == 303
    assert store.second_factors.recovery_codes_left(olga) == RECOVERY_CODES - 1
    give_password(browser)
    assert give_code(browser, recovery[0]).status_code == 401


def test_a_recovery_code_is_not_stored_as_it_is(store: SqliteStore, recovery: list[str]) -> None:
    kept = "\n".join(store.database.here.conn.iterdump())
    assert not any(code.replace("-", "") in kept or code in kept for code in recovery)


def test_wrong_codes_take_one_back_to_the_password(
    browser: httpx.Client, app: pyotp.TOTP, recovery: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.web.sign_in_tries.NAME_RATE", Rate(100, 60))
    monkeypatch.setattr("chatbot.web.sign_in_tries.FREE_FAILURES", 100)
    give_password(browser)
    assert [give_code(browser, "x").status_code for _ in range(MOST_WRONG_CODES)] == [401] * MOST_WRONG_CODES
    assert give_code(browser, app.now()).headers["location"].startswith("/login?")
    assert browser.get("/account/").status_code == 401


def test_another_password_ends_what_waits_for_a_code(
    browser: httpx.Client, store: Store, olga: Person, app: pyotp.TOTP, recovery: list[str]
) -> None:
    give_password(browser)
    store.accounts.set_password(olga, "seven green lanterns swim", "system")
    assert give_code(browser, app.now()).headers["location"].startswith("/login?")


def test_it_is_turned_on_and_off_at_the_account(browser: httpx.Client, store: Store, olga: Person) -> None:
    give_password(browser)
    shown = browser.post("/account/codes").text
    found = re.search("<code>([A-Z2-7]{32})</code>", shown)
    assert found and "<svg" in shown and "otpauth://totp/" in shown
    assert found[1] not in browser.get("/account/").text
    assert browser.post("/account/codes-on", data={"code": "000000"}).status_code == 422
    assert not store.second_factors.is_on(olga)
    told = browser.post("/account/codes-on", data={"code": pyotp.TOTP(found[1]).now()}).text
    assert len(re.findall("<code>[a-z2-7-]{19}</code>", told)) == RECOVERY_CODES
    assert browser.post("/account/codes").status_code == 409
    assert browser.post("/account/codes-off", data={"password": "wrong"}).headers["location"].endswith("fault=password")
    assert store.second_factors.is_on(olga)
    assert browser.post("/account/codes-off", data={"password": PASSWORD}).headers["location"].endswith("codes-off")
    assert not store.second_factors.is_on(olga)


def test_turning_it_on_signs_out_elsewhere(browser: httpx.Client, access: Access, store: Store, olga: Person) -> None:
    elsewhere = {STAFF_COOKIE: access.staff_token(olga)}
    give_password(browser)
    secret = store.second_factors.propose(olga)
    browser.post("/account/codes-on", data={"code": pyotp.TOTP(secret).now()})
    assert access.staff(elsewhere) is None and browser.get("/account/").status_code == 200


def test_an_operator_resets_it(store: Store, olga: Person, access: Access, recovery: list[str]) -> None:
    cookies = {STAFF_COOKIE: access.staff_token(olga)}
    assert run_command(user, ["reset-codes", "Olga"]) == 0
    assert not store.second_factors.is_on(olga) and access.staff(cookies) is None
    assert run_command(user, ["reset-codes", "Olga"]) == 2
