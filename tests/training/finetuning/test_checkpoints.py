"""A run's state: what a step adds to it, and when it is over. Resuming is told by `test_finetuning`."""

from training.finetuning.loop.checkpoints import State
from training.finetuning.objectives.objective import Total


def test_a_step_is_counted_with_the_losses_of_its_rows() -> None:
    state = State(row_losses={"a": 2.0, "b": 1.0})
    state.count(Total(row_losses={"a": 1.5}), [], seconds=3.0)
    assert (state.step, state.seconds, state.row_losses) == (1, 3.0, {"a": 1.5, "b": 1.0})


def test_it_ends_with_its_plan_or_when_its_patience_does() -> None:
    plan = [object(), object()]
    assert not State(step=1, since_best=1).ends(plan, patience=2)
    assert State(step=2).ends(plan, patience=2)
    assert State(step=1, since_best=2).ends(plan, patience=2)
