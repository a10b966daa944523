"""Intervals hold their value, and are those of the formulas they are named after."""

import pytest

from training.evaluation.intervals import Interval, mean, proportion


def test_intervals_hold_the_value() -> None:
    share = proportion(8, 10)
    assert share.low < share.value == 0.8 < share.high
    average = mean([1.0, 2.0, 3.0, 4.0])
    assert average.low < average.value == 2.5 < average.high
    assert mean([1.0, 1.0]) == Interval(1.0, 1.0, 1.0)


def test_a_share_has_wilsons_interval() -> None:
    z, n, p = 1.959964, 10, 0.8
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    found = proportion(8, 10)
    assert found.low == pytest.approx(centre - half, abs=1e-4)
    assert found.high == pytest.approx(centre + half, abs=1e-4)


def test_a_mean_is_resampled_the_same_each_time() -> None:
    assert mean([0.1, 0.9, 0.4, 0.7]) == mean([0.1, 0.9, 0.4, 0.7])
