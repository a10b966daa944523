"""The fine-tune: masks, batches, the shared prefix, exact resume, refusals."""

import json
import pickle
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from peft import PeftModel

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from tests.training.conftest import rows
from training.evaluation.likelihood import reply_likelihoods
from training.finetuning.batches import Batch, collate, plan_batches, shared_prefix
from training.finetuning.encoding import IGNORED, EncodedRows, encode_rows, show_mask
from training.finetuning.fast.forward import Forward
from training.finetuning.loop import references
from training.finetuning.loop.finetune import HARDNESS, Report, finetune
from training.finetuning.loop.learner import Learner
from training.finetuning.loop.outcome import Outcome
from training.finetuning.loop.plan import competence, epochs_within, plan_steps, rate_at
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.objectives.objective import Total, Unit
from training.finetuning.objectives.sft import SFT
from training.finetuning.objectives.stages import Stage, stages_of
from training.finetuning.recipe import RECIPES, Recipe, load_recipe
from training.rows import Row
from training.runs.files import CHECKPOINT
from training.runs.progress import FineTuneProgress


def quick(**changes: object) -> Recipe:
    values: dict[str, object] = {
        "epochs": 2,
        "batch_tokens": 256,
        "validate_every": 3,
        "checkpoint_every": 1,
        "learning_rate": 1e-2,
        "rank": 4,
        "precision": "float32",
    }
    return Recipe.model_validate(values | changes)


@pytest.fixture
def encoded(tiny_base: BaseModel) -> EncodedRows:
    return encode_rows(tiny_base, rows(24), 512)


def stage_of(train: EncodedRows, validation: EncodedRows, recipe: Recipe) -> Stage:
    learned, held_out = ([Unit((row,)) for row in encoded.rows] for encoded in (train, validation))
    return Stage("replies", SFT(), learned, held_out, recipe.epochs, recipe.learning_rate)


def learn(
    base: BaseModel,
    rows: EncodedRows,
    recipe: Recipe,
    folder: Path,
    report: Report = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    return finetune(base, [stage_of(rows, rows, recipe)], recipe, folder, report=report, should_stop=should_stop)


def test_only_the_reply_and_its_stop_token_are_learned(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    shown = show_mask(tiny_base, encoded.rows[3])
    learned = shown[shown.index("⟦") + 1 : shown.index("⟧")]
    assert learned == "You may wait 3 days.<|im_end|>"
    assert encoded.rows[3].ids[-1] == tiny_base.tokenizer.eos_token_id


def test_rows_that_are_too_long_are_counted(tiny_base: BaseModel) -> None:
    found = encode_rows(tiny_base, rows(6), 45)
    assert found.too_long > 0
    assert len(found.rows) + found.too_long == 6


def test_rows_on_disk_are_the_same_rows(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    stored = encode_rows(tiny_base, iter(rows(24)), 512, folder=tmp_path)
    assert all(not isinstance(row.ids, list) for row in stored.rows)
    copies = pickle.loads(pickle.dumps(stored.rows))
    for row, same, copy in zip(encoded.rows, stored.rows, copies, strict=True):
        assert same.ids[:] == row.ids == copy.ids
        assert (len(same.ids), same.ids[-1], same.spans) == (len(row.ids), row.ids[-1], row.spans)
    chosen, batch = collate(encoded.rows[:5], 2), collate(stored.rows[:5], 2)
    assert torch.equal(chosen.ids, batch.ids) and torch.equal(chosen.labels, batch.labels)


def test_a_row_without_a_supervised_token_is_refused(tiny_base: BaseModel) -> None:
    deaf = deepcopy(tiny_base.tokenizer)
    deaf.chat_template = "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}"
    with pytest.raises(TrainingError, match="row-0"):
        encode_rows(cast(BaseModel, SimpleNamespace(tokenizer=deaf)), rows(1), 512)


def test_batches_hold_every_row_once_within_the_budget(encoded: EncodedRows) -> None:
    lengths = [len(row.ids) for row in encoded.rows]
    plan = plan_batches(lengths, 200, seed=1, epoch=0)
    assert sorted(i for batch in plan for i in batch) == list(range(24))
    assert all(len(batch) * max(lengths[i] for i in batch) <= 200 for batch in plan)
    assert plan == plan_batches(lengths, 200, seed=1, epoch=0)
    assert plan != plan_batches(lengths, 200, seed=1, epoch=1)


def loss_and_gradients(model: PeftModel, forward: Forward, batch: Batch) -> tuple[float, torch.Tensor]:
    model.zero_grad()
    loss = -forward.log_probabilities(forward.hidden(batch), batch).sum()
    loss.backward()
    return loss.item(), torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def adapted(base: BaseModel, **changes: object) -> PeftModel:
    """A model whose adapter is no longer zero."""
    torch.manual_seed(0)
    recipe = quick(**changes)
    model = attach_adapter(load_for_training(base, "cpu", recipe), recipe)
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.1)
    return model


@pytest.mark.parametrize("top_layers", [0, 1])
def test_the_fused_pass_computes_what_transformers_does(
    tiny_base: BaseModel, encoded: EncodedRows, top_layers: int
) -> None:
    model = adapted(tiny_base, dropout=0.0, top_layers=top_layers)
    fused, plain = Forward(model), Forward(model)
    assert fused.fused is not None
    plain.fused = None
    batch = collate(encoded.rows[:6], 2)
    ours, theirs = (loss_and_gradients(model, forward, batch) for forward in (fused, plain))
    assert ours[0] == pytest.approx(theirs[0], rel=1e-5)
    assert torch.allclose(ours[1], theirs[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("replies_only", [False, True])
def test_the_fused_pass_in_bfloat16_is_the_exact_one_but_for_rounding(
    tiny_base: BaseModel, encoded: EncodedRows, replies_only: bool
) -> None:
    batch, found = collate(encoded.rows[:6], 2), []
    for precision in ("float32", "bfloat16"):
        model = adapted(tiny_base, dropout=0.0, precision=precision)
        forward = Forward(model, replies_only)
        assert forward.fused is not None
        found.append(loss_and_gradients(model, forward, batch))
    (exact, exact_gradient), (loss, gradient) = found
    assert loss == pytest.approx(exact, rel=2e-3)
    assert gradient.dtype == torch.float32
    assert (gradient - exact_gradient).norm() < 0.03 * exact_gradient.norm()


def test_a_small_adapter_is_not_lost_beside_large_weights_in_bfloat16(
    tiny_base: BaseModel, encoded: EncodedRows
) -> None:
    batch, moved = collate(encoded.rows[:6], 2), []
    for precision in ("float32", "bfloat16"):
        model = adapted(tiny_base, dropout=0.0, precision=precision)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if ".lora_" in name:
                    parameter.mul_(0.1)
            forward = Forward(model)
            hidden = forward.hidden(batch).float()
            for name, parameter in model.named_parameters():
                if ".lora_B." in name:
                    parameter.zero_()
            moved.append(hidden - forward.hidden(batch).float())
    assert (moved[1] - moved[0]).norm() < 0.5 * moved[0].norm()


def test_gradients_reach_the_replies_and_the_keys_and_values_before_them(
    tiny_base: BaseModel, encoded: EncodedRows
) -> None:
    model = adapted(tiny_base, dropout=0.0)
    fused, whole, plain = Forward(model, replies_only=True), Forward(model), Forward(model)
    plain.fused = None
    chosen = [*encoded.rows[:6], replace(encoded.rows[6], spans=((90, len(encoded.rows[6].ids)),))]
    batch = collate(chosen, 2)
    first = [row.prompt - 1 for row in chosen]
    ends = [len(row.ids) - 1 for row in chosen]
    longest = max(end - start for start, end in zip(first, ends, strict=True))
    fixed = [max(len(batch.prefix), end - longest) - len(batch.prefix) for end in ends]

    def detach(_: object, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """Cuts the way back into the states of fixed tokens; the prefix passes by itself before the rows."""
        states = inputs[0].clone()
        if len(states) == 1:
            return (states.detach(), *inputs[1:])
        for row, count in enumerate(fixed):
            states[row, :count] = states[row, :count].detach()
        return (states, *inputs[1:])

    hooks = [layer.register_forward_pre_hook(detach) for layer in model.get_base_model().model.layers]
    theirs = loss_and_gradients(model, plain, batch)
    for hook in hooks:
        hook.remove()
    ours, exact = loss_and_gradients(model, fused, batch), loss_and_gradients(model, whole, batch)
    assert ours[0] == pytest.approx(theirs[0], rel=1e-5)
    assert torch.allclose(ours[1], theirs[1], rtol=1e-3, atol=1e-4)
    assert not torch.allclose(ours[1], exact[1], rtol=1e-2, atol=1e-2)


def test_the_fused_pass_follows_the_weights(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    model = adapted(tiny_base, dropout=0.0)
    forward = Forward(model)
    batch = collate(encoded.rows[:2], 2)
    before = forward.hidden(batch).detach()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.mul_(2)
    assert not torch.allclose(before, forward.hidden(batch))


@pytest.mark.parametrize("changes", [{"dropout": 0.1}, {"targets": "q_proj,v_proj"}, {"checkpointing": True}])
def test_what_the_fused_pass_cannot_compute_goes_through_transformers(
    tiny_base: BaseModel, changes: dict[str, object]
) -> None:
    assert Forward(adapted(tiny_base, **({"dropout": 0.0} | changes))).fused is None


def test_checkpointing_changes_no_gradient(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    batch, found = collate(encoded.rows[:4], 2), []
    assert len(batch.prefix) > 0
    for checkpointing in (False, True):
        model = adapted(tiny_base, dropout=0.0, precision="float32", checkpointing=checkpointing).train()
        found.append(loss_and_gradients(model, Forward(model), batch))
    (loss, gradient), (same_loss, same_gradient) = found
    assert same_loss == pytest.approx(loss, rel=1e-5)
    assert torch.allclose(same_gradient, gradient, rtol=1e-3, atol=1e-4)


def test_all_turns_of_a_dialogue_can_be_learned(tiny_base: BaseModel) -> None:
    said = [("user", "Hello"), ("assistant", "Good day."), ("user", "A lamp?"), ("assistant", "It is 3 pounds.")]
    row: Row = {"id": "talk", "messages": [{"role": role, "content": content} for role, content in said]}
    shown = [show_mask(tiny_base, encode_rows(tiny_base, [row], 512, every).rows[0]) for every in (True, False)]
    assert shown[0].count("⟦") == 2 and "⟦Good day.<|im_end|>⟧" in shown[0]
    assert shown[1].count("⟦") == 1 and "⟦It is 3 pounds.<|im_end|>⟧" in shown[1]


def test_a_step_in_parts_is_the_same_step(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    weights = []
    for name, at_once in (("whole", 8192), ("parts", 64)):
        recipe = quick(dropout=0.0, max_steps=2, micro_tokens=at_once)
        (tmp_path / name).mkdir()
        learn(tiny_base, encoded, recipe, tmp_path / name)
        weights.append(torch.load(tmp_path / name / CHECKPOINT, weights_only=True)["weights"])
    assert all(torch.allclose(weights[0][key], weights[1][key], atol=1e-5) for key in weights[0])


def test_minutes_lower_the_epochs_and_a_resumed_run_keeps_to_them(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path
) -> None:
    recipe = quick(dropout=0.0, epochs=50, minutes=0.005, patience=100)
    stage = stage_of(encoded, encoded, recipe)
    halted = learn(tiny_base, encoded, recipe, tmp_path, should_stop=lambda: True)
    assert halted.steps == 1
    (epochs,) = torch.load(tmp_path / CHECKPOINT, weights_only=True)["state"]["epochs"]
    outcome = learn(tiny_base, encoded, recipe, tmp_path)
    assert 0 < epochs < 50 and outcome.steps == len(plan_steps([replace(stage, epochs=epochs)], recipe))


@pytest.mark.parametrize(
    ("steps", "caps", "made"),
    [(6.0, 0, [4, 2]), (2.0, 0, [1, 1]), (100.0, 0, [24, 2]), (6.0, 3, [3, 2]), (4.0, 3, [2, 2])],
)
def test_few_corrections_are_learned_whole_beside_many_replies(
    encoded: EncodedRows, steps: float, caps: int, made: list[int]
) -> None:
    recipe = quick(epochs=4, max_steps=caps)
    many = stage_of(encoded, encoded, recipe)
    few = replace(many, train=many.train[:2], epochs=2.0)
    stages = [replace(s, epochs=e) for s, e in zip((many, few), epochs_within(steps, [many, few], recipe), strict=True)]
    assert [len(plan_steps([stage], recipe)) for stage in stages] == made


def test_it_goes_on_in_smaller_parts_when_memory_runs_out(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, most = Learner._loss, 2

    def scarce(self: Learner, objective: SFT, units: list[Unit], total: Total) -> object:
        if len(units) > most:
            raise torch.OutOfMemoryError("no more")
        return whole(self, objective, units, total)

    monkeypatch.setattr(Learner, "_loss", scarce)
    assert learn(tiny_base, encoded, quick(dropout=0.0, max_steps=2), tmp_path).steps == 2
    most = 0
    with pytest.raises(TrainingError, match="one row does not fit"):
        learn(tiny_base, encoded, quick(dropout=0.0, max_steps=3), tmp_path)


def test_pissa_is_saved_as_an_adapter_of_the_untouched_base(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path
) -> None:
    outcome = learn(tiny_base, encoded, quick(dropout=0.0, init="pissa", epochs=1, precision="float32"), tmp_path)
    assert outcome.best_validation_loss < outcome.base_validation_loss
    found = reply_likelihoods(tiny_base, outcome.adapter, encoded.rows)
    loss = -sum(row.log_likelihood for row in found) / sum(row.tokens for row in found)
    assert loss == pytest.approx(outcome.best_validation_loss, abs=2e-3)


def test_full_fine_tuning_is_plain_gradient_descent_on_the_matrices(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path
) -> None:
    recipe = quick(dropout=0.0, tuning="full", weight_decay=0.0)
    adapted = attach_adapter(load_for_training(tiny_base, "cpu", recipe), recipe)
    forward, batch = Forward(adapted), collate(encoded.rows[:6], 2)
    assert forward.fused is not None
    loss = -forward.log_probabilities(forward.hidden(batch), batch).sum()
    loss.backward()

    whole = load_for_training(tiny_base, "cpu", recipe)
    plain = Forward(whole)
    (-plain.log_probabilities(plain.hidden(batch), batch).sum()).backward()
    for mine, theirs in zip(adapted.get_base_model().model.layers, whole.model.layers, strict=True):
        assert torch.allclose(mine.mlp.up_proj.lora_B["default"].weight.grad, theirs.mlp.up_proj.weight.grad, atol=1e-4)
        assert torch.allclose(
            mine.mlp.down_proj.lora_A["default"].weight.grad, theirs.mlp.down_proj.weight.grad, atol=1e-4
        )
        assert torch.allclose(
            mine.self_attn.k_proj.lora_B["default"].weight.grad, theirs.self_attn.k_proj.weight.grad, atol=1e-4
        )

    outcome = learn(tiny_base, encoded, recipe, tmp_path)
    assert outcome.best_validation_loss < outcome.base_validation_loss
    found = reply_likelihoods(tiny_base, outcome.adapter, encoded.rows)
    mean = -sum(row.log_likelihood for row in found) / sum(row.tokens for row in found)
    assert mean == pytest.approx(outcome.best_validation_loss, abs=2e-3)


def test_eva_begins_with_what_the_matrices_read(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    recipe = quick(dropout=0.0, init="eva")
    adapted = attach_adapter(load_for_training(tiny_base, "cpu", recipe), recipe, encoded.rows[:12])
    assert Forward(adapted).fused is not None
    reads = adapted.get_base_model().model.layers[0].mlp.down_proj
    inputs = []
    reads.register_forward_pre_hook(lambda module, given: inputs.append(given[0].flatten(0, -2)))
    with torch.no_grad():
        for row in encoded.rows[:12]:
            adapted(input_ids=torch.tensor([row.ids]))
    read = torch.cat(inputs)
    spread = read - read.mean(0)
    a = reads.lora_A["default"].weight
    chance = torch.linalg.qr(torch.randn(a.shape[1], a.shape[0], generator=torch.Generator().manual_seed(0))).Q.T
    ours, theirs = ((spread @ torch.linalg.qr(rows.T).Q).square().sum() for rows in (a, chance))
    assert ours > 2 * theirs


def test_the_shared_prefix_changes_neither_loss_nor_gradients(tiny_base: BaseModel, encoded: EncodedRows) -> None:
    model = adapted(tiny_base, dropout=0.0)
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
        found.append(loss_and_gradients(model, Forward(model), batch))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    assert torch.allclose(found[0][1], found[1][1], rtol=1e-3, atol=1e-4)


def test_the_prefix_never_reaches_into_a_reply(encoded: EncodedRows) -> None:
    assert shared_prefix([encoded.rows[0], encoded.rows[0]]) == encoded.rows[0].prompt - 1


def test_it_learns_and_keeps_the_best(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    seen: list[FineTuneProgress] = []
    outcome = learn(tiny_base, encoded, quick(epochs=6), tmp_path, report=seen.append)
    assert outcome.best_validation_loss < outcome.base_validation_loss - 0.3
    assert (outcome.adapter / "adapter_model.safetensors").is_file()
    assert seen[-1].step == outcome.steps
    assert seen[-1].fraction == 1


def test_a_run_that_was_killed_ends_with_the_same_weights(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path
) -> None:
    class Killed(Exception):
        pass

    def kill(progress: FineTuneProgress) -> None:
        if progress.step == 5:
            raise Killed

    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    learn(tiny_base, encoded, quick(), tmp_path / "whole")
    with pytest.raises(Killed):
        learn(tiny_base, encoded, quick(), tmp_path / "killed", report=kill)
    learn(tiny_base, encoded, quick(), tmp_path / "killed")
    ours, theirs = (torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("killed", "whole"))
    assert ours["state"]["step"] == theirs["state"]["step"]
    assert all(torch.equal(ours["weights"][key], theirs["weights"][key]) for key in theirs["weights"])


def test_a_stop_keeps_the_checkpoint(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    outcome = learn(tiny_base, encoded, quick(), tmp_path, should_stop=lambda: True)
    assert outcome.stopped
    assert outcome.steps == 1
    assert (tmp_path / CHECKPOINT).is_file()


def test_it_stops_early_when_nothing_is_gained(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    recipe = quick(epochs=20, learning_rate=1e-9, validate_every=1, patience=2)
    outcome = learn(tiny_base, encoded, recipe, tmp_path)
    assert outcome.stopped_early
    assert outcome.steps == 2


def test_no_usable_row_is_refused(tiny_base: BaseModel) -> None:
    lines: dict[str, list[Row]] = {"train": [row | {"intent": ""} for row in rows(4)], "validation": []}
    with pytest.raises(TrainingError, match="validate"):
        stages_of(tiny_base, quick(), lambda name: lines.get(name, []), [])
    long = [
        row | {"messages": [*row["messages"][:-1], {"role": "assistant", "content": "so " * 99}]}
        for row in lines["train"]
    ]
    with pytest.raises(TrainingError, match="max_length"):
        stages_of(tiny_base, quick(max_length=64), lambda name: [row for row in long if name == "train"], [])


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
    with pytest.raises(TrainingError, match="use one of classify"):
        load_recipe("unheard-of")
    with pytest.raises(TrainingError, match="did you mean learning_rate"):
        load_recipe("sft", ("learningrate=1",))
    with pytest.raises(TrainingError, match=r"preference_epochs.*classes"):
        load_recipe("sft", ("preference_epochs=1", "classes=file.csv"))
    with pytest.raises(TrainingError, match="needs objective = 'classify'"):
        load_recipe("transfer", ("tuning=head",))
    assert load_recipe("sft", ("rank=4",)).rank == 4


@pytest.mark.parametrize("name", [path.stem for path in RECIPES.glob("*.toml")])
def test_every_recipe_that_comes_along_can_be_read(name: str) -> None:
    assert load_recipe(name)


def test_a_curriculum_begins_with_the_easy_rows(encoded: EncodedRows) -> None:
    recipe = quick(order="length", epochs=6)
    stage = stage_of(encoded, encoded, recipe)
    hardness = {i: float(unit.length) for i, unit in enumerate(stage.train)}
    plan = plan_steps([stage], recipe, hardness)
    assert len(plan) == len(plan_steps([stage], recipe))
    early, late = ([hardness[i] for step in part for i in step.units] for part in (plan[:3], plan[-6:]))
    assert max(early) < max(late)
    assert competence(0, 10, 0.3) == pytest.approx(0.3)
    assert competence(5, 10, 0.3) == 1.0


def test_a_curriculum_that_is_stopped_while_it_reads_goes_on_reading(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "AT_ONCE", 5)
    seen: list[str] = []
    recipe = quick(order="loss", epochs=2)

    def report(progress: FineTuneProgress) -> None:
        seen.append(progress.message)

    halted = learn(tiny_base, encoded, recipe, tmp_path, report, should_stop=lambda: len(seen) == 2)
    assert halted.stopped and halted.steps == 0
    assert len(json.loads((tmp_path / HARDNESS).read_text())) == 10
    assert (tmp_path / CHECKPOINT).is_file()
    outcome = learn(tiny_base, encoded, recipe, tmp_path, report)
    assert seen[1:3] == [f"reading the rows with the base model: {done} of 24" for done in (10, 15)]
    assert not outcome.stopped and outcome.steps == len(plan_steps([stage_of(encoded, encoded, recipe)], recipe))


def test_a_curriculum_reads_as_many_rows_as_it_has_time_to_learn(
    tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.finetuning.loop.finetune._affordable", lambda *run: [0.5])
    recipe = quick(order="loss", epochs=2)
    outcome = learn(tiny_base, encoded, recipe, tmp_path)
    assert len(json.loads((tmp_path / HARDNESS).read_text())) == 12
    assert 0 < len(outcome.row_losses) <= 12
    assert outcome.steps == len(plan_steps([replace(stage_of(encoded, encoded, recipe), epochs=0.5)], recipe))


def test_a_checkpoint_of_another_recipe_is_refused(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    learn(tiny_base, encoded, quick(max_steps=1), tmp_path)
    with pytest.raises(TrainingError, match="another base model, recipe or release"):
        learn(tiny_base, encoded, quick(max_steps=2, rank=8), tmp_path)


def test_a_checkpoint_of_another_release_is_refused(tiny_base: BaseModel, encoded: EncodedRows, tmp_path: Path) -> None:
    learn(tiny_base, encoded, quick(max_steps=1), tmp_path)
    content = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    content["state"]["epochs_share"] = content["state"].pop("epochs")
    torch.save(content, tmp_path / CHECKPOINT)
    with pytest.raises(TrainingError, match="start a new run"):
        learn(tiny_base, encoded, quick(max_steps=2), tmp_path)


def test_four_bits_without_cuda_are_refused(tiny_base: BaseModel) -> None:
    with pytest.raises(TrainingError, match="needs a CUDA device"):
        load_for_training(tiny_base, "cpu", load_recipe("quantized"))
