"""Thresholds of gaps are judged by what the groups hold: all together, all alone, and as they should be."""

import pytest

from benchmarks.gaps import judged

SAME = ["a", "a", "a", "b"]


@pytest.mark.parametrize(
    ("joined", "precision", "recall"),
    [([0, 0, 0, 1], 1, 1), ([0, 1, 2, 3], 1, 0.5), ([0, 0, 0, 0], 0.625, 1), ([0, 0, 1, 1], 0.75, 2 / 3)],
)
def test_precision_and_recall_are_of_the_questions_in_a_group(
    joined: list[int], precision: float, recall: float
) -> None:
    found = judged(joined, SAME)
    assert found[:2] == pytest.approx((precision, recall))
    assert min(found[:2]) <= found[2] <= max(found[:2])
