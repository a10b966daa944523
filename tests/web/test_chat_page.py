"""What the chat page answers where the browser's questions cross each other on the way."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gradio as gr
import pytest

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_events import ChatEvents
from chatbot.web.chat_history import HistoryEvents
from chatbot.web.chat_screen import SAME, Screen
from tests.web.conftest import database_of


@pytest.fixture
def screen(session: Session, access: Access) -> Screen:
    return Screen(session, access)


@pytest.fixture
def events(screen: Screen) -> ChatEvents:
    return ChatEvents(screen)


@pytest.fixture
def history(screen: Screen) -> HistoryEvents:
    return HistoryEvents(screen)


def ended(updates: Iterable[Update]) -> Update:
    *_, update = updates
    return update


def test_a_late_look_does_not_bring_back_the_chat_that_was_left(
    session: Session, access: Access, events: ChatEvents, history: HistoryEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="tab", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    first, second = (ended(session.say(visitor, text)).conversation for text in ("Hello", "Do you sell lamps?"))
    events.load(first, request)
    view, on_view, *_ = history.open(gr.EventData(None, {"conversation": second}), request)
    assert isinstance(view, dict) and (view["conversation"], on_view) == (second, second)
    assert events.look(first, request)[1:] == (SAME,) * 3
    assert events.look(second, request)[1:] == (SAME,) * 3
    ended(session.say(visitor, "And shades?", second))
    assert events.look(second, request)[2] == second
    events.fresh(request)
    assert events.look(second, request)[1:] == (SAME,) * 3


def test_a_page_older_than_the_server_is_brought_up_to_date(
    session: Session, access: Access, events: ChatEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="old", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    conversation = ended(session.say(visitor, "Hello")).conversation
    assert events.look(conversation, request)[2] == conversation


def test_what_overtook_the_end_of_a_reply_is_put_right_by_the_next_look(
    session: Session, access: Access, events: ChatEvents
) -> None:
    visitor = session.store.people.add_visitor()
    request = SimpleNamespace(session_hash="slow", cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})
    *_, (view, conversation, *_) = events.ask("Hello", None, request)
    assert isinstance(conversation, str)
    again = events.look(conversation, request)
    assert again[1:3] == (view, conversation)
    assert events.look(conversation, request)[1:] == (SAME,) * 3


def asker(session: Session, access: Access, tab: str = "tab") -> SimpleNamespace:
    visitor = session.store.people.add_visitor()
    return SimpleNamespace(session_hash=tab, cookies={VISITOR_COOKIE: access.visitor_token(visitor.id)})


def questions(session: Session) -> list[str]:
    rows = database_of(session).rows("select content from messages where role = 'user' order by created_at")
    return [row["content"] for row in rows]


def conversation_of(frames: Iterable[tuple[object, ...]]) -> str:
    return [frame[1] for frame in frames if isinstance(frame[1], str)][-1]


def test_who_waits_for_a_person_may_stop_waiting(session: Session, access: Access, events: ChatEvents) -> None:
    request, stranger = asker(session, access), asker(session, access, "another")
    conversation = conversation_of(list(events.ask("Hello", None, request)))
    session.store.cases.hand_off(conversation, "system", "asked for a person")
    with pytest.warns(UserWarning, match="does not exist"):
        events.enough(conversation, stranger)
    assert session.store.cases.get(conversation).status == "waiting"
    view = events.enough(conversation, request).talk
    assert isinstance(view, dict) and view["case"]["status"] == "open"
    assert session.store.cases.queue() == []
    with pytest.warns(UserWarning, match="nothing is to be handed back"):
        events.enough(conversation, request)


def test_the_same_question_sent_twice_is_asked_once(session: Session, access: Access, events: ChatEvents) -> None:
    request = asker(session, access)
    conversation = conversation_of(list(events.ask("Hello", None, request)))
    assert list(events.ask("Hello ", None, request)) == [(SAME,) * 4]
    list(events.ask("And shades?", conversation, request))
    assert list(events.ask("And shades?", conversation, request)) == [(SAME,) * 4]
    assert questions(session) == ["Hello", "And shades?"]
    assert len(database_of(session).rows("select id from conversations")) == 1


def test_two_clicks_at_the_same_moment_ask_once(session: Session, access: Access, events: ChatEvents) -> None:
    request = asker(session, access)
    together = threading.Barrier(8)

    def click(_: int) -> int:
        together.wait()
        return len(list(events.ask("Hello", None, request)))

    with ThreadPoolExecutor(8) as clicks:
        counts = list(clicks.map(click, range(8)))
    assert questions(session) == ["Hello"] and sorted(counts)[:7] == [1] * 7


def test_an_edit_and_a_regeneration_are_begun_once(session: Session, access: Access, events: ChatEvents) -> None:
    request = asker(session, access)
    conversation = conversation_of(list(events.ask("Hello", None, request)))
    question, reply = session.store.conversations.path(session.store.conversations.get(conversation).head)
    edit = gr.EventData(None, {"message": question.id, "text": "Do you sell lamps?"})
    again = gr.EventData(None, {"message": reply.id})
    for _ in range(2):
        list(events.revise(conversation, edit, request))
        list(events.again(conversation, again, request))
    assert questions(session) == ["Hello", "Do you sell lamps?"]
    assert len(database_of(session).rows("select id from messages where role = 'assistant'")) == 3


def test_the_same_words_may_be_said_again_later_elsewhere_and_by_others(
    session: Session, access: Access, events: ChatEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asker(session, access)
    conversation = conversation_of(list(events.ask("Hello", None, request)))
    list(events.ask("Hello", conversation, request))
    list(events.ask("Hello", None, asker(session, access, "another")))
    monkeypatch.setattr("chatbot.web.open_tabs.TWICE_SECONDS", 0.0)
    list(events.ask("Hello", None, request))
    assert questions(session) == ["Hello"] * 4


def test_a_question_that_was_refused_may_be_sent_again_at_once(
    session: Session, access: Access, events: ChatEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asker(session, access)
    with monkeypatch.context() as patch:
        patch.setattr(session, "say", lambda *args, **kwargs: (_ for _ in ()).throw(BusyError("full")).__next__())
        with pytest.warns(UserWarning, match="Full"):  # how a notice is said where no page listens
            (refused,) = events.ask("Hello", None, request)
    view, *rest = refused
    assert isinstance(view, dict) and view["refused"] and rest == [SAME] * 3
    list(events.ask("Hello", None, request))
    assert questions(session) == ["Hello"]


def test_a_frame_in_which_a_browser_keeps_nothing_goes_on_with_the_latest_chat(
    session: Session, access: Access, events: ChatEvents
) -> None:
    request = asker(session, access)
    conversation = conversation_of(list(events.ask("Hello", None, request)))
    framed = SimpleNamespace(session_hash="framed", cookies=request.cookies, query_params={"widget": ""})
    assert events.load(None, framed)[1] == conversation
    assert events.load(None, request)[1] is None
    stranger = SimpleNamespace(session_hash="other", cookies={}, query_params={"widget": ""})
    assert events.load(None, stranger)[1] is None


def test_asking_for_a_person_hands_over_and_keeps_what_is_typed(
    session: Session, access: Access, events: ChatEvents
) -> None:
    request = asker(session, access)
    frames = list(events.person(None, request))
    assert all(frame.box is SAME for frame in frames)
    assert questions(session) == ["Talk to a person"]
    view = frames[-1].talk
    assert isinstance(view, dict) and view["case"]["status"] == "waiting" and view["items"][-1]["handoff"]


@pytest.fixture
def loading(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An engine that is getting ready until this is set."""
    with session.live.lease() as (_, knowledge):
        known = knowledge
    loaded = threading.Event()

    def load(name: str) -> tuple[ScriptedEngine, object]:
        loaded.wait()
        return ScriptedEngine(name), known

    live = LiveEngine(load, lambda: "base", background=True)
    monkeypatch.setattr(session, "live", live)
    yield loaded
    loaded.set()
    live.close()


def texts(view: object) -> list[tuple[str, str]]:
    assert isinstance(view, dict)
    return [(item["role"], item["text"]) for item in view["items"]]


def test_a_conversation_is_known_as_soon_as_it_is_asked_in(
    session: Session, access: Access, events: ChatEvents, loading: threading.Event
) -> None:
    frames = events.ask("Hello", None, asker(session, access))
    view, conversation, history, _ = next(frames)
    assert isinstance(view, dict) and isinstance(history, dict)
    assert conversation == view["conversation"] == history["items"][0]["id"]
    assert view["busy"] and texts(view) == [("user", "Hello"), ("assistant", "")]
    loading.set()
    assert texts([*frames][-1].talk)[-1][1]


def test_who_takes_over_is_seen_though_the_reply_never_began(
    session: Session, access: Access, events: ChatEvents, loading: threading.Event
) -> None:
    request = asker(session, access)
    frames = events.ask("Hello", None, request)
    conversation = next(frames).conversation
    assert isinstance(conversation, str)
    agent = session.store.people.add_staff("Ada", "agent", "correct horse battery")
    assert events.look(conversation, request)[1:] == (SAME,) * 3
    session.store.cases.claim(conversation, agent)
    view = events.look(conversation, request)[1]
    assert isinstance(view, dict) and view["case"]["name"] == "Ada" and not view["busy"]
    assert texts(view) == [("user", "Hello")] and view["items"][0]["held"]
    session.store.cases.write(conversation, agent, "I am here.")
    assert texts(events.look(conversation, request)[1])[1:] == [("agent", "I am here.")]
    loading.set()
    assert [*frames] == [(SAME,) * 4]
    said = session.store.conversations.path(session.store.conversations.get(conversation).head)
    assert [one.role for one in said] == ["user", "agent"], "the bot spoke beside the person"


def test_a_person_can_be_asked_for_while_a_reply_is_under_way(
    session: Session, access: Access, events: ChatEvents, loading: threading.Event
) -> None:
    request = asker(session, access)
    frames = events.ask("Hello", None, request)
    conversation = next(frames).conversation
    assert isinstance(conversation, str)
    [(view, *_)] = events.person(conversation, request)
    assert isinstance(view, dict) and view["busy"] and view["case"]["status"] == "waiting"
    assert texts(view) == [("user", "Hello"), ("assistant", "")]
    with pytest.warns(UserWarning, match="does not exist"):
        assert [*events.person(conversation, asker(session, access))] == [(SAME,) * 4], "a stranger called"
    loading.set()
    later = [frame.talk for frame in frames]
    assert all(isinstance(one, dict) and one["case"]["status"] == "waiting" for one in later)
    assert questions(session) == ["Hello"]
