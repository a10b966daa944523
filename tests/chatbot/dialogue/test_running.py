"""A running reply is stopped at any time: before it begins, in the middle, after its end."""

import gc
import threading

from chatbot.engines.scripted import ScriptedEngine
from chatbot.records import Person
from chatbot.store import Store
from tests.chatbot.conftest import OpenChat, last

QUESTION = "How many working days does delivery to Germany take?"
SLOW = 0.02
WORDS = " ".join(["red"] * 200)


def slow_engine() -> ScriptedEngine:
    return ScriptedEngine(script=lambda messages: WORDS, seconds_per_word=SLOW)


def test_stopped_before_it_begins_it_writes_nothing(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    reply = open_chat(slow_engine()).say(visitor, QUESTION)
    assert not reply.begun
    reply.stop()
    whole = last(reply)
    assert reply.begun
    assert (whole.text, store.conversations.message(whole.message).status) == ("", "stopped")


def test_another_thread_stops_it(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    reply = open_chat(slow_engine()).say(visitor, QUESTION)
    threading.Timer(5 * SLOW, reply.stop).start()
    whole = last(reply)
    stored = store.conversations.message(whole.message)
    assert stored.status == "stopped"
    assert 0 < len(stored.content) < len(WORDS)


def test_one_that_has_ended_stays_as_it_is(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    reply = open_chat().say(visitor, QUESTION)
    whole = last(reply)
    reply.stop()
    reply.close()
    assert store.conversations.message(whole.message).status == "complete"


def test_one_that_nobody_follows_any_more_frees_its_place(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    chat = open_chat(slow_engine())
    reply = chat.say(visitor, QUESTION)
    update = next(reply)
    assert chat.admission.running == 1
    gc.disable()
    try:
        del reply
        assert chat.admission.running == 0
    finally:
        gc.enable()
    assert store.conversations.message(update.message).status == "stopped"


def test_a_whole_reply_lets_go_of_what_wrote_it(open_chat: OpenChat, visitor: Person) -> None:
    reply = open_chat().say(visitor, QUESTION)
    last(reply)
    assert reply.begun and reply._stopper._writing is None
