"""Search and the classifier by the command line, on the tiny model."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.lineage import SnapshotCounts
from chatbot.settings import Settings
from chatbot.store import Store
from training import search as searching
from training.__main__ import commands
from training.curation.snapshots import Snapshot
from training.finetuning.loop.finetune import Report
from training.finetuning.recipe import Recipe, load_recipe
from training.runs.progress import FineTuneProgress, Point
from training.search import search
from training.workbench import Workbench


@pytest.fixture
def installed(tiny_base: BaseModel, lamps: Path, few_to_read: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_BASE_MODEL", str(tiny_base.source))
    monkeypatch.setenv("CHATBOT_PACK", str(lamps))


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    from tests.packs import write_pack

    return write_pack(tmp_path / "lamps")


def test_a_search_finds_a_recipe_and_goes_on(installed: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick = ["--set", "max_steps=2", "--set", "validate_every=1", "--sampler", "tpe", "--json"]
    assert run_command(commands, ["search", "--trials", "3", *quick]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["trials"]) == 3
    assert load_recipe(found["recipe"]).learning_rate == pytest.approx(found["best"]["learning_rate"])
    assert found["best_validation_loss"] == min(row["loss"] for row in found["trials"] if row["state"] == "complete")
    assert any(path.endswith("optimization_history.html") for path in found["plots"])
    assert not list((home / "searches" / "search").glob("trial-*"))

    assert run_command(commands, ["search", "--trials", "4", *quick]) == 0
    assert len(json.loads(capsys.readouterr().out)["trials"]) == 4


def test_trials_are_compared_and_the_best_is_written_as_a_recipe(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fine-tune that is the better the lower its rate, and one of six that comes to nothing."""
    tried: list[Recipe] = []

    def tuned(
        base: BaseModel, stages: object, recipe: Recipe, folder: Path, device: str, report: Report
    ) -> SimpleNamespace:
        tried.append(recipe)
        if len(tried) == 2:
            raise TrainingError("the loss is nan")
        losses = [4.0, 3.0 + recipe.learning_rate]
        for step, loss in enumerate(losses):
            report(FineTuneProgress(step, 2, step / 2, "", [], Point(step, validation_loss=loss)))
        return SimpleNamespace(best_validation_loss=losses[-1], seconds=1.0)

    monkeypatch.setattr(searching, "finetune", tuned)
    monkeypatch.setattr(searching, "stages_of", lambda *rest: [])
    monkeypatch.setattr(searching, "_plots", lambda study, folder: [])
    bench = Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")
    heard: list[int] = []
    snapshot = Snapshot(1, tmp_path, SnapshotCounts())
    found = search(bench, snapshot, Recipe(), 6, "grid", tmp_path / "s", lambda trial, at: heard.append(trial))
    ended = [trial for trial in found.trials if trial.state == "complete"]
    assert found.trials[: len(ended)] == sorted(ended, key=lambda trial: trial.loss or 0)
    assert found.best == ended[0].tried and found.best_validation_loss == round(ended[0].loss or 0, 4)
    assert found.best["learning_rate"] == min(trial.tried["learning_rate"] for trial in ended)
    assert load_recipe(str(found.recipe)).learning_rate == found.best["learning_rate"]
    assert sorted(set(heard)) == [0, 2, 3, 4, 5] and {trial.number for trial in found.trials} == set(heard)
    told: dict[str, Any] = found.as_dict()
    assert set(told["trials"][0]) == {"trial", "state", "loss", "rank", "learning_rate", "batch_tokens"}
    assert told["recipe"] == str(tmp_path / "s" / "best.toml") and told["plots"] == []


def test_a_search_in_which_nothing_ends_is_refused(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverges(*rest: object) -> None:
        raise TrainingError("the loss is nan")

    monkeypatch.setattr(searching, "finetune", diverges)
    monkeypatch.setattr(searching, "stages_of", lambda *rest: [])
    bench = Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")
    with pytest.raises(TrainingError, match="no trial came to an end"):
        search(bench, Snapshot(1, tmp_path, SnapshotCounts()), Recipe(), 2, "random", tmp_path / "s")
    assert not list((tmp_path / "s").glob("trial-*"))


def test_intents_of_the_pack_by_the_command_line(installed: None, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command(commands, ["run", "--recipe", "classify", "--set", "max_steps=2", "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    found = json.loads(said.out)
    assert {"run", "accuracy", "precision", "recall", "f1", "classifier"} <= set(found)
