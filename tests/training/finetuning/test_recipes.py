"""Every recipe that comes along, for two steps: one of each kind on the real model, the others on a tiny one."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.records import ChatMessage
from tests.training.conftest import rows
from training.finetuning.batches import collate
from training.finetuning.encoding import encode_rows
from training.finetuning.fast.forward import Forward
from training.finetuning.loop.classifier import train_classifier
from training.finetuning.loop.finetune import finetune
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.objectives.stages import stages_of
from training.finetuning.recipe import Recipe, load_recipe
from training.release.merging import adapter_deltas
from training.rows import Row

FEW = ("max_steps=2", "batch_tokens=128", "validate_every=2", "learning_rate=1e-3", "validation_rows=1")
MATRICES = 7


@pytest.fixture(scope="module")
def base(real_home: Path) -> BaseModel:
    return find_base_model("smollm2-135m-instruct", real_home)


def files(name: str) -> list[Row]:
    found = [row | {"intent": ("delivery", "returns")[n % 2]} for n, row in enumerate(rows(12))]
    other: ChatMessage = {"role": "assistant", "content": "Look at our wonderful lamps!"}
    pairs = [(row["messages"][:-1], row["messages"][-1:]) for row in found]
    snapshot: dict[str, list[Row]] = {
        "train": found[2:],
        "validation": found[:2],
        "reading": [],
        "preferences": [
            {"id": f"pair-{n}", "prompt": asked, "chosen": reply, "rejected": [other]}
            for n, (asked, reply) in enumerate(pairs)
        ],
        "unpaired": [
            {"prompt": asked, "completion": (reply, [other])[n % 2], "label": n % 2 == 0}
            for n, (asked, reply) in enumerate(pairs)
        ],
    }
    return snapshot[name]


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        ("sft", ("learn=all", "schedule=cosine", "rslora=true", "b_rate_ratio=4")),
        ("preference", ("epochs=0",)),
        ("full", ("top_layers=2",)),
    ],
)
def test_recipes_learn_on_the_real_model(
    base: BaseModel, tmp_path: Path, recipe: str, changes: tuple[str, ...]
) -> None:
    learns(base, tmp_path, recipe, changes)


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        ("preference", ("epochs=0", "objective=kto")),
        ("preference", ("epochs=0", "objective=orpo")),
        ("domain", ()),
        ("transfer", ()),
        ("multitask", ()),
        ("curriculum", ("order=length",)),
    ],
)
def test_recipes_learn(tiny_base: BaseModel, tmp_path: Path, recipe: str, changes: tuple[str, ...]) -> None:
    learns(tiny_base, tmp_path, recipe, changes)


def learns(base: BaseModel, folder: Path, recipe: str, changes: tuple[str, ...]) -> None:
    """Two steps of each stage lower the loss, and change every matrix of the layers that are trained."""
    chosen = load_recipe(recipe, (*FEW, *changes))
    stages = stages_of(base, chosen, files, ["Lamps: A lamp may go back for 30 days."] * 2)
    outcome = finetune(base, stages, chosen, folder)
    assert outcome.steps == 2 * len(stages)
    assert 0 < outcome.best_validation_loss <= outcome.base_validation_loss
    changed = adapter_deltas(outcome.adapter)
    assert len(changed) == MATRICES * min(chosen.top_layers or base.layers, base.layers)


def test_the_classifier_runs_on_the_real_model(base: BaseModel, tmp_path: Path) -> None:
    classifies(base, tmp_path, "lora")


def test_a_head_alone_classifies(tiny_base: BaseModel, tmp_path: Path) -> None:
    classifies(tiny_base, tmp_path, "head")


def classifies(base: BaseModel, folder: Path, tuning: str) -> None:
    """Two steps are taken and the texts held out are told; the adapter changes where it is what is tuned."""
    texts = [(f"{('Where is my parcel', 'My money back')[n % 2]} {n}", ("a", "b")[n % 2]) for n in range(12)]
    recipe = load_recipe("classify", (*FEW, f"tuning={tuning}"))
    outcome, found = train_classifier(base, texts, recipe, folder, "cpu", lambda progress: None)
    assert found is not None and outcome.steps == 2 and found.texts == 4
    assert any(delta[:].any() for delta in adapter_deltas(outcome.adapter).values()) == (tuning == "lora")


def test_the_fused_pass_is_the_real_models_own(base: BaseModel) -> None:
    recipe = Recipe.model_validate({"dropout": 0.0})
    batch = collate(encode_rows(base, rows(4), 512).rows, base.tokenizer.eos_token_id)
    model = attach_adapter(load_for_training(base, "cpu").float(), recipe)
    fused, plain = Forward(model), Forward(model)
    assert fused.fused is not None
    plain.fused = None
    ours, theirs = (-forward.log_probabilities(forward.hidden(batch), batch).mean() for forward in (fused, plain))
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)
