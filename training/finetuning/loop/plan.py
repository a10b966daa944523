"""The steps of a run, in order: which units of which stage, how fast. Made ahead, so a resume is exact."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.finetuning.batches import plan_batches
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe


@dataclass(frozen=True)
class Step:
    """Positions of units in a stage's training units, and the peak-relative learning rate times the stage's."""

    stage: int
    units: list[int]
    rate: float


def plan_steps(stages: Sequence[Stage], recipe: Recipe, hardness: Mapping[int, float] | None = None) -> list[Step]:
    """All steps of the stages' epochs; the last stage's of the units in `hardness`, from easy to hard."""
    steps: list[Step] = []
    for number, stage in enumerate(stages):
        if hardness is not None and number == len(stages) - 1:
            batches = curriculum(stage, recipe, hardness)
        else:
            batches = _passes(stage, recipe)
        if recipe.max_steps:
            batches = batches[: recipe.max_steps]
        rates = [rate_at(i, len(batches), recipe.warmup_share, recipe.schedule) for i in range(len(batches))]
        steps += [Step(number, units, stage.learning_rate * rate) for units, rate in zip(batches, rates, strict=True)]
    return steps


def epochs_within(steps: float, stages: Sequence[Stage], recipe: Recipe, again: float = 1.0) -> list[float]:
    """The epochs of each stage where all together may take as long as so many first steps.

    A step on rows that were read before takes `again` times as long.

    A stage that needs less than an equal part gets all of it, so that a few corrections after many replies are learned
    whole; the others share what is left (max-min fairness: Bertsekas and Gallager, Data Networks, 1992, 6.5.2).
    """
    epochs = [stage.epochs for stage in stages]
    passes = [len(_passes(stage, recipe)) for stage in stages]
    first = [min(made, made / stage.epochs) for made, stage in zip(passes, stages, strict=True)]
    wanted = [
        min(made, once) + again * max(0.0, made - once)
        for made, once in zip((min(made, recipe.max_steps or made) for made in passes), first, strict=True)
    ]
    for place, number in enumerate(sorted(range(len(stages)), key=wanted.__getitem__)):
        part = min(wanted[number], steps / (len(stages) - place))
        if part < wanted[number]:
            made = min(part, first[number]) + max(0.0, part - first[number]) / again
            epochs[number] *= made / passes[number]
        steps -= part
    return epochs


def rate_at(step: int, steps: int, warmup_share: float, schedule: str = "linear") -> float:
    """Linear warm-up from 0 to 1, then linear or cosine decay to 0, as a factor of the peak; `step` counts from 0."""
    warmup = max(1, math.ceil(steps * warmup_share))
    left = (steps - step) / max(1, steps - warmup)
    if schedule == "cosine":
        left = (1 - math.cos(math.pi * min(1.0, left))) / 2
    return min((step + 1) / warmup, left)


def _passes(stage: Stage, recipe: Recipe) -> list[list[int]]:
    """Batches of like length in chance order; a part of an epoch takes that part of its batches."""
    lengths = [unit.length for unit in stage.train]
    plan: list[list[int]] = []
    for epoch in range(math.ceil(stage.epochs)):
        batches = plan_batches(lengths, recipe.batch_tokens, recipe.seed, epoch)
        plan += batches[: math.ceil(len(batches) * min(1.0, stage.epochs - epoch))]
    return plan


def curriculum(stage: Stage, recipe: Recipe, hardness: Mapping[int, float]) -> list[list[int]]:
    """Batches drawn from the easiest share of the units, which grows from `competence` to all in half of the steps.

    The share follows the square root of the steps (Platanios et al., 2019, arXiv:1903.09848, eq. 7).
    """
    order = sorted(hardness, key=lambda i: (hardness[i], i))
    lengths = [unit.length for unit in stage.train]
    steps = len(_passes(stage, recipe))
    plan: list[list[int]] = []
    while len(plan) < steps:
        share = competence(len(plan), steps, recipe.competence)
        known = order[: max(1, math.ceil(share * len(order)))]
        batches = plan_batches([lengths[i] for i in known], recipe.batch_tokens, recipe.seed, len(plan))
        plan += [[known[i] for i in batch] for batch in batches[: max(1, len(batches) // 4)]]
    return plan[:steps]


def competence(step: int, steps: int, start: float) -> float:
    """The share of the units, from the easiest, that are learned from at a step."""
    growth = min(1.0, step / max(1, steps / 2))
    return math.sqrt(growth * (1 - start**2) + start**2)
