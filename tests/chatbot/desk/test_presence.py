"""Who is there: agents and visitors, while a stream of theirs is open."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatbot.broker import Happening
from chatbot.desk.desk import Desk
from chatbot.desk.presence import MOST_STREAMS, Presence
from chatbot.errors import BusyError, NotFoundError
from chatbot.records import Person
from chatbot.store.sqlite.store import SqliteStore

SOON = 0.05


@pytest.fixture
def presence(store: SqliteStore) -> Iterator[Presence]:
    presence = Presence(store, SOON, SOON)
    yield presence
    presence.close()


@pytest.fixture(autouse=True)
def until(store: SqliteStore) -> Callable[[Callable[[Happening], bool]], bool]:
    """Waits until something has happened that is wanted."""
    happened, told = list[Happening](), threading.Condition()

    def hear(happening: Happening) -> None:
        with told:
            happened.append(happening)
            told.notify_all()

    def wait(wanted: Callable[[Happening], bool]) -> bool:
        with told:
            return told.wait_for(lambda: any(map(wanted, happened)), 5)

    store.broker.listen(hear)
    return wait


@pytest.fixture
def conversation(store: SqliteStore, visitor: Person) -> str:
    started = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(started, None, "Hello")
    return started.id


def gone(happening: Happening) -> bool:
    return happening.kind == "presence" and happening.detail["there"] is False


def test_a_case_returns_to_the_queue_when_the_last_inbox_of_its_agent_is_closed(
    store: SqliteStore, presence: Presence, agent: Person, conversation: str, until: Callable[..., bool]
) -> None:
    store.cases.claim(conversation, agent)
    with presence.agent(agent.id), presence.agent(agent.id):
        assert presence.agent_there(agent.id)
    assert store.cases.get(conversation).status == "held", "a reload is no leave"
    assert until(gone)
    assert not presence.agent_there(agent.id)
    case = store.cases.get(conversation)
    assert (case.status, case.holder) == ("waiting", None)


def test_who_comes_back_in_time_keeps_what_they_hold(
    store: SqliteStore, presence: Presence, agent: Person, conversation: str, until: Callable[..., bool]
) -> None:
    store.cases.claim(conversation, agent)
    with presence.agent(agent.id):
        pass
    with presence.agent(agent.id):
        assert not threading.Event().wait(4 * SOON)
        assert store.cases.get(conversation).status == "held"
    assert until(gone)


def test_cases_held_before_a_start_wait_for_their_agents_only_so_long(
    store: SqliteStore, presence: Presence, agent: Person, conversation: str, until: Callable[..., bool]
) -> None:
    store.cases.claim(conversation, agent)
    presence.start()
    assert until(gone)
    assert store.cases.get(conversation).status == "waiting"


def test_a_case_given_to_somebody_who_does_not_come_returns(
    store: SqliteStore, presence: Presence, agent: Person, conversation: str, until: Callable[..., bool]
) -> None:
    store.people.add_staff("Ben", "agent", "a long enough password")
    desk = Desk(store, presence)
    assert desk.transfer(conversation, agent, "Ben").holder_name == "Ben"
    assert until(gone)
    assert store.cases.get(conversation).status == "waiting"
    with pytest.raises(NotFoundError, match="known names are"):
        desk.transfer(conversation, agent, "Cy")


def test_a_visitor_who_closes_the_page_is_told_of_and_nothing_else_changes(
    store: SqliteStore, presence: Presence, conversation: str, until: Callable[..., bool]
) -> None:
    with presence.visitor(conversation, "v"):
        assert presence.visitor_there(conversation)
    assert until(lambda happening: gone(happening) and happening.conversation == conversation)
    assert not presence.visitor_there(conversation)
    assert store.cases.get(conversation).status == "open"


def test_a_person_has_only_so_many_streams(presence: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as streams:
        for number in range(MOST_STREAMS):
            streams.enter_context(presence.visitor(f"c{number}", "v"))
        with pytest.raises(BusyError, match="close one"), presence.visitor("c", "v"):
            pass
        with presence.visitor("c", "another"):
            pass
        monkeypatch.setattr("chatbot.desk.presence.MOST_IN_ALL", MOST_STREAMS)
        with pytest.raises(BusyError, match="too many pages"), presence.visitor("c", "another"):
            pass
    with presence.visitor("c", "v"):
        pass
