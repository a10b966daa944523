"""Cross-validation holds every row out once; the average of its adapters is exact, and a version like any other."""

import json
from pathlib import Path

import pytest
import torch

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel
from chatbot.settings import Settings
from chatbot.store import open_store
from training.__main__ import commands
from training.curation.snapshots import open_snapshot
from training.curation.splitting import fold_of
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe
from training.folds import average
from training.release.merging import adapter_deltas
from training.runs.files import run_folder
from training.runs.tracking import Progress

QUICK = [
    part
    for key in ("max_steps=2", "epochs=2", "retriever_epochs=0", "rank=4", "validation_rows=4")
    for part in ("--set", key)
]


def test_every_row_is_held_out_once_and_the_average_is_registered(
    tiny_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(commands, ["run", *QUICK, "--folds", "3", "--ensemble", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    store = open_store(tiny_settings.database)
    snapshot = open_snapshot(store, found["snapshot"])
    rows = [*snapshot.rows("train"), *snapshot.rows("validation")]
    held_out = [fold["held_out"] for fold in found["folds"]]
    assert sum(held_out) == len(rows) and min(held_out) > 0
    losses = [fold["best_validation_loss"] for fold in found["folds"]]
    assert found["best_validation_loss"] == pytest.approx(sum(losses) / 3, abs=1e-4)
    assert found["deviation"] >= 0
    assert found["steps"] == 6
    version = store.versions.get(found["version"])
    assert version.run == found["run"]
    config = json.loads((Path(version.path) / "adapter" / "adapter_config.json").read_text())
    assert config["r"] == 3 * 4


def test_a_stopped_cross_validation_goes_on_where_it_was(
    tiny_settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_command(commands, ["run", *QUICK, "--folds", "2", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)

    steps: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(Progress, "training", lambda progress, at: steps.append(at.message))
        patched.setattr(Progress, "stop_asked", lambda progress: len(steps) >= 2)
        assert run_command(commands, ["run", *QUICK, "--folds", "2", "--json"]) == 2
    assert steps[-1] == "fold 2 of 2: step 1 of 2"
    assert "the checkpoint is kept" in capsys.readouterr().err
    store = open_store(tiny_settings.database)
    stopped = next(iter(store.versions.runs())).id
    assert run_command(commands, ["run", "--resume", stopped, "--json"]) == 0
    resumed = json.loads(capsys.readouterr().out)
    assert resumed["folds"] == whole["folds"]
    assert not list(run_folder(tiny_settings, resumed["run"]).glob("**/checkpoint.pt"))


def test_a_conversation_is_held_out_as_a_whole() -> None:
    groups = [f"conversation-{n}" for n in range(200)]
    folds = [fold_of(group, 4) for group in groups]
    assert set(folds) == {0, 1, 2, 3}
    assert folds == [fold_of(group, 4) for group in groups]


def test_the_average_is_exact(tiny_base: BaseModel, tmp_path: Path) -> None:
    recipe = Recipe.model_validate({"rank": 2, "alpha": 4})
    adapters = []
    for seed in range(3):
        torch.manual_seed(seed)
        model = attach_adapter(load_for_training(tiny_base, "cpu"), recipe)
        for parameter in model.parameters():
            if parameter.requires_grad:
                torch.nn.init.normal_(parameter)
        model.save_pretrained(tmp_path / str(seed))
        adapters.append(tmp_path / str(seed))
    weights = [0.5, 0.3, 0.2]
    average(tiny_base, adapters, weights, tmp_path / "average")
    parts = [adapter_deltas(adapter) for adapter in adapters]
    for name, delta in adapter_deltas(tmp_path / "average").items():
        wanted = sum(weight * part[name][:] for weight, part in zip(weights, parts, strict=True))
        assert delta[:] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ensemble"], "add --folds"),
        (["--folds", "2", "--resume", "x"], "leave --folds out"),
        (["--folds", "1"], "1 is not in the range"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tiny_settings: Settings, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run_command(commands, ["run", *words]) == 2
    assert said in capsys.readouterr().err
