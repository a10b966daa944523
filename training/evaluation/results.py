"""What an evaluation finds: every case with its reply, and the metrics of each suite and of all cases.

As JSON, on the shelf, in the store and where they are printed, the metrics stand under their names beside other keys.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chatbot.records import Act, Outcome
from training.evaluation.intervals import Interval

Measure = Interval | float | None
"""What a metric comes to; None where there was nothing to measure."""


@dataclass(frozen=True)
class Judged:
    """One case with its reply."""

    suite: str
    id: str
    reply: str
    passed: bool
    similarity: float
    log_likelihood: float | None = None
    tokens: int = 0
    hits: int = 0
    act: Act = "answer"
    check: Outcome | Literal[""] = ""
    passages: list[str] = field(default_factory=list)
    score: float | None = None


@dataclass(frozen=True)
class SuiteResult:
    """How many cases of a suite there are and pass, and its metrics by name."""

    cases: int
    passed: int
    metrics: Mapping[str, Measure]

    def as_dict(self) -> dict[str, object]:
        """As plain JSON."""
        return {"cases": self.cases, "passed": self.passed, **_plain(self.metrics)}


@dataclass(frozen=True)
class Evaluation:
    """A version measured on suites: the metrics of all cases by name, the judged cases, the seconds that it took."""

    version: str
    suites: Mapping[str, SuiteResult]
    metrics: Mapping[str, Measure]
    seconds: float
    cases: list[Judged]

    @property
    def summary(self) -> dict[str, object]:
        """As plain JSON, without the cases."""
        suites = {name: suite.as_dict() for name, suite in self.suites.items()}
        return {"version": self.version, "suites": suites, **_plain(self.metrics), "seconds": self.seconds}

    def as_dict(self) -> dict[str, object]:
        """As plain JSON."""
        return {**self.summary, "cases": [asdict(case) for case in self.cases]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Evaluation":
        """An evaluation that `as_dict` wrote."""
        suites = {
            name: SuiteResult(suite["cases"], suite["passed"], _measures(suite, "cases", "passed"))
            for name, suite in kept["suites"].items()
        }
        metrics = _measures(kept, "version", "suites", "seconds", "cases")
        return cls(kept["version"], suites, metrics, kept["seconds"], [Judged(**case) for case in kept["cases"]])


def _plain(metrics: Mapping[str, Measure]) -> dict[str, object]:
    return {name: asdict(value) if isinstance(value, Interval) else value for name, value in metrics.items()}


def _measures(kept: Mapping[str, Any], *others: str) -> dict[str, Measure]:
    """The metrics among the keys of a JSON object, which are all but `others`."""
    found = {name: value for name, value in kept.items() if name not in others}
    return {name: Interval(**value) if isinstance(value, dict) else value for name, value in found.items()}
