"""A follow-up is worded by the model so that it stands alone; what goes wrong leaves it as it was."""

from collections.abc import Sequence

from chatbot.dialogue.standalone import LONGEST_REMEMBERED, standalone_prompt, standalone_question
from chatbot.engines.base import Generation
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling

TALK: list[ChatMessage] = [
    {"role": "user", "content": "How do I return a sofa?"},
    {"role": "assistant", "content": "We collect it."},
]


def writing(text: str) -> ScriptedEngine:
    return ScriptedEngine("v1", lambda messages: text)


def test_the_first_message_needs_no_wording() -> None:
    assert standalone_question(writing("Something?"), [], "and who pays?") == ""


def test_a_follow_up_is_worded_from_the_talk() -> None:
    worded = standalone_question(writing("Who pays for returning a sofa?\nCustomer: more"), TALK, "and who pays?")
    assert worded == "Who pays for returning a sofa?"


def test_a_wording_that_changes_nothing_is_none() -> None:
    assert standalone_question(writing("AND WHO PAYS?"), TALK, "and who pays?") == ""


def test_a_wording_that_brings_in_what_nobody_spoke_of_is_none() -> None:
    assert standalone_question(writing("Who pays for returning a wardrobe?"), TALK, "and who pays?") == ""
    assert standalone_question(writing("Who pays for the return of sofas?"), TALK, "and who pays?")


def test_an_engine_that_fails_leaves_the_message_as_it_is() -> None:
    class Failing(ScriptedEngine):
        def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
            raise EngineError("no memory")

    assert standalone_question(Failing(), TALK, "and who pays?") == ""


def test_the_prompt_holds_the_end_of_the_talk_in_turn() -> None:
    long: ChatMessage = {"role": "assistant", "content": "word " * 200}
    asked = standalone_prompt([*TALK, {"role": "user", "content": "ok"}, long], "and who pays?")[1]["content"]
    lines = asked.splitlines()
    assert lines[0] == "Customer: How do I return a sofa?"
    assert lines[3].count("word") == LONGEST_REMEMBERED
    assert lines[-2:] == ["Customer: and who pays?", "Question:"]
