"""What fine-tunes come to: one, and one for each fold of a cross-validation."""

from dataclasses import dataclass, field, fields
from pathlib import Path

from training.runs.progress import Point


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is worth telling of a fine-tune; losses are the last stage's, of replies the mean nats a reply token."""

    steps: int
    train_tokens: int
    tokens_per_second: float
    best_validation_loss: float
    base_validation_loss: float
    stopped_early: bool
    too_long: int
    seconds: float
    measures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome(Figures):
    """The figures with the adapter's folder, the loss curve, and the last loss of each row."""

    adapter: Path
    stopped: bool
    curve: list[Point] = field(default_factory=list)
    row_losses: dict[str, float] = field(default_factory=dict)

    @property
    def figures(self) -> Figures:
        """Without files, curve and rows."""
        return Figures(**{one.name: getattr(self, one.name) for one in fields(Figures)})


@dataclass(frozen=True)
class Fold:
    """A fine-tune that was validated on the rows held out from it."""

    fold: int
    held_out: int
    steps: int
    base_validation_loss: float
    best_validation_loss: float


@dataclass(frozen=True)
class CrossValidation:
    """The folds; means of their validation losses with the standard deviation of the best; sums of the work."""

    folds: list[Fold]
    base_validation_loss: float
    best_validation_loss: float
    deviation: float
    steps: int
    train_tokens: int
