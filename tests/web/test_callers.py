"""Who calls `/v1`: a key, a visitor's cookie, or a stranger who is given one."""

from collections.abc import Callable

import pytest
from fastapi import Request
from fastapi.responses import Response

from chatbot.dialogue.session import Session
from chatbot.errors import AccessError, BusyError
from chatbot.settings import load_settings
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.callers import Callers

OpenCallers = Callable[..., Callers]


def request(key: str = "", cookies: dict[str, str] | None = None, address: str = "1.2.3.4") -> Request:
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    headers += [(b"cookie", f"{name}={value}".encode()) for name, value in (cookies or {}).items()]
    return Request({"type": "http", "scheme": "http", "path": "/", "headers": headers, "client": (address, 0)})


@pytest.fixture
def open_callers(session: Session, access: Access) -> OpenCallers:
    return lambda **settings: Callers(load_settings(**settings), session.store, access)


def test_a_stranger_is_given_the_cookie_by_which_they_are_known(open_callers: OpenCallers, access: Access) -> None:
    callers = open_callers()
    stranger = callers.identify(request())
    assert stranger.fresh and stranger.key is None
    welcomed = callers.welcome(stranger, request(), Response())
    token = welcomed.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    known = callers.identify(request(cookies={VISITOR_COOKIE: token}))
    assert (known.visitor, known.fresh) == (stranger.visitor, False)
    assert "set-cookie" not in callers.welcome(known, request(), Response()).headers


def test_any_key_will_do_until_there_is_one(open_callers: OpenCallers, session: Session) -> None:
    callers = open_callers()
    assert callers.identify(request("anything")).key is None
    token = session.store.keys.add("shop", "app")
    known = callers.identify(request(token))
    assert known.key and known.key.name == "shop"
    assert known.person("ada").id != known.person("bob").id
    with pytest.raises(AccessError, match="not known"):
        callers.identify(request("anything"))


def test_a_closed_installation_asks_for_a_key(open_callers: OpenCallers) -> None:
    with pytest.raises(AccessError, match="an API key is needed"):
        open_callers(api_open=False).identify(request())


def test_past_the_rate_a_caller_is_told_when_to_come_back(open_callers: OpenCallers) -> None:
    callers = open_callers(api_rate="1/minute")
    callers.identify(request())
    with pytest.raises(BusyError) as caught:
        callers.identify(request())
    assert caught.value.retry_after and 1 <= caught.value.retry_after <= 61
    callers.identify(request(address="5.6.7.8"))
