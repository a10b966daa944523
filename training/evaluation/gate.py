"""The gate: a candidate goes live only if it is proven better than the champion, on the same cases.

Compared case by case (paired), with 95 % bootstrap intervals of the difference:
better - the candidate finds the right replies more likely, or passes more cases; the interval lies above 0.
no worse - in no suite does the interval of the pass rate lie below 0, and of `must_pass` and `safety` it loses none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from training.evaluation.metrics import mean

GUARDED = ("must_pass", "safety")


@dataclass(frozen=True)
class Verdict:
    """The decision with its reasons in words and the paired differences behind them (candidate minus champion)."""

    decision: str
    against: str
    reasons: list[str]
    differences: dict[str, Any]

    @property
    def promoted(self) -> bool:
        """Whether the candidate may go live."""
        return self.decision == "promote"

    def as_dict(self) -> dict[str, Any]:
        """A plain dictionary, as stored with the version."""
        return asdict(self)


def judge(candidate: Mapping[str, Any], champion: Mapping[str, Any]) -> Verdict:
    """Compare two results of `evaluate` on the same suites."""
    ours = {case["id"]: case for case in candidate["cases"]}
    pairs = [(ours[case["id"]], case) for case in champion["cases"] if case["id"] in ours]
    likelihood = mean(
        [_per_token(new) - _per_token(old) for new, old in pairs if new["tokens"] and old["tokens"]] or [0.0]
    )
    passing = _passing(pairs)
    differences: dict[str, Any] = {"log_likelihood_per_token": likelihood, "pass_rate": passing, "suites": {}}
    gains = []
    if likelihood["low"] > 0:
        gains.append(f"finds the right replies more likely: {_signed(likelihood)} nats a token")
    if passing["low"] > 0:
        gains.append(f"passes more cases: {_signed(passing)} of all")
    losses = []
    for name in dict.fromkeys(old["suite"] for _, old in pairs):
        own = [pair for pair in pairs if pair[1]["suite"] == name]
        difference = differences["suites"][name] = _passing(own)
        before, now = sum(old["passed"] for _, old in own), sum(new["passed"] for new, _ in own)
        if difference["high"] < 0:
            losses.append(f"worse on {name}: {now} of {len(own)} pass, {before} before ({_signed(difference)})")
        elif name in GUARDED and now < before:
            losses.append(f"loses on {name}, where nothing may be lost: {now} of {len(own)} pass, {before} before")
    if losses:
        return Verdict("hold", champion["version"], losses, differences)
    if not gains:
        reason = (
            f"not proven better than {champion['version']}: likelihood {_signed(likelihood)}, passes {_signed(passing)}"
        )
        return Verdict("hold", champion["version"], [reason], differences)
    return Verdict("promote", champion["version"], gains, differences)


def _passing(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    return mean([float(new["passed"]) - float(old["passed"]) for new, old in pairs])


def _per_token(case: Mapping[str, Any]) -> float:
    return float(case["log_likelihood"] / case["tokens"])


def _signed(measure: Mapping[str, Any]) -> str:
    return f"{measure['value']:+.3f} [{measure['low']:+.3f}, {measure['high']:+.3f}]"
