"""The model that learns: one optimizer step on some units, a validation, and the scores that preferences start from.

A step may be made in parts that fit into memory: losses are sums, divided by the weight of the whole step, so that the
parts change the result by rounding alone. Where memory runs out the parts are halved.
"""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch
from peft import PeftModel
from torch.autograd.graph import increment_version

from chatbot.errors import TrainingError
from training.finetuning.batches import collate, fill_batches
from training.finetuning.fast.forward import Forward
from training.finetuning.loop.processes import ALONE, Processes
from training.finetuning.objectives.objective import Objective, Scores, Total, Unit
from training.finetuning.recipe import Recipe

logger = logging.getLogger(__name__)

SMALLEST_PART = 64
INITIAL = "initial"
Done = TypeVar("Done")


class Learner:
    """A model under PEFT with the weights of its objectives, and their optimizer."""

    def __init__(
        self,
        model: PeftModel,
        objectives: Sequence[Objective],
        recipe: Recipe,
        padding: int,
        folder: Path,
        processes: Processes = ALONE,
    ) -> None:
        self.model = model
        self.processes = processes
        self.rows_return = True
        self.forward = Forward(model, replies_only=recipe.backward == "replies", owned=True)
        self.objectives = [objective.to(model.device) for objective in objectives]
        self.clip_norm = recipe.clip_norm
        self._padding = padding
        self._initial = None
        if recipe.init == "pissa":
            self._initial = folder / INITIAL
            _save_initial(model, self._initial)
        self._part_tokens = recipe.micro_tokens
        self.weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
        for number, objective in enumerate(self.objectives):
            self.weights |= {f"objective.{number}.{name}": p for name, p in objective.named_parameters()}
        processes.copy_first(self.weights.values())
        fast = [p for name, p in self.weights.items() if ".lora_B." in name]
        slow = [p for name, p in self.weights.items() if ".lora_B." not in name]
        groups = [{"params": slow, "share": 1.0}, {"params": fast, "share": recipe.b_rate_ratio}]
        self.optimizer = torch.optim.AdamW(
            [group for group in groups if group["params"]],
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=True,
        )

    def rehearse(self, objective: Objective, units: Sequence[Unit]) -> None:
        """All the work of a first step, without learning from it."""
        self.step(objective, units, rate=0.0)
        self.optimizer.state.clear()

    def step(self, objective: Objective, units: Sequence[Unit], rate: float) -> Total:
        """One optimizer step at a learning rate; raises `TrainingError` if the loss is no number."""
        self._learn(True)
        self._keep_states(self.rows_return)
        weight, mine = objective.weight(units), self.processes.share(units)
        total = self._together(self._within_memory(lambda: self._gradients(objective, mine, weight, units[0])))
        if not math.isfinite(total.loss):
            raise TrainingError(f"the loss is {total.loss}: lower learning_rate and run again")
        self.processes.add_gradients(list(self.weights.values()))
        torch.nn.utils.clip_grad_norm_(self.weights.values(), self.clip_norm)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self._update()
        return total

    def _learn(self, learning: bool) -> None:
        """Put the model into the mode for it, which takes a while as it asks every module."""
        if self.model.training != learning:
            self.model.train(learning)

    def _keep_states(self, growing: bool) -> None:
        """Whether rows that are read for the first time are expected again."""
        if self.forward.stored is not None:
            self.forward.stored.growing = growing

    def _update(self) -> None:
        """The optimizer's step.

        On a CPU torch's fused AdamW (2.13) reads a gradient's numbers as they lie, whatever its strides, and leaves the
        version of what it changes, by which the fast path knows that adapters changed.
        """
        learned = [p for p in self.weights.values() if p.grad is not None]
        for p in learned:
            p.grad = p.grad.contiguous()
        self.optimizer.step()
        increment_version(learned)
        self.optimizer.zero_grad()

    @torch.no_grad()
    def validate(self, objective: Objective, units: Sequence[Unit]) -> Total:
        """The loss over all units, without learning."""
        self._learn(False)
        self._keep_states(True)
        mine = self.processes.share(sorted(units, key=lambda unit: unit.length))
        return self._together(self._within_memory(lambda: self._losses(objective, mine, units[0])))

    @torch.no_grad()
    def with_references(self, units: Sequence[Unit]) -> list[Unit]:
        """The units with the log-probability that the model gives each of their rows now."""
        self._learn(False)
        mine = self.processes.share(range(len(units)))
        parts = self.processes.collect(self._within_memory(lambda: self._row_scores(units, mine)))
        found = {i: scores for part in parts for i, scores in part.items()}
        return [replace(unit, reference=found[i]) for i, unit in enumerate(units)]

    def _together(self, mine: Total) -> Total:
        """The total over all processes."""
        total = Total()
        for part in self.processes.collect(mine):
            total.include(part)
        return total

    def _row_scores(self, units: Sequence[Unit], chosen: Sequence[int]) -> dict[int, tuple[float, ...]]:
        found: dict[int, tuple[float, ...]] = {}
        order = sorted(chosen, key=lambda i: units[i].length)
        parts = fill_batches(order, [unit.length for unit in units], self._part_tokens)
        missing = self.processes.missing(len(parts))
        for positions in parts:
            rows = [row for i in positions for row in units[i].rows]
            scores = iter(Scores(self.forward, collate(rows, self._padding)).rows.tolist())
            found |= {i: tuple(next(scores) for _ in units[i].rows) for i in positions}
        for _ in range(missing):
            self.forward.hidden(collate(units[0].rows, self._padding))
        return found

    def save(self, folder: Path) -> None:
        """Write the adapter, and the heads of objectives that have one.

        PiSSA's adapter is written as one on the untouched base, of twice the rank.
        """
        options = {"path_initial_model_for_weight_conversion": str(self._initial)} if self._initial else {}
        self.model.save_pretrained(folder, **options)
        for objective in self.objectives:
            objective.save(folder)

    def _losses(self, objective: Objective, units: Sequence[Unit], spare: Unit) -> Total:
        """The total over the units."""
        total = Total()
        for part, counts in self._passes(units, spare):
            self._loss(objective, part, total if counts else Total())
        return total

    def _gradients(self, objective: Objective, units: Sequence[Unit], weight: int, spare: Unit) -> Total:
        """The same with gradients."""
        self.optimizer.zero_grad()
        total = Total()
        for part, counts in self._passes(units, spare):
            loss = self._loss(objective, part, total if counts else Total())
            (loss * counts / weight).backward()
        return total

    def _passes(self, units: Sequence[Unit], spare: Unit) -> list[tuple[list[Unit], bool]]:
        """The parts of the units, which count, and a spare unit for each part that this process lacks."""
        parts = list(self._parts(units))
        return [(part, True) for part in parts] + [([spare], False)] * self.processes.missing(len(parts))

    def _loss(self, objective: Objective, units: Sequence[Unit], total: Total) -> torch.Tensor:
        """The summed loss of a part, taken into account in the total."""
        rows, compared = objective.rows(units)
        with torch.no_grad():
            beside = Scores(self.forward, collate(compared, self._padding)).rows if compared else None
        scores = Scores(self.forward, collate(rows, self._padding), beside)
        loss: torch.Tensor
        loss, measures = objective(scores, units)
        total.add(loss.item(), objective.weight(units), len(units), measures)
        if all(len(unit.rows) == 1 for unit in units):  # of a pair, one is meant to become unlikely
            total.row_losses |= {row.id: mean for row, mean in zip(rows, scores.losses, strict=False)}
        return loss

    def _parts(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        lengths = [unit.length for unit in units]
        for positions in fill_batches(range(len(units)), lengths, self._part_tokens):
            yield [units[i] for i in positions]

    def _within_memory(self, work: Callable[[], Done]) -> Done:
        """Do it, in smaller parts where memory runs out."""
        while True:
            try:
                return work()
            except RuntimeError as error:  # torch.OutOfMemoryError is one, and the CPU's allocator raises it bare
                self._halve(error)

    def _halve(self, error: RuntimeError) -> None:
        if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in str(error):
            raise error
        if self.processes.sharded:
            raise TrainingError("out of memory, in one of several processes: lower micro_tokens") from None
        self._part_tokens //= 2
        if self._part_tokens < SMALLEST_PART:
            raise TrainingError("one row does not fit into memory: lower max_length or rank") from None
        logger.warning("out of memory: going on with %d tokens at once", self._part_tokens)


def _save_initial(model: PeftModel, folder: Path) -> None:
    """The adapter as it begins, without which what it learned cannot be told from what it took out of the base."""
    config = model.peft_config["default"]
    named, config.init_lora_weights = config.init_lora_weights, True
    model.save_pretrained(folder)
    config.init_lora_weights = named
