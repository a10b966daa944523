"""How often a person may do what: by cookie, key and address, on the chat page and on `/v1`."""

from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.session import Session
from chatbot.errors import BusyError
from chatbot.rates import Rate
from chatbot.records import ApiKey, new_id
from chatbot.settings import load_settings
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from chatbot.web.chat_events import ChatEvents
from chatbot.web.chat_opinions import OpinionEvents
from chatbot.web.chat_screen import Screen
from chatbot.web.rates import RateLimits


def asker(access: Access, visitor: str | None = None, address: str = "203.0.113.9") -> SimpleNamespace:
    cookies = {VISITOR_COOKIE: access.visitor_token(visitor)} if visitor else {}
    return SimpleNamespace(session_hash="tab", cookies=cookies, client=SimpleNamespace(host=address))


@pytest.fixture
def limits(access: Access) -> RateLimits:
    settings = load_settings(message_rate="3/minute", api_rate="3/minute", people_per_address=4)
    return RateLimits(settings, access)


def test_a_visitor_is_limited_wherever_they_are(limits: RateLimits, access: Access) -> None:
    for number in range(3):
        limits.message(asker(access, "ann", f"198.51.100.{number}"))
    with pytest.raises(BusyError, match=r"more than 3 messages in a minute from you: try again in \d+ seconds"):
        limits.message(asker(access, "ann", "198.51.100.77"))
    limits.message(asker(access, "ben"))
    limits.feedback(asker(access, "ann"))


def test_fresh_cookies_do_not_add_up_at_one_address(limits: RateLimits, access: Access) -> None:
    for _ in range(12):
        limits.message(asker(access, new_id()))
    with pytest.raises(BusyError, match="more than 12 messages in a minute from your address") as caught:
        limits.message(asker(access, new_id()))
    assert caught.value.retry_after and 1 <= caught.value.retry_after <= 61
    limits.message(asker(access, new_id(), "198.51.100.1"))


def test_those_without_a_cookie_are_one_person(limits: RateLimits, access: Access) -> None:
    for _ in range(3):
        limits.message(asker(access))
    with pytest.raises(BusyError, match="from you"):
        limits.message(asker(access))
    limits.message(asker(access, "ann"))


def test_one_household_is_one_address(limits: RateLimits, access: Access) -> None:
    for number in range(3):
        limits.message(asker(access, address=f"2001:db8::{number + 1}"))
    with pytest.raises(BusyError):
        limits.message(asker(access, address="2001:db8::beef"))


def test_staff_are_known_by_their_own_cookie(limits: RateLimits, access: Access) -> None:
    anna = access.store.people.add_key_holder("anna", "agent")
    request = asker(access)
    request.cookies[STAFF_COOKIE] = access.staff_token(anna)
    for _ in range(3):
        limits.message(request)
    with pytest.raises(BusyError, match="3 messages"):
        limits.message(request)
    limits.message(asker(access, "ann"))


def test_the_api_counts_keys_and_addresses(limits: RateLimits, access: Access) -> None:
    key = ApiKey(name="shop", role="app", person="p", created_at="2026")
    for number in range(3):
        limits.api(asker(access, address=f"198.51.100.{number}"), key)
        limits.api(asker(access, new_id()), None)
    with pytest.raises(BusyError, match="this key"):
        limits.api(asker(access, address="198.51.100.99"), key)
    with pytest.raises(BusyError, match="your address"):
        limits.api(asker(access, new_id()), None)


def test_the_page_says_that_it_was_too_much(session: Session, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    session.settings.__dict__.update(message_rate=Rate(2, 60), feedback_rate=Rate(1, 60))
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda text, title: said.append(text))
    monkeypatch.setattr(gr, "Info", lambda text, title: None)
    screen = Screen(session, access)
    events, opinions = ChatEvents(screen), OpinionEvents(screen)
    visitor = session.store.people.add_visitor()
    request = asker(access, visitor.id)
    for text in ("Hello", "Hello there", "Hello once more"):
        list(events.ask(text, None, request))
    assert len(session.store.conversations.of(visitor)) == 2
    assert [text.partition(":")[0] for text in said] == ["More than 2 messages in a minute from you"]
    opinions.consent(True, request)
    assert opinions.consent(False, request) is True
    kept = session.store.people.get(visitor.id)
    assert kept and kept.consent and len(said) == 2
    refused = opinions.rate(gr.EventData(None, {"message": "m", "value": "like"}), request)
    receipt = refused["receipt"]
    assert isinstance(receipt, dict) and receipt["rating"] is None and "ratings" in said[-1]
