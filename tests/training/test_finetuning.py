"""The fine-tune: masks, batches, the shared prefix, exact resume, refusals."""

from pathlib import Path

import pytest
import torch

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.batches import Batch, collate, plan_batches, shared_prefix
from training.finetuning.checkpoints import CHECKPOINT
from training.finetuning.encoding import IGNORED, EncodedRows, encode_rows, show_mask
from training.finetuning.finetune import finetune, rate_at, reply_loss
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe, load_recipe

from .conftest import rows


def quick(**changes: object) -> Recipe:
    values = {
        "epochs": 2,
        "batch_tokens": 256,
        "validate_every": 3,
        "checkpoint_every": 1,
        "learning_rate": 1e-2,
        "rank": 4,
    }
    return Recipe(**(values | changes))


@pytest.fixture
def encoded(tiny_base: BaseModel) -> EncodedRows:
    return encode_rows(tiny_base, rows(24), 512)


def test_only_the_reply_and_its_stop_token_are_learned(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    shown = show_mask(tiny_base, encoded.rows[3])
    learned = shown[shown.index("⟦") + 1 : shown.index("⟧")]
    assert learned == "You may wait 3 days.<|im_end|>"
    assert encoded.rows[3].ids[-1] == tiny_base.tokenizer.eos_token_id


def test_rows_that_are_too_long_are_counted(tiny_base: BaseModel) -> None:
    found = encode_rows(tiny_base, rows(6), 45)
    assert found.too_long > 0
    assert len(found.rows) + found.too_long == 6


def test_a_row_without_a_supervised_token_is_refused(tiny_base: BaseModel) -> None:
    class Masking:
        eos_token_id = tiny_base.tokenizer.eos_token_id

    row = rows(1)[0]
    broken = type("Broken", (), {"encode": lambda self, asked, reply=None: [1, 2, 2], "tokenizer": Masking()})()
    with pytest.raises(TrainingError, match="row-0"):
        encode_rows(broken, [row], 512)


def test_batches_hold_every_row_once_within_the_budget(encoded: EncodedRows) -> None:
    plan = plan_batches(encoded.rows, 200, seed=1, epoch=0)
    assert sorted(i for batch in plan for i in batch) == list(range(24))
    assert all(len(batch) * max(len(encoded.rows[i].ids) for i in batch) <= 200 for batch in plan)
    assert plan == plan_batches(encoded.rows, 200, seed=1, epoch=0)
    assert plan != plan_batches(encoded.rows, 200, seed=1, epoch=1)


def test_the_shared_prefix_changes_neither_loss_nor_gradients(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    torch.manual_seed(0)
    model = attach_adapter(load_for_training(tiny_base, "cpu"), quick(dropout=0.0))
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.1)
    shared = collate(encoded.rows[:6], 2)
    length = len(shared.prefix)
    assert length > 10
    whole = Batch(
        torch.tensor([], dtype=torch.long),
        torch.cat([shared.prefix.expand(6, -1), shared.ids], 1),
        torch.cat([torch.full((6, length), IGNORED), shared.labels], 1),
        shared.tokens,
    )
    found = []
    for batch in (shared, whole):
        model.zero_grad()
        loss = reply_loss(model, batch)
        loss.backward()
        gradients = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
        found.append((loss.item(), gradients))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    assert torch.allclose(found[0][1], found[1][1], rtol=1e-3, atol=1e-4)


def test_the_prefix_never_reaches_into_a_reply(encoded: EncodedRows) -> None:
    assert shared_prefix([encoded.rows[0], encoded.rows[0]]) == encoded.rows[0].prompt - 1


def test_it_learns_and_keeps_the_best(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    seen: list[dict[str, object]] = []
    outcome = finetune(tiny_base, encoded, encoded, quick(epochs=6), tmp_path, report=seen.append)
    assert outcome.best_validation_loss < outcome.base_validation_loss - 0.3
    assert (outcome.adapter / "adapter_model.safetensors").is_file()
    assert seen[-1]["step"] == outcome.steps
    assert seen[-1]["fraction"] == 1


def test_a_run_that_was_killed_ends_with_the_same_weights(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path
) -> None:
    class Killed(Exception):
        pass

    def kill(progress: dict[str, int]) -> None:
        if progress["step"] == 5:
            raise Killed

    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    finetune(tiny_base, encoded, encoded, quick(), tmp_path / "whole")
    with pytest.raises(Killed):
        finetune(tiny_base, encoded, encoded, quick(), tmp_path / "killed", report=kill)
    finetune(tiny_base, encoded, encoded, quick(), tmp_path / "killed")
    ours, theirs = (torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("killed", "whole"))
    assert ours["state"]["step"] == theirs["state"]["step"]
    assert all(torch.equal(ours["weights"][key], theirs["weights"][key]) for key in theirs["weights"])


def test_a_stop_keeps_the_checkpoint(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    outcome = finetune(tiny_base, encoded, encoded, quick(), tmp_path, should_stop=lambda: True)
    assert outcome.stopped
    assert outcome.steps == 1
    assert (tmp_path / CHECKPOINT).is_file()


def test_it_stops_early_when_nothing_is_gained(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    recipe = quick(epochs=20, learning_rate=1e-9, validate_every=1, patience=2)
    outcome = finetune(tiny_base, encoded, encoded, recipe, tmp_path)
    assert outcome.stopped_early
    assert outcome.steps == 2


def test_no_usable_row_is_refused(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="max_length"):
        finetune(tiny_base, EncodedRows([], 7), encoded, quick(), tmp_path)
    with pytest.raises(TrainingError, match="validate"):
        finetune(tiny_base, encoded, EncodedRows([], 0), quick(), tmp_path)


def test_targets_that_match_nothing_are_refused(tiny_base: BaseModel) -> None:
    with pytest.raises(TrainingError, match="no_such_layer"):
        attach_adapter(load_for_training(tiny_base, "cpu"), quick(targets="no_such_layer"))


def test_the_rate_rises_then_falls() -> None:
    rates = [rate_at(step, 20, 0.2) for step in range(20)]
    assert rates[0] == 0.25
    assert max(rates) == rates[3] == 1.0
    assert rates[-1] == pytest.approx(1 / 16)


def test_recipes_report_all_faults_together() -> None:
    with pytest.raises(TrainingError) as caught:
        load_recipe("sft", ("epochs=-1", "rank=none", "colour=red"))
    assert all(word in str(caught.value) for word in ("epochs", "rank", "colour"))
    with pytest.raises(TrainingError, match="use one of sft"):
        load_recipe("unheard-of")
    assert load_recipe("sft", ("rank=4",)).rank == 4
