"""Measures with their 95 % intervals."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest, bootstrap

CONFIDENCE = 0.95
RESAMPLES = 2000


def proportion(hits: int, cases: int) -> dict[str, Any]:
    """A share with Wilson's score interval (Wilson, 1927)."""
    interval = binomtest(hits, cases).proportion_ci(CONFIDENCE, method="wilson")
    low, high = float(interval.low), float(interval.high)
    return {"value": round(hits / cases, 4), "low": round(low, 4), "high": round(high, 4)}


def mean(values: Sequence[float]) -> dict[str, Any]:
    """A mean with a percentile bootstrap interval over cases (Efron, 1979)."""
    data = np.asarray(values, float)
    centre = round(float(data.mean()), 4)
    if len(data) < 2 or np.ptp(data) == 0:
        return {"value": centre, "low": centre, "high": centre}
    found = bootstrap((data,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=0)
    low, high = found.confidence_interval
    return {"value": centre, "low": round(float(low), 4), "high": round(float(high), 4)}


def perplexity(log_likelihoods: Sequence[float], tokens: Sequence[int]) -> float:
    """exp of the mean negative log-likelihood per token, over all replies together."""
    return round(math.exp(-sum(log_likelihoods) / max(1, sum(tokens))), 3)
