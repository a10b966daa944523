"""What goes out of what a model writes: told, cut, quoted or honestly not known; what is settled stays."""

from collections.abc import Sequence

import pytest

from chatbot.dialogue.reply import Draft, Writing
from chatbot.dialogue.turn import Turn
from chatbot.engines.base import Generation
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling

FACT = "A return costs £3.50."
UNKNOWN = "I don't have that information. Shall I get a colleague?"


def written(said: str, instead: str = FACT, left_out: str = "", visitor: str = "") -> Draft:
    """The reply to a turn whose facts carry `FACT` alone."""
    turn = Turn(
        "answer",
        sources=[FACT],
        carries=lambda claim: claim == FACT,
        completes=lambda said: left_out,
        instead=lambda said: instead,
        unknown=UNKNOWN,
        visitor=visitor,
    )
    settled = ""
    for draft in Writing(ScriptedEngine(script=lambda messages: said), turn, Sampling()):
        assert draft.text.startswith(settled)
        settled = draft.text[: draft.settled]
    return draft


@pytest.mark.parametrize(
    ("said", "goes_out", "outcome"),
    [
        (FACT, FACT, "passed"),
        (f"Of course! {FACT}", f"Of course! {FACT}", "passed"),
        (f"{FACT} Parrots never return lamps.", FACT, "shortened"),
        ("Parrots never return lamps.", FACT, "quoted"),
        ("I'm sorry, I'm afraid I can't help with that.", FACT, "quoted"),
        ("You get all your money back.", FACT, "quoted"),
        ("I'm sorry. Parrots never return lamps.", FACT, "quoted"),
        ("Which lamp do you mean?", "Which lamp do you mean?", "passed"),
    ],
)
def test_only_what_the_facts_carry_goes_out(said: str, goes_out: str, outcome: str) -> None:
    reply = written(said)
    assert (reply.text, reply.outcome, reply.abstained) == (goes_out, outcome, False)


def test_who_is_known_may_be_greeted_by_name_and_told_nothing_else() -> None:
    assert written(f"Hello Ada! {FACT}", visitor="Ada").text == f"Hello Ada! {FACT}"
    assert written(f"Hello Ada! {FACT}").outcome == "quoted"
    assert written("Hello Ada!", visitor="Ada").outcome == "quoted"
    assert written("Hello Ada! Parrots never return lamps.", visitor="Ada").text == FACT


def test_who_does_not_know_offers_a_colleague() -> None:
    reply = written("I'm sorry, I don't know how much it will cost.")
    assert reply.abstained
    assert reply.text == "I'm sorry, I don't know how much it will cost. Shall I get a colleague?"


def test_without_anything_to_quote_it_is_not_known() -> None:
    reply = written("Parrots never return lamps.", instead="")
    assert (reply.text, reply.outcome, reply.abstained) == (UNKNOWN, "abstained", True)
    assert reply.refused == ("Parrots never return lamps.",)


def test_a_structured_reply_claims_nothing_and_settles_as_it_comes() -> None:
    said = '{"answer": "Parrots return. Lamps do not."}'
    turn = Turn("answer", sources=[FACT], carries=lambda claim: False, unknown=UNKNOWN)
    engine = ScriptedEngine(script=lambda messages: said)
    drafts = list(Writing(engine, turn, Sampling(schema='{"type": "object"}')))
    assert (drafts[-1].text, drafts[-1].outcome) == (said, "passed")
    assert max(draft.settled for draft in drafts) > 0


def test_what_a_reply_leaves_out_is_added_but_not_to_one_that_does_not_know() -> None:
    shelf = "A shelf carries 15 kg."
    assert written(FACT, left_out=shelf).text == f"{FACT}\n\n{shelf}"
    assert written(FACT, left_out="").text == FACT
    assert written("Parrots never return lamps.", left_out=shelf).text == FACT
    assert shelf not in written("I'm sorry, I don't know.", left_out=shelf).text


class FailingAtTheSecond(ScriptedEngine):
    """States a figure that no fact has; asked again, it fails."""

    def __init__(self) -> None:
        super().__init__(script=lambda messages: "A return costs you all of £9.99 here.")
        self.asked = 0

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        self.asked += 1
        if self.asked > 1:
            raise EngineError("no memory")
        return super().generate(messages, sampling)


def test_what_was_refused_is_not_kept_where_the_next_attempt_fails() -> None:
    writing, shown = Writing(FailingAtTheSecond(), Turn("answer", sources=[FACT]), Sampling()), list[str]()
    with pytest.raises(EngineError):
        shown.extend(draft.text for draft in writing)
    assert writing.on_view == ""
