"""The steps of a turn: rule, retrieve, abstain, compose."""

import threading
from collections.abc import Callable, Collection, Sequence

import pytest

from chatbot.dialogue.session import Session
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.knowledge import Knowledge, open_knowledge
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.index import Found, Query
from chatbot.knowledge.rules.router import Route
from chatbot.records import ChatMessage
from chatbot.settings import load_settings

Prepare = Callable[..., Turn]

QUESTION = "How many working days does delivery to Germany take?"
FACT = "Delivery to Germany takes 6 working days."
READS = {"replies": "write", "engine": "remote", "base_model": "some/other-base"}
TALK: list[ChatMessage] = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]


@pytest.fixture
def knowledge(chat: Session) -> Knowledge:
    return open_knowledge(chat.pack, HashedEmbedder(), HashedEmbedder())


@pytest.fixture
def prepare(chat: Session, knowledge: Knowledge) -> Prepare:
    def prepared(question: str, history: Sequence[ChatMessage] = (), **settings: object) -> Turn:
        return prepare_turn(load_settings(**settings), chat.pack, knowledge, ScriptedEngine(), history, question)

    return prepared


def test_whoever_asks_for_a_person_is_told_at_once(prepare: Prepare) -> None:
    turn = prepare("let me talk to a human")
    assert (turn.act, turn.prompt, turn.passages) == ("handoff", [], [])
    assert turn.reply and turn.handoff


def test_what_nothing_answers_is_not_known(prepare: Prepare) -> None:
    turn = prepare("quantum chromodynamics", min_score=0.99)
    assert (turn.act, turn.uncertain, turn.prompt) == ("abstain", True, [])


def test_facts_are_quoted_where_the_model_is_not_trusted(prepare: Prepare) -> None:
    turn = prepare(QUESTION, min_score=-1, replies="quote")
    assert turn.quote.startswith(FACT)
    assert turn.prompt_tokens == ScriptedEngine().count_tokens(turn.prompt)


def test_what_the_model_writes_has_to_rest_on_its_facts(prepare: Prepare) -> None:
    turn = prepare(QUESTION, min_score=-1, **READS)
    assert not turn.quote and turn.carries
    assert turn.carries(FACT) and not turn.carries("Delivery to Germany takes 9 working days.")


@pytest.mark.parametrize(
    ("settings", "history", "ahead"), [({"replies": "quote"}, TALK, True), (READS, (), True), (READS, TALK, False)]
)
def test_a_lookup_begins_before_the_rule_is_known_unless_the_model_words_it(
    prepare: Prepare,
    knowledge: Knowledge,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    history: Sequence[ChatMessage],
    ahead: bool,
) -> None:
    begun, look_up, route = threading.Event(), knowledge.index.look_up, knowledge.router.route
    seen: list[bool] = []

    def looked_up(queries: Sequence[Query], limit: int, leave_out: Collection[str] = ()) -> Found:
        begun.set()
        return look_up(queries, limit, leave_out)

    def routed(message: str, before: str = "") -> Route:
        seen.append(begun.wait(5 if ahead else 0.05))
        return route(message, before)

    monkeypatch.setattr(knowledge.index, "look_up", looked_up)
    monkeypatch.setattr(knowledge.router, "route", routed)
    assert prepare(QUESTION, history, min_score=-1, **settings).passages
    assert seen == [ahead]
