"""Replies that open tabs wait for: begun once, followed at the page's pace, stopped with the tab."""

from collections.abc import Iterator
from typing import NoReturn

import pytest

from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, InputError
from chatbot.web.chat_view import empty_view
from chatbot.web.open_tabs import FollowedReply, Tabs
from tests.web.conftest import database_of

WORDS = " ".join(["red"] * 300)


@pytest.fixture
def tabs(session: Session) -> Tabs:
    return Tabs(session)


@pytest.fixture
def slow(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    with session.live.lease() as (_, knowledge):
        engine = ScriptedEngine(script=lambda messages: WORDS, seconds_per_word=0.02)
        live = LiveEngine(lambda name: (engine, knowledge), lambda: "base")
    monkeypatch.setattr(session, "live", live)
    yield session
    live.close()


def begin(session: Session, tabs: Tabs, key: str, text: str = "what does sending back cost") -> FollowedReply:
    visitor = session.store.people.add_visitor()
    begun = tabs.begin(tabs.tab(key), (visitor.id, text), lambda: (session.say(visitor, text), empty_view()))
    assert begun
    return begun[0]


def test_a_reply_is_followed_to_its_end(session: Session, tabs: Tabs) -> None:
    turn = begin(session, tabs, "a")
    list(turn.follow())
    assert turn.done and not tabs.tab("a").busy
    assert database_of(session).rows("select status from messages where role = 'assistant'") == [{"status": "complete"}]


def test_a_tab_has_one_reply_at_a_time_and_can_stop_it(slow: Session, tabs: Tabs) -> None:
    turn = begin(slow, tabs, "a")
    with pytest.raises(BusyError, match="one reply at a time"):
        begin(slow, tabs, "a", "And lamps?")
    tabs.stop("a")
    list(turn.follow())
    assert database_of(slow).rows("select status from messages where role = 'assistant'") == [{"status": "stopped"}]


def test_a_tab_that_is_closed_stops_its_reply_and_is_forgotten(slow: Session, tabs: Tabs) -> None:
    turn = begin(slow, tabs, "a")
    tabs.close("a")
    list(turn.follow())
    assert turn.done and not tabs.tab("a").turns


def test_a_reply_that_was_left_is_finished_unseen(session: Session, tabs: Tabs) -> None:
    turn = begin(session, tabs, "a")
    tabs.tab("a").leave()
    tabs.stop("a")
    list(turn.follow())
    assert turn.left
    assert database_of(session).rows("select status from messages where role = 'assistant'") == [{"status": "complete"}]


def test_a_wish_is_begun_once_but_again_after_it_was_refused(session: Session, tabs: Tabs) -> None:
    tab, visitor = tabs.tab("a"), session.store.people.add_visitor()

    def refused() -> NoReturn:
        raise InputError("too long")

    with pytest.raises(InputError):
        tabs.begin(tab, "wish", refused)
    begun = tabs.begin(tab, "wish", lambda: (session.say(visitor, "And lamps?"), empty_view()))
    assert begun and tabs.begin(tab, "wish", refused) is None
    list(begun[0].follow())


def test_what_ended_a_reply_is_told_to_whoever_follows(
    session: Session, tabs: Tabs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> NoReturn:
        raise InputError("the message is too long")

    monkeypatch.setattr("chatbot.dialogue.answering.prepare_turn", fail)
    turn = begin(session, tabs, "a")
    with pytest.raises(InputError, match="too long"):
        list(turn.follow())
