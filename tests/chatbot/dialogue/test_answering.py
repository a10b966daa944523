"""What one reply stores of itself: what was counted, what it rests on, that it gave up."""

from collections.abc import Sequence

from chatbot.dialogue.answering import MOST_FAILURES
from chatbot.dialogue.handoff import GAVE_UP
from chatbot.engines.scripted import ScriptedEngine
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
