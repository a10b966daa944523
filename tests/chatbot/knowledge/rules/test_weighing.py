"""A classifier's judgement is weighed against what the message is near to."""

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.knowledge.retrieval.embeddings import Vectors
from chatbot.knowledge.rules.weighing import Weigher

ROWS = 40


def unit(vectors: NDArray[np.floating]) -> Vectors:
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


@pytest.fixture(scope="module")
def weigher() -> Weigher:
    """Messages under the rules lie along one axis, ordinary ones and the articles along another."""
    chance = np.random.default_rng(1)
    under = np.arange(ROWS) % 2 == 0
    vectors = unit(np.where(under[:, None], [1.0, 0, 0], [0, 1.0, 0]) + chance.normal(0, 0.2, (ROWS, 3)))
    weigher = Weigher(vectors, unit(np.array([[0, 1.0, 0.1]])), under)
    weigher.learn((np.where(under, 0.8, 0.2) + chance.normal(0, 0.05, ROWS)).astype(np.float32))
    return weigher


def test_of_two_that_the_classifier_takes_for_alike_the_nearer_one_falls_under_the_rules(weigher: Weigher) -> None:
    near, ordinary = (weigher.weigh(0.5, unit(np.array(vector))) for vector in ([1.0, 0, 0], [0, 1.0, 0]))
    assert near > 0.5 > ordinary


def test_a_surer_classifier_weighs_more(weigher: Weigher) -> None:
    between = unit(np.array([1.0, 1.0, 0]))
    assert weigher.weigh(0.1, between) < weigher.weigh(0.5, between) < weigher.weigh(0.9, between)


def test_certainty_is_no_infinity(weigher: Weigher) -> None:
    assert all(0 <= weigher.weigh(guessed, unit(np.array([1.0, 0, 0]))) <= 1 for guessed in (0.0, 1.0))
