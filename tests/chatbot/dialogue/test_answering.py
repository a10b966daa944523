"""What one reply stores of itself: what was counted, what it rests on, that it gave up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.dialogue.answering import MOST_FAILURES
from chatbot.dialogue.handoff import GAVE_UP, said_now
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.packs import load_pack
from chatbot.records import ChatMessage, Person
from chatbot.store import Store
from tests.chatbot.conftest import OpenChat, last

QUESTION = "How many working days does delivery to Germany take?"


class CountingEngine(ScriptedEngine):
    """Notes what it was asked to count."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: list[str] = []

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        self.counted.append(messages[-1]["content"])
        return super().count_tokens(messages)


def test_a_prompt_that_fits_is_counted_once_before_its_first_word(open_chat: OpenChat, visitor: Person) -> None:
    engine = CountingEngine()
    updates = open_chat(engine).say(visitor, QUESTION)
    first = next(updates)
    assert len(engine.counted) == 1
    assert first.trace.prompt_tokens == last(updates).trace.prompt_tokens > 0


def test_a_fixed_reply_counts_the_message_alone(open_chat: OpenChat, visitor: Person) -> None:
    reply = last(open_chat().say(visitor, "let me speak to a human"))
    assert (reply.trace.check, reply.trace.prompt_tokens) == ("fixed", 7)
    assert (reply.trace.sampling, reply.trace.prompt_hash) == ({}, "")


def test_the_passages_that_a_reply_rests_on_are_marked(open_chat: OpenChat, visitor: Person) -> None:
    passages = last(open_chat().say(visitor, QUESTION)).trace.passages
    assert [passage["text"] for passage in passages if passage["used"]] == ["Delivery to Germany takes 6 working days."]
    assert len(passages) > 1


def test_the_third_reply_in_a_row_that_does_not_know_hands_over(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    chat, conversation = open_chat(min_score=0.99), None
    for number in range(MOST_FAILURES):
        reply = last(chat.say(visitor, "quantum chromodynamics", conversation))
        conversation = reply.conversation
        assert reply.trace.handoff == (GAVE_UP if number == MOST_FAILURES - 1 else None)
    assert reply.text.endswith(chat.pack.persona.handoff.message)
    assert store.cases.get(reply.conversation).status == "waiting"


def test_who_waits_already_is_not_handed_over_by_failures(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    chat = open_chat(min_score=0.99)
    conversation = last(chat.say(visitor, "let me speak to a human")).conversation
    for _ in range(MOST_FAILURES + 1):
        reply = last(chat.say(visitor, "quantum chromodynamics", conversation))
        assert reply.trace.handoff is None and reply.text == chat.pack.persona.unknown


HOURS = """outside = "Nobody is here. Which address shall we answer to?"
kept = "We write to {address}."
[handoff.hours]
timezone = "UTC"
monday = ["09:00-17:00"]
"""
MONDAY, SUNDAY = (datetime(2026, 6, day, 12, tzinfo=UTC) for day in (1, 7))


@pytest.fixture
def with_hours(pack_folder: Path) -> None:
    file = pack_folder / "pack.toml"
    file.write_text(file.read_text(encoding="utf-8") + HOURS, encoding="utf-8")


@pytest.mark.usefixtures("with_hours")
def test_outside_hours_an_address_is_asked_for_and_kept(
    open_chat: OpenChat, store: Store, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.dialogue.handoff.moment", lambda: SUNDAY)
    chat = open_chat()
    asked = last(chat.say(visitor, "let me speak to a human"))
    assert asked.text == "Nobody is here. Which address shall we answer to?"
    assert asked.trace.handoff == "asked for a person"
    conversation = asked.conversation
    assert "6 working days" in last(chat.say(visitor, QUESTION, conversation)).text
    assert last(chat.say(visitor, "It's vera@post.example.", conversation)).text == "We write to vera@post.example."
    case = store.cases.get(conversation)
    assert (case.status, case.contact) == ("waiting", "vera@post.example")
    last(chat.say(visitor, "sorry, vera@mail.example", conversation))
    assert store.cases.get(conversation).contact == "vera@mail.example"
    last(chat.say(visitor, QUESTION, conversation))
    last(chat.say(visitor, "Is otto@post.example one of yours?", conversation))
    assert store.cases.get(conversation).contact == "vera@mail.example"


def test_the_words_of_a_rule_stay_at_any_hour(pack_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = pack_folder / "pack.toml"
    file.write_text(file.read_text(encoding="utf-8") + HOURS, encoding="utf-8")
    pack, emergency = load_pack(pack_folder), "Please ring 999 now."
    monkeypatch.setattr("chatbot.dialogue.handoff.moment", lambda: SUNDAY)
    assert said_now(pack, emergency) == emergency
    assert said_now(pack, f"Sorry. {pack.persona.handoff.message}") == f"Sorry. {pack.persona.handoff.outside}"


@pytest.mark.usefixtures("with_hours")
def test_within_hours_and_for_who_does_not_wait_no_address_is_kept(
    open_chat: OpenChat, store: Store, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.dialogue.handoff.moment", lambda: MONDAY)
    chat = open_chat()
    first = last(chat.say(visitor, "I am vera@post.example"))
    assert store.cases.get(first.conversation).contact == ""
    assert last(chat.say(visitor, "let me speak to a human")).text == "I am passing you on to a colleague."


@pytest.mark.usefixtures("with_hours")
def test_giving_up_outside_hours_asks_for_an_address(
    open_chat: OpenChat, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.dialogue.handoff.moment", lambda: SUNDAY)
    chat, conversation = open_chat(min_score=0.99), None
    for _ in range(MOST_FAILURES):
        reply = last(chat.say(visitor, "quantum chromodynamics", conversation))
        conversation = reply.conversation
    assert reply.text == f"{chat.pack.persona.unknown}\n\nNobody is here. Which address shall we answer to?"
