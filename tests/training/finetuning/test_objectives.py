"""Objectives: DPO, KTO and ORPO against their formulas, weights from counts, stages of preferences."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from chatbot.records import ChatMessage
from tests.training.conftest import rows
from training.finetuning.encoding import encode_rows
from training.finetuning.loop.finetune import finetune
from training.finetuning.objectives.classification import Classes
from training.finetuning.objectives.dpo import DPO
from training.finetuning.objectives.kto import KTO, balanced_weights
from training.finetuning.objectives.objective import Unit
from training.finetuning.objectives.orpo import ORPO
from training.finetuning.objectives.stages import stages_of
from training.finetuning.recipe import Recipe
from training.rows import Row
from training.runs.progress import FineTuneProgress


class Given:
    """Scores as a test wants them: two rows a unit."""

    def __init__(self, rows: list[list[float]], sizes: list[int], compared: Sequence[float] = ()) -> None:
        self.rows = torch.tensor(rows).flatten().requires_grad_()
        self.sizes = torch.tensor(sizes)
        self.compared = torch.tensor(compared)
        self.hidden = torch.zeros(1, 4)


def units(base: BaseModel, references: Sequence[tuple[float, ...]], labels: list[int]) -> list[Unit]:
    row = encode_rows(base, rows(1), 512).rows[0]
    return [Unit((row, row), label, pair) for pair, label in zip(references, labels, strict=True)]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_dpo_is_its_formula(tiny_base: BaseModel) -> None:
    given = Given([[-10.0, -12.0], [-8.0, -5.0]], [1, 1, 1, 1])
    pairs = units(tiny_base, [(-11.0, -11.0), (-9.0, -7.0)], [-1, -1])
    loss, measures = DPO(0.1)(given, pairs)
    assert loss.item() == pytest.approx(-math.log(sigmoid(0.2)) - math.log(sigmoid(-0.1)), rel=1e-5)
    assert measures["margin"] == pytest.approx(0.1, rel=1e-4)
    assert measures["accuracy"] == 1
    loss.backward()
    assert given.rows.grad is not None and given.rows.grad[0] < 0 < given.rows.grad[1]


def test_kto_is_its_formula(tiny_base: BaseModel) -> None:
    given = Given([[-10.0], [-8.0]], [1, 1], compared=[-20.0, -19.0])
    verdicts = units(tiny_base, [(-11.0, -21.0), (-9.0, -20.0)], [1, 0])
    loss, measures = KTO(0.5, 1.0, 2.0)(given, verdicts)
    liked, disliked = 1 - sigmoid(0.5 * (1 - 1)), 2.0 * (1 - sigmoid(0.5 * (1 - 1)))
    assert loss.item() == pytest.approx(liked + disliked, rel=1e-5)
    assert measures["kl"] == pytest.approx(2.0)
    loss.backward()
    assert given.rows.grad is not None and given.rows.grad[0] < 0 < given.rows.grad[1]
    learned, compared = KTO(0.5, 1.0, 2.0).rows(verdicts)
    assert (learned, compared) == ([unit.rows[0] for unit in verdicts], [unit.rows[1] for unit in verdicts])


def test_orpo_is_its_formula(tiny_base: BaseModel) -> None:
    given = Given([[-2.0, -6.0]], [2, 3])
    loss, _ = ORPO(0.1)(given, units(tiny_base, [()], [-1]))
    odds = math.log(math.exp(-1) / (1 - math.exp(-1))) - math.log(math.exp(-2) / (1 - math.exp(-2)))
    assert loss.item() == pytest.approx(1 - 0.1 * math.log(sigmoid(odds)), rel=1e-5)


@pytest.mark.parametrize(("liked", "disliked"), [(90, 10), (10, 90), (50, 50), (60, 50), (3, 0)])
def test_weights_bring_the_shares_into_the_recommended_range(liked: int, disliked: int) -> None:
    weight_liked, weight_disliked = balanced_weights(liked, disliked)
    assert min(weight_liked, weight_disliked) == 1
    if disliked:
        assert 1 - 1e-9 <= liked * weight_liked / (disliked * weight_disliked) <= 4 / 3 + 1e-9


def files(count: int) -> dict[str, list[Row]]:
    """A snapshot whose corrections and likes prefer short replies."""
    found = [row | {"intent": ("delivery", "returns")[n % 2]} for n, row in enumerate(rows(16))]
    pairs, lone = list[Row](), list[Row]()
    for n, row in enumerate(rows(count)):
        *asked, reply = row["messages"]
        other: ChatMessage = {"role": "assistant", "content": "Never mind that, look at our wonderful lamps!"}
        pairs.append({"id": f"pair-{n}", "prompt": asked, "chosen": [reply], "rejected": [other]})
        lone.append({"prompt": asked, "completion": [(reply, other)[n % 2]], "label": n % 2 == 0})
    return {"train": found[4:], "validation": found[:4], "reading": [], "preferences": pairs, "unpaired": lone}


def preferring(objective: str, **changes: object) -> Recipe:
    values: dict[str, object] = {"objective": objective, "preference_epochs": 6, "epochs": 1}
    values |= {
        "preference_learning_rate": 1e-2,
        "batch_tokens": 512,
        "dropout": 0.0,
        "rank": 4,
        "validate_every": 2,
        "patience": 9,
    }
    return Recipe.model_validate(values | changes)


@pytest.mark.parametrize("objective", ["dpo", "kto", "orpo"])
def test_preferences_are_learned_after_replies(tiny_base: BaseModel, tmp_path: Path, objective: str) -> None:
    stages = stages_of(tiny_base, preferring(objective), files(20).__getitem__, [])
    assert [stage.name for stage in stages] == ["replies", "preferences"]
    outcome = finetune(tiny_base, stages, preferring(objective), tmp_path)
    assert outcome.best_validation_loss < outcome.base_validation_loss
    assert outcome.measures["margin"] > 0
    assert (tmp_path / "references-train.json").is_file() == (objective != "orpo")
    assert set(outcome.row_losses) == {row["id"] for row in files(20)["train"]}, "rejected replies are no noisy rows"


def test_references_outlive_a_kill(tiny_base: BaseModel, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(progress: FineTuneProgress) -> None:
        if progress.step == progress.steps - 2:
            raise Killed

    recipe = preferring("dpo", checkpoint_every=1)
    ends = []
    for name in ("whole", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "killed":
            with pytest.raises(Killed):
                stages = stages_of(tiny_base, recipe, files(20).__getitem__, [])
                finetune(tiny_base, stages, recipe, folder, report=kill)
        stages = stages_of(tiny_base, recipe, files(20).__getitem__, [])
        finetune(tiny_base, stages, recipe, folder)
        ends.append(torch.load(folder / "checkpoint.pt", weights_only=True)["weights"])
    assert all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])


def test_too_few_preferences_are_refused(tiny_base: BaseModel) -> None:
    with pytest.raises(TrainingError, match="there are 3 and 5 are the least"):
        stages_of(tiny_base, preferring("dpo"), files(3).__getitem__, [])


def test_articles_come_first(tiny_base: BaseModel, tmp_path: Path) -> None:
    recipe = preferring("sft", preference_epochs=0, domain_epochs=1)
    stages = stages_of(tiny_base, recipe, files(0).__getitem__, ["Lamps: A lamp may go back for 30 days. " * 3] * 4)
    assert [stage.name for stage in stages] == ["articles", "replies"]
    few = recipe.model_copy(update={"max_steps": 1})
    assert finetune(tiny_base, stages, few, tmp_path).steps == 2
    with pytest.raises(TrainingError, match="the pack has none"):
        stages_of(tiny_base, recipe, files(0).__getitem__, [])


def test_intents_are_learned_beside_replies(tiny_base: BaseModel, tmp_path: Path) -> None:
    recipe = preferring("multitask", preference_epochs=0, epochs=20, class_share=0.9)
    stages = stages_of(tiny_base, recipe, files(0).__getitem__, [])
    assert isinstance(stages[0].objective, Classes) and stages[0].objective.names == ["delivery", "returns"]
    outcome = finetune(tiny_base, stages, recipe, tmp_path)
    assert outcome.best_validation_loss < outcome.base_validation_loss
    assert "accuracy" in outcome.measures
    assert (outcome.adapter / "classes.safetensors").is_file()
