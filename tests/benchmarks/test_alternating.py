"""Two sides are measured in turns and compared by their medians."""

import pytest

from benchmarks.alternating import Measure, Wanted, alternate, compare
from benchmarks.machine import describe_machine


def test_the_sides_take_turns() -> None:
    order: list[str] = []

    def side(name: str, number: int) -> float:
        order.append(f"{name}{number}")
        return float(number)

    assert alternate(2, lambda n: side("a", n), lambda n: side("b", n)) == [(0, 0), (1, 1)]
    assert order == ["a0", "b0", "a1", "b1"]


def test_one_odd_round_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    measure = compare("speed", "replies/s", [(4, 2), (4, 2), (400, 2)], Wanted(">=", 1.5))
    assert (measure.value, measure.met) == (2.0, True)
    assert measure.as_dict()["wanted"] == ">= 1.5"
    assert "4 against 2 replies/s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wanted", "met"), [(Wanted("<=", 2.0), True), (Wanted("<=", 1.9), False), (Wanted(">=", 2.1), False), (None, None)]
)
def test_a_bound_is_kept_or_not(wanted: Wanted | None, met: bool | None) -> None:
    assert Measure("memory", "MiB", 2.0, wanted).met is met


def test_the_machine_is_named_with_every_figure() -> None:
    machine = describe_machine()
    assert machine["processor"] and machine["cores"] >= 1
    assert set(machine) >= {"processor", "cores", "bfloat16", "python", "torch"}
