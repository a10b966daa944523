"""Where a fine-tune is: the points of its loss curve, and what it tells after each step."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    """The losses at a step, as far as they were measured, and the measures of its objective."""

    step: int
    train_loss: float | None = None
    rate: float | None = None
    validation_loss: float | None = None
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, float]:
        """What was measured, by name."""
        learned = {"train_loss": self.train_loss, "rate": self.rate}
        told = {**learned, **self.measures, "validation_loss": self.validation_loss}
        return {name: value for name, value in told.items() if value is not None}

    def as_dict(self) -> dict[str, float]:
        """As plain JSON."""
        return {"step": self.step, **self.values}

    @classmethod
    def from_dict(cls, kept: Mapping[str, float]) -> "Point":
        """A point that `as_dict` wrote."""
        measures = dict(kept)
        step = int(measures.pop("step"))
        train_loss, rate, checked = (measures.pop(name, None) for name in ("train_loss", "rate", "validation_loss"))
        return cls(step, train_loss, rate, checked, measures)


@dataclass(frozen=True)
class FineTuneProgress:
    """How far a fine-tune is; `point` is the step just made, None while rows are only read."""

    step: int
    steps: int
    fraction: float
    message: str
    curve: list[Point]
    point: Point | None = None
    tokens_per_second: float | None = None
    seconds_left: int | None = None
