"""The metrics of an evaluation: each a function of judged cases, registered under its name."""

import math
from collections.abc import Callable, Mapping, Sequence

from training.evaluation.intervals import Interval, mean, proportion
from training.evaluation.results import Judged, Measure

Metric = Callable[[Sequence[Judged]], Measure]


def pass_rate(cases: Sequence[Judged]) -> Interval:
    """The share of the cases that pass."""
    return proportion(sum(case.passed for case in cases), len(cases))


def answer_similarity(cases: Sequence[Judged]) -> Interval:
    """The mean cosine of replies to their references."""
    return mean([case.similarity for case in cases])


def perplexity(cases: Sequence[Judged]) -> float | None:
    """exp of the mean negative log-likelihood per token of the references, over all cases that have one."""
    scored = [case for case in cases if case.log_likelihood is not None]
    if not scored:
        return None
    total = sum(case.log_likelihood or 0.0 for case in scored)
    return round(math.exp(-total / max(1, sum(case.tokens for case in scored))), 3)


def token_accuracy(cases: Sequence[Judged]) -> Interval | None:
    """The share of the references' tokens that came first by greedy choice, over all cases that have a likelihood."""
    scored = [case for case in cases if case.log_likelihood is not None]
    if not scored:
        return None
    return proportion(sum(case.hits for case in scored), sum(case.tokens for case in scored))


SUITE_METRICS: Mapping[str, Metric] = {"pass_rate": pass_rate, "answer_similarity": answer_similarity}
"""What is told of each suite."""
METRICS: Mapping[str, Metric] = {
    "perplexity": perplexity,
    "token_accuracy": token_accuracy,
    "answer_similarity": answer_similarity,
}
"""What is told of all cases together."""
