"""Each metric against a value computed by hand."""

import pytest

from training.evaluation.metrics import (
    METRICS,
    SUITE_METRICS,
    answer_similarity,
    pass_rate,
    perplexity,
    token_accuracy,
)
from training.evaluation.results import Judged


def judged(
    passed: bool, similarity: float, log_likelihood: float | None = None, tokens: int = 0, hits: int = 0
) -> Judged:
    return Judged("facts", "c", "reply", passed, similarity, log_likelihood, tokens, hits)


CASES = [judged(True, 0.9, -0.6931 * 4, 4, 3), judged(False, 0.5, -0.6931 * 6, 6, 3), judged(True, 0.1)]


def test_perplexity_of_even_odds_is_two() -> None:
    assert perplexity(CASES) == pytest.approx(2.0, abs=1e-3)
    assert perplexity(CASES[2:]) is None


def test_token_accuracy_is_a_share_of_the_tokens() -> None:
    found = token_accuracy(CASES)
    assert found and found.value == 0.6
    assert token_accuracy(CASES[2:]) is None


def test_cases_count_alike_in_pass_rate_and_similarity() -> None:
    assert pass_rate(CASES).value == pytest.approx(2 / 3, abs=1e-4)
    assert answer_similarity(CASES).value == 0.5


def test_metrics_are_printed_under_these_names() -> None:
    assert list(SUITE_METRICS) == ["pass_rate", "answer_similarity"]
    assert list(METRICS) == ["perplexity", "token_accuracy", "answer_similarity"]
