"""What curves say, in words: a rate too high or low, too long or too short a run, odd rows, rare intents."""

from dataclasses import replace

import pytest

from training.finetuning.loop.diagnosis import diagnose
from training.finetuning.recipe import Recipe
from training.runs.progress import Point


def points(train: list[float], checks: list[float]) -> list[Point]:
    every = max(1, len(train) // max(1, len(checks) - 1))
    curve = [Point(0, validation_loss=checks[0])]
    for step, loss in enumerate(train, start=1):
        checked = checks[step // every] if step % every == 0 and step // every < len(checks) else None
        curve.append(Point(step, loss, validation_loss=checked))
    return curve


@pytest.mark.parametrize(
    ("train", "checks", "name"),
    [
        ([2.0, 1.8, 1.6, 1.4], [2.0, 1.8, 1.5], "under-fitting"),
        ([2.0, 1.2, 0.6, 0.2], [2.0, 1.5, 1.6, 1.9, 2.0], "over-fitting"),
        ([2.0, 5.0, 9.0, 30.0], [2.0, 4.0, 9.0], "learning rate too high"),
        ([1.0] * 40 + [4.0] * 8, [2.0, 1.0, 1.9], "learning rate too high"),
        ([2.0, 2.0, 2.0, 2.0], [2.0, 1.995, 1.99], "learning rate too low"),
        ([1.1, 2.0, 1.1] * 20 + [3.4] + [1.1, 2.0, 1.1] * 20 + [2.3], [2.0, 1.2, 1.1995], "sound"),
        ([2.0, 1.5, 1.2, 1.1], [2.0, 1.2, 1.1995], "sound"),
    ],
)
def test_the_curves_are_told_in_words(train: list[float], checks: list[float], name: str) -> None:
    found = diagnose(points(train, checks), Recipe(seed=1), {}, [])
    assert name in [finding.name for finding in found]


def test_only_the_last_stage_tells_of_the_rate() -> None:
    articles = [Point(step, loss) for step, loss in enumerate([1.0] * 20 + [9.0] * 5, start=1)]
    replies = [replace(point, step=point.step + 25) for point in points([2.0, 1.5, 1.2, 1.1], [2.0, 1.2, 1.1995])]
    assert [finding.name for finding in diagnose(articles + replies, Recipe(seed=1), {}, [])] == ["sound"]


def test_noisy_rows_and_rare_intents_are_listed() -> None:
    losses = {f"row-{n}": 1.0 + n % 5 / 10 for n in range(60)} | {"row-7": 6.0}
    found = {finding.name: finding.seen for finding in diagnose([], Recipe(seed=1), losses, ["a"] * 9 + ["b"])}
    assert "row-7 (6.0)" in found["noisy rows"] and "row-8" not in found["noisy rows"]
    assert "b (1)" in found["too little data"] and "a (9)" not in found["too little data"]
