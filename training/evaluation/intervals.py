"""Shares and means with their 95 % intervals; scipy, which takes long to load, is loaded where one is made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A value between its bounds."""

    value: float
    low: float
    high: float


def proportion(hits: int, cases: int) -> Interval:
    """A share with Wilson's score interval (Wilson, 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(hits, cases).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(round(hits / cases, 4), round(float(interval.low), 4), round(float(interval.high), 4))


def mean(values: Sequence[float]) -> Interval:
    """A mean with a percentile bootstrap interval over cases (Efron, 1979)."""
    from scipy.stats import bootstrap

    data = np.asarray(values, float)
    centre = round(float(data.mean()), 4)
    if len(data) < 2 or np.ptp(data) == 0:
        return Interval(centre, centre, centre)
    found = bootstrap((data,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=0)
    low, high = found.confidence_interval
    return Interval(centre, round(float(low), 4), round(float(high), 4))
