"""The best of several replies: the one that its sources carry goes out, and a stop ends all of them."""

from collections.abc import Iterator, Sequence

import pytest

from chatbot.dialogue.best_of import BestOf, grounding
from chatbot.dialogue.reply import Writing
from chatbot.dialogue.turn import Turn
from chatbot.engines.base import Usage
from chatbot.engines.scripted import ScriptedEngine
from chatbot.records import ChatMessage, Sampling

SOURCES = ["Delivery takes 3 days and costs 4 pounds.", "how long does delivery take"]
TEXTS = ["Delivery takes 9 days.", "Delivery takes 3 days.", "Bananas travel 3 days everywhere."]


class Written:
    def __init__(self, text: str) -> None:
        self.text, self.usage, self.cancelled = text, Usage(5, 7, "stop"), False

    def __iter__(self) -> Iterator[str]:
        yield from self.text

    def cancel(self) -> None:
        self.cancelled = True


class Engine(ScriptedEngine):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Sampling] = []
        self.begun: list[Written] = []

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Written:
        self.asked.append(sampling)
        self.begun.append(Written(TEXTS[(len(self.asked) - 1) % len(TEXTS)]))
        return self.begun[-1]


def test_the_supported_reply_is_chosen() -> None:
    engine = Engine()
    generation = BestOf(engine, 3, SOURCES).generate([], Sampling(temperature=0.0, seed=4))
    assert list(generation) == ["Delivery takes 3 days."]
    assert [(one.temperature, one.seed) for one in engine.asked] == [(0.0, 4), (0.7, 5), (0.7, 6)]
    assert (generation.usage.prompt_tokens, generation.usage.completion_tokens) == (5, 21)
    generation.cancel()
    assert all(written.cancelled for written in engine.begun)


def test_alike_the_first_is_kept() -> None:
    assert grounding(TEXTS[1], SOURCES) > grounding(TEXTS[2], SOURCES) > grounding(TEXTS[0], SOURCES)
    assert grounding("", SOURCES) < grounding(TEXTS[2], SOURCES)


@pytest.mark.parametrize(("count", "says", "outcome"), [(1, TEXTS[1], "rewritten"), (3, TEXTS[1], "passed")])
def test_the_check_sees_the_chosen_one(count: int, says: str, outcome: str) -> None:
    *_, reply = Writing(Engine(), Turn("answer", [], [], SOURCES), Sampling(), best_of=count)
    assert (reply.text, reply.outcome) == (says, outcome)
