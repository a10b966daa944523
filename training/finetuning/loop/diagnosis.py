"""What a finished run's curves say, in words: what went wrong, how one sees it, and what to try."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.finetuning.recipe import Recipe
from training.runs.progress import Point

LEAST_OF_AN_INTENT = 5
SPIKE = 2.0
UNSETTLED = 1.2
LEAST_AT_THE_END = 5
OUTLYING = 4.0
SHOWN = 10


@dataclass(frozen=True)
class Finding:
    """One thing that the curves say."""

    name: str
    seen: str
    advice: str

    def __str__(self) -> str:
        return f"{self.name}: {self.seen}. {self.advice}"


def diagnose(
    curve: Sequence[Point],
    recipe: Recipe,
    row_losses: Mapping[str, float],
    intents: Sequence[str],
) -> list[Finding]:
    """Findings, the gravest first.

    Of `curve` the last stage counts, from its first validation on; `row_losses` holds the mean loss a token of each row
    when it was imitated last; `intents` one name a training row, empty where it has none.
    """
    began = next((point.step for point in curve if point.validation_loss is not None), 0)
    train = [point.train_loss for point in curve if point.train_loss is not None and point.step > began]
    checks = [point.validation_loss for point in curve if point.validation_loss is not None]
    found = []
    if len(checks) >= 2:
        found += _of_the_rate(train, checks)
        found += _of_the_length(checks, recipe)
    found += _of_the_data(row_losses, intents)
    return found or [Finding("sound", "the loss fell and was still lowest at its best check", "Nothing to change.")]


def _of_the_rate(train: Sequence[float], checks: Sequence[float]) -> list[Finding]:
    first, best = checks[0], min(checks)
    quarter = train[len(train) // 4 :]
    usual = statistics.median(quarter) if quarter else 0.0
    end = train[-max(LEAST_AT_THE_END, len(train) // 10) :]  # one hard batch at the end says nothing
    if best >= first or (usual and max(quarter) > SPIKE * usual and statistics.median(end) > UNSETTLED * usual):
        seen = f"validation went from {first:.3f} to {checks[-1]:.3f}, training loss peaked at {max(train):.2f}"
        return [Finding("learning rate too high", seen, "Halve learning_rate.")]
    if (first - best) / first < 0.02:
        seen = f"validation only fell from {first:.3f} to {best:.3f}"
        return [Finding("learning rate too low", seen, "Double learning_rate, or train for more epochs.")]
    return []


def _of_the_length(checks: Sequence[float], recipe: Recipe) -> list[Finding]:
    best = checks.index(min(checks))
    if best == len(checks) - 1:
        fall = checks[-2] - checks[-1]
        if fall > recipe.min_gain:
            seen = f"validation was still falling at the end ({checks[-2]:.3f} to {checks[-1]:.3f})"
            return [Finding("under-fitting", seen, "Raise epochs or minutes: there is more to learn from these rows.")]
        return []
    rise = checks[-1] - checks[best]
    if rise > 5 * recipe.min_gain:
        seen = f"validation was best at check {best} of {len(checks) - 1} and rose by {rise:.3f} after it"
        return [Finding("over-fitting", seen, "Lower epochs or rank, raise dropout, or add rows; the best was kept.")]
    return []


def _of_the_data(row_losses: Mapping[str, float], intents: Sequence[str]) -> list[Finding]:
    found = []
    counts = Counter(intent for intent in intents if intent)
    rare = [f"{name} ({count})" for name, count in sorted(counts.items()) if count < LEAST_OF_AN_INTENT]
    if rare:
        advice = f"Write more pairs for them; {LEAST_OF_AN_INTENT} are the least."
        found.append(Finding("too little data", f"few rows of {', '.join(rare[:SHOWN])}", advice))
    if len(row_losses) >= 4 * SHOWN:
        usual = statistics.median(row_losses.values())
        spread = statistics.median(abs(loss - usual) for loss in row_losses.values())
        odd = sorted(row_losses, key=lambda name: -row_losses[name])[:SHOWN]
        odd = [name for name in odd if row_losses[name] > usual + OUTLYING * spread]
        if odd:
            listed = ", ".join(f"{name} ({row_losses[name]:.1f})" for name in odd)
            seen = f"rows whose loss stayed high against the usual {usual:.1f}: {listed}"
            found.append(Finding("noisy rows", seen, "Read them: a wrong reply, or one that no passage carries."))
    return found
