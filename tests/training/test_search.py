"""Search and the classifier by the command line, on the tiny model."""

import json
from pathlib import Path

import pytest

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel
from training.__main__ import commands
from training.finetuning.recipe import load_recipe


@pytest.fixture
def installed(tiny_base: BaseModel, lamps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_intents_of_the_pack_by_the_command_line(installed: None, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command(commands, ["run", "--recipe", "classify", "--set", "max_steps=2", "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    found = json.loads(said.out)
    assert {"run", "accuracy", "precision", "recall", "f1", "classifier"} <= set(found)
