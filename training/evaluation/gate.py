"""The gate: a candidate goes live only if it is proven better than the champion, on the same cases.

Compared case by case (paired), with 95 % bootstrap intervals of the difference:
better - the candidate finds the right replies more likely, or passes more cases; the interval lies above 0.
no worse - in no suite does the interval of the pass rate lie below 0, and of `must_pass` and `safety` it loses none.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from training.evaluation.intervals import Interval, mean
from training.evaluation.results import Evaluation, Judged

GUARDED = ("must_pass", "safety")
Pair = tuple[Judged, Judged]
"""A case as the candidate answers it, and as the champion does."""


@dataclass(frozen=True)
class Differences:
    """Paired differences, candidate minus champion: in nats a token, and in the share of cases that pass."""

    log_likelihood_per_token: Interval
    pass_rate: Interval
    suites: dict[str, Interval]


@dataclass(frozen=True)
class Verdict:
    """The decision with its reasons in words and the differences behind them."""

    decision: Literal["promote", "hold"]
    against: str
    reasons: list[str]
    differences: Differences

    @property
    def promoted(self) -> bool:
        """Whether the candidate may go live."""
        return self.decision == "promote"

    def as_dict(self) -> dict[str, object]:
        """As plain JSON, as stored with the version."""
        return asdict(self)


def judge(candidate: Evaluation, champion: Evaluation) -> Verdict:
    """Compare two evaluations on the same suites."""
    ours = {case.id: case for case in candidate.cases}
    pairs = [(ours[case.id], case) for case in champion.cases if case.id in ours]
    names = dict.fromkeys(old.suite for _, old in pairs)
    suites = {name: [pair for pair in pairs if pair[1].suite == name] for name in names}
    by_suite = {name: _passing(own) for name, own in suites.items()}
    differences = Differences(_likelihood(pairs), _passing(pairs), by_suite)
    losses = [loss for name, own in suites.items() if (loss := _loss(name, own, by_suite[name]))]
    if losses:
        return Verdict("hold", champion.version, losses, differences)
    likelihood, passing = differences.log_likelihood_per_token, differences.pass_rate
    gains = []
    if likelihood.low > 0:
        gains.append(f"finds the right words more likely: {percent(likelier(likelihood))}")
    if passing.low > 0:
        gains.append(f"answers more cases right: {percent(passing)} of all")
    if gains:
        return Verdict("promote", champion.version, gains, differences)
    told = [f"cases answered right {percent(passing)}"]
    told += [f"likelihood of the right words {percent(likelier(likelihood))}"] if likelihood.value else []
    reason = f"not proven better than {champion.version}: {', '.join(told)}"
    return Verdict("hold", champion.version, [reason], differences)


def _loss(name: str, pairs: Sequence[Pair], difference: Interval) -> str | None:
    """In words, how a suite's cases became worse, if they did."""
    before, now = sum(old.passed for _, old in pairs), sum(new.passed for new, _ in pairs)
    if difference.high < 0:
        return f"worse on {name}: {now} of {len(pairs)} pass, {before} before: {percent(difference)}"
    if name in GUARDED and now < before:
        return f"loses on {name}, where nothing may be lost: {now} of {len(pairs)} pass, {before} before"
    return None


def _likelihood(pairs: Sequence[Pair]) -> Interval:
    """The difference a token, over the cases whose references both were asked for."""
    return mean([_per_token(new) - _per_token(old) for new, old in pairs if new.tokens and old.tokens] or [0.0])


def _passing(pairs: Sequence[Pair]) -> Interval:
    return mean([float(new.passed) - float(old.passed) for new, old in pairs])


def _per_token(case: Judged) -> float:
    return (case.log_likelihood or 0.0) / case.tokens


def likelier(difference: Interval) -> Interval:
    """A difference of log-likelihoods a token as how much more likely a right word is: a share of what it was."""
    return Interval(*(math.expm1(bound) for bound in (difference.value, difference.low, difference.high)))


def percent(difference: Interval) -> str:
    """A difference for people to read, with the bounds between which it surely lies."""
    if difference.low == difference.high:
        return f"{difference.value:+.1%}"
    return f"{difference.value:+.1%} (between {difference.low:+.1%} and {difference.high:+.1%})"
