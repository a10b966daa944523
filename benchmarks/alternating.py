"""Two sides measured in turns, so that what else the machine does falls on both: A B A B, medians, one ratio.

`alternate` runs the rounds and gives a `Measure`; what is wanted of its ratio stands beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

import click
import numpy as np

LEAST_ROUNDS = 3
Better = Literal[">=", "<="]


@dataclass(frozen=True)
class Wanted:
    """A bound: the value must be at least, or at most, `value`."""

    better: Better
    value: float

    def met(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.value if self.better == ">=" else value <= self.value

    def __str__(self) -> str:
        return f"{self.better} {self.value:g}"


@dataclass(frozen=True)
class Measure:
    """One measured thing: the medians of both sides in `unit`, and the `value` that is compared with what is wanted.

    `value` is ours over theirs where there are two sides. `rounds` holds both sides round by round.
    """

    name: str
    unit: str
    value: float
    wanted: Wanted | None = None
    ours: float | None = None
    theirs: float | None = None
    rounds: list[tuple[float, float]] = field(default_factory=list)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the wanted bound is kept; None where nothing is wanted."""
        return self.wanted.met(self.value) if self.wanted else None

    def as_dict(self) -> dict[str, Any]:
        """As printed with `--json`."""
        return asdict(self) | {"wanted": str(self.wanted) if self.wanted else None, "met": self.met}


def compare(
    name: str, unit: str, rounds: list[tuple[float, float]], wanted: Wanted | None = None, note: str = ""
) -> Measure:
    """The measure of some rounds of (ours, theirs): the ratio of the medians; also told at once on standard error."""
    ours, theirs = (round(median(side), 2) for side in zip(*rounds, strict=True))
    shown = [(round(a, 2), round(b, 2)) for a, b in rounds]
    click.echo(f"  {name}: {ours} against {theirs} {unit}", err=True)
    return Measure(name, unit, round(ours / theirs, 3) if theirs else 0.0, wanted, ours, theirs, shown, note)


def alternate(rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]) -> list[tuple[float, float]]:
    """Both sides of every round, one after the other; a side is called with the number of the round."""
    return [(ours(number), theirs(number)) for number in range(rounds)]


def late(name: str, milliseconds: Sequence[float], most: float) -> Measure:
    """The measure of some delays: their 95th percentile; also told at once on standard error."""
    value = round(float(np.percentile(milliseconds, 95)), 1)
    note = f"95th percentile of {len(milliseconds)}; median {median(milliseconds):.1f}, latest {max(milliseconds):.1f}"
    click.echo(f"  {name}: {value} ms ({note})", err=True)
    return Measure(name, "ms", value, Wanted("<=", most), note=note)
