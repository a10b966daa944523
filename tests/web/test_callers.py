"""Who calls `/v1`: a key, a visitor's cookie, or a stranger who is given one."""

from types import SimpleNamespace

import pytest
from fastapi.responses import Response

from chatbot.errors import AccessError, BusyError
from chatbot.settings import load_settings
from chatbot.web.access import VISITOR_COOKIE
from chatbot.web.callers import Callers


def request(key: str = "", cookies: dict[str, str] | None = None, address: str = "1.2.3.4") -> SimpleNamespace:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    scope = {"type": "http", "scheme": "http", "path": "/"}
    return SimpleNamespace(headers=headers, cookies=cookies or {}, client=SimpleNamespace(host=address), scope=scope)


@pytest.fixture
def open_callers(session, access):
    return lambda **settings: Callers(load_settings(**settings), session.store, access)


def test_a_stranger_is_given_the_cookie_by_which_they_are_known(open_callers, access) -> None:
    callers = open_callers()
    stranger = callers.identify(request())
    assert stranger.fresh and stranger.key is None
    welcomed = callers.welcome(stranger, request(), Response())
    token = welcomed.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    known = callers.identify(request(cookies={VISITOR_COOKIE: token}))
    assert (known.visitor, known.fresh) == (stranger.visitor, False)
    assert "set-cookie" not in callers.welcome(known, request(), Response()).headers


def test_any_key_will_do_until_there_is_one(open_callers, session) -> None:
    callers = open_callers()
    assert callers.identify(request("anything")).key is None
    token = session.store.keys.add("shop", "app")
    known = callers.identify(request(token))
    assert known.key and known.key.name == "shop"
    assert known.person("ada").id != known.person("bob").id
    with pytest.raises(AccessError, match="not known"):
        callers.identify(request("anything"))


def test_a_closed_installation_asks_for_a_key(open_callers) -> None:
    with pytest.raises(AccessError, match="an API key is needed"):
        open_callers(api_open=False).identify(request())


def test_past_the_rate_a_caller_is_told_when_to_come_back(open_callers) -> None:
    callers = open_callers(api_rate="1/minute")
    callers.identify(request())
    with pytest.raises(BusyError) as caught:
        callers.identify(request())
    assert caught.value.retry_after and 1 <= caught.value.retry_after <= 61
    callers.identify(request(address="5.6.7.8"))
