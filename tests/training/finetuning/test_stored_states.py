"""States below the lowest layer that learns: computed once, the same loss, gone with the run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from chatbot.engines.base_model import BaseModel
from chatbot.records import ChatMessage
from tests.training.conftest import rows
from training.finetuning.batches import collate
from training.finetuning.encoding import Encoded, EncodedRows, encode_rows
from training.finetuning.fast import states
from training.finetuning.fast.forward import Forward
from training.finetuning.fast.fused import _Layer
from training.finetuning.fast.layout import Segment
from training.finetuning.loop.finetune import finetune
from training.finetuning.loop.outcome import Outcome
from training.finetuning.loop.plan import epochs_within, plan_steps
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.objectives.objective import Unit
from training.finetuning.objectives.sft import SFT
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe
from training.runs.files import CHECKPOINT


@pytest.fixture
def encoded(tiny_base: BaseModel) -> EncodedRows:
    return encode_rows(tiny_base, rows(24), 512)


@pytest.fixture
def attended(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of every pass through a layer, whether that layer learns."""
    seen: list[bool] = []
    attend = _Layer.attend

    def noted(
        layer: _Layer, x: torch.Tensor, fixed: torch.Tensor, segments: Sequence[Segment]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(layer.learns)
        return attend(layer, x, fixed, segments)

    monkeypatch.setattr(_Layer, "attend", noted)
    return seen


def recipe(**changes: object) -> Recipe:
    values: dict[str, object] = {"top_layers": 1, "dropout": 0.0, "rank": 4, "precision": "float32", "epochs": 2}
    values |= {"batch_tokens": 256, "learning_rate": 1e-2, "validate_every": 3}
    return Recipe.model_validate(values | changes)


def forward_of(base: BaseModel, replies_only: bool) -> Forward:
    torch.manual_seed(0)
    model = attach_adapter(load_for_training(base, "cpu", recipe()), recipe())
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.1)
    return Forward(model, replies_only)


def loss_and_gradients(forward: Forward, chosen: list[Encoded]) -> tuple[float, torch.Tensor]:
    forward.model.zero_grad()
    batch = collate(chosen, 2)
    loss = -forward.log_probabilities(forward.hidden(batch), batch).sum()
    loss.backward()
    return loss.item(), torch.cat([p.grad.flatten() for p in forward.model.parameters() if p.grad is not None])


@pytest.mark.parametrize("replies_only", [False, True])
def test_rows_that_return_give_the_same_loss_and_skip_the_layers_below(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, attended: list[bool], replies_only: bool
) -> None:
    forward, plain = (forward_of(tiny_base, replies_only) for _ in range(2))
    assert forward.fused is not None
    forward.fused.store(tmp_path, encoded.rows)
    groups = [encoded.rows[:6], encoded.rows[6:9], [encoded.rows[9]]]
    for group in groups:
        assert loss_and_gradients(forward, group)[0] == pytest.approx(loss_and_gradients(plain, group)[0], rel=1e-6)
    regrouped = [[*groups[1], *groups[0][2:4]], [groups[0][0]], [*groups[2], groups[0][1]]]
    for group in regrouped:
        attended.clear()
        loss, gradient = loss_and_gradients(forward, group)
        assert attended == [True]
        exact_loss, exact = loss_and_gradients(plain, group)
        assert loss == pytest.approx(exact_loss, rel=1e-3)
        assert (gradient - exact).norm() < 0.03 * exact.norm()
    attended.clear()
    loss_and_gradients(forward, [encoded.rows[0], encoded.rows[20]])
    assert attended == [False, True]


def test_the_common_beginning_is_kept_once(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    forward = forward_of(tiny_base, False)
    assert forward.fused is not None
    forward.fused.store(tmp_path, encoded.rows)
    stored = forward.stored
    assert stored is not None
    loss_and_gradients(forward, encoded.rows[:5])
    common = len(collate(encoded.rows, 2).prefix)
    assert common > 10
    kept = sum(len(row.ids) - 1 - common for row in encoded.rows[:5])
    assert stored._end == kept * 32 * 2
    assert list(tmp_path.iterdir()) == []


def test_neither_rows_of_another_beginning_nor_a_full_disk_nor_rows_seen_once_are_kept(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = forward_of(tiny_base, False)
    assert forward.fused is not None
    forward.fused.store(tmp_path, encoded.rows)
    stored = forward.stored
    assert stored is not None
    stored.growing = False
    loss_and_gradients(forward, encoded.rows[:2])
    stored.growing = True
    monkeypatch.setattr(states, "LEFT_FREE", 10**18)
    loss_and_gradients(forward, encoded.rows[:2])
    monkeypatch.undo()
    said: list[ChatMessage] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Good day."},
    ]
    other = encode_rows(tiny_base, [{"id": "other", "messages": said}], 99)
    loss_and_gradients(forward, other.rows)
    assert stored._end == 0
    loss_and_gradients(forward, encoded.rows[:2])
    assert stored._end > 0


def test_without_layers_below_nothing_is_kept(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    model = attach_adapter(load_for_training(tiny_base, "cpu", recipe()), recipe(top_layers=0))
    forward = Forward(model)
    assert forward.fused is not None
    forward.fused.store(tmp_path, encoded.rows)
    assert forward.stored is None


def learn(
    base: BaseModel,
    encoded: EncodedRows,
    folder: Path,
    chosen: Recipe,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    folder.mkdir(exist_ok=True)
    units = [Unit((row,)) for row in encoded.rows]
    stage = Stage("replies", SFT(), units[:16], units[16:], chosen.epochs, chosen.learning_rate)
    return finetune(base, [stage], chosen, folder, should_stop=should_stop)


def test_a_run_reads_each_row_below_once_and_leaves_no_file(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, attended: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = recipe(epochs=3)
    outcome = learn(tiny_base, encoded, tmp_path / "kept", chosen)
    units = [Unit((row,)) for row in encoded.rows]
    stage = Stage("replies", SFT(), units[:16], units[16:], 1, chosen.learning_rate)
    once = len(plan_steps([stage], chosen))
    assert attended.count(False) == once + 1
    assert attended.count(True) > 3 * once
    assert {file.name for file in (tmp_path / "kept").iterdir()} == {"best", CHECKPOINT}
    monkeypatch.setattr(states, "LEFT_FREE", 10**18)
    again = learn(tiny_base, encoded, tmp_path / "plain", chosen)
    assert outcome.best_validation_loss == pytest.approx(again.best_validation_loss, rel=2e-3)


def test_a_run_that_reads_rows_once_keeps_those_that_it_validates_on(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, attended: list[bool]
) -> None:
    chosen = recipe(epochs=1, validate_every=1)
    outcome = learn(tiny_base, encoded, tmp_path / "run", chosen)
    assert outcome.steps > 2
    assert attended.count(False) == outcome.steps + 1


def test_a_stopped_run_computes_again_what_it_needs(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    chosen = recipe(epochs=3, checkpoint_every=1)
    whole = learn(tiny_base, encoded, tmp_path / "whole", chosen)
    halted = learn(tiny_base, encoded, tmp_path / "halted", chosen, should_stop=lambda: True)
    assert halted.stopped
    resumed = learn(tiny_base, encoded, tmp_path / "halted", chosen)
    assert resumed.steps == whole.steps
    assert resumed.best_validation_loss == pytest.approx(whole.best_validation_loss, rel=2e-3)


@pytest.mark.parametrize(
    ("steps", "again", "epochs"), [(1.0, 1.0, 1.0), (1.0, 0.5, 1.0), (1.5, 0.5, 2.0), (0.5, 0.5, 0.5)]
)
def test_later_epochs_are_counted_at_their_own_price(
    encoded: EncodedRows, steps: float, again: float, epochs: float
) -> None:
    chosen = recipe(epochs=4, batch_tokens=10**6)  # one step holds all rows
    units = [Unit((row,)) for row in encoded.rows]
    stage = Stage("replies", SFT(), units, units, chosen.epochs, chosen.learning_rate)
    assert epochs_within(steps, [stage], chosen, again) == [pytest.approx(epochs)]


def test_more_top_layers_than_there_are_are_all_of_them(tiny_base: BaseModel) -> None:
    more, all_of_them = (
        attach_adapter(load_for_training(tiny_base, "cpu", recipe()), recipe(top_layers=count)) for count in (9, 0)
    )
    assert [name for name, _ in more.named_parameters()] == [name for name, _ in all_of_them.named_parameters()]
