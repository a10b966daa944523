"""Direct replies: right, short, and about nothing else, as far as labelled sentences tell."""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from chatbot.knowledge.packs import Case, PackMessage
from chatbot.knowledge.retrieval.embeddings import SentenceEmbedder
from training.evaluation.directness import is_direct, strays


class Labelled(TypedDict):
    """A question with sentences that serve it and sentences that stray from it."""

    question: str
    reference: str
    needed: list[str]
    serves: list[str]
    strays: list[str]
    held: bool


LABELLED: list[Labelled] = [
    json.loads(line) for line in Path(__file__).with_name("sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder("all-minilm-l6-v2")


def case(row: Labelled) -> Case:
    return Case(
        id="c",
        messages=[PackMessage(role="user", content=row["question"])],
        reference=row["reference"],
        intent="i",
        must_include=row["needed"],
    )


DELIVERY = next(row for row in LABELLED if row["question"] == "How much does delivery cost?")


@pytest.mark.parametrize(("held", "recall"), [(False, 0.95), (True, 0.8)])
def test_sentences_about_something_else_are_found(embedder: SentenceEmbedder, held: bool, recall: float) -> None:
    """`held` are questions written after the thresholds were set."""
    rows = [row for row in LABELLED if row["held"] is held]
    found = [bool(strays(embedder, case(row), sentence)) for row in rows for sentence in row["strays"]]
    wrongly = [sentence for row in rows for sentence in row["serves"] if strays(embedder, case(row), sentence)]
    assert len(found) > 30
    assert sum(found) / len(found) >= recall
    assert sum(found) / (sum(found) + len(wrongly)) >= 0.95, wrongly


def test_a_right_short_reply_is_direct(embedder: SentenceEmbedder) -> None:
    assert is_direct(embedder, case(DELIVERY), "Delivery costs £3.95. It's free from £50 on.", "answer")


def test_a_reply_that_tells_more_than_was_asked_is_not(embedder: SentenceEmbedder) -> None:
    more = "Delivery costs £3.95. Unused items can be returned within 30 days of delivery."
    assert strays(embedder, case(DELIVERY), more) == ["Unused items can be returned within 30 days of delivery."]
    assert not is_direct(embedder, case(DELIVERY), more, "answer")


def test_neither_a_wrong_nor_a_long_reply_is(embedder: SentenceEmbedder) -> None:
    assert not is_direct(embedder, case(DELIVERY), "Delivery costs £4.95.", "answer")
    assert not is_direct(embedder, case(DELIVERY), "Delivery costs £3.95. " + "Happy to help! " * 20, "answer")
