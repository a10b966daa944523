"""Several processes train what one would; what does not fit is refused."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from chatbot.settings import Settings, load_settings
from tests.packs import write_pack
from training.__main__ import commands
from training.curation import reading
from training.finetuning.loop.processes import launched
from training.release.compatibility import WEIGHTS
from training.runs.files import run_folder

QUICK = [
    part
    for key in (
        "max_steps=3",
        "epochs=2",
        "batch_tokens=512",
        "retriever_epochs=0",
        "validate_every=3",
        "rank=4",
        "backward=all",
        "precision=float32",
    )
    for part in ("--set", key)
]


TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
ACCELERATE = [sys.executable, "-m", "accelerate.commands.accelerate_cli", "launch", "--num_processes", "2", "--cpu"]


@dataclass(frozen=True)
class Alone:
    """An installation on the tiny model, its environment, and what one process made there."""

    settings: Settings
    environment: dict[str, str]
    made: dict[str, Any]


@pytest.fixture(scope="module")
def alone(tiny_base: BaseModel, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    folder = tmp_path_factory.mktemp("alone")
    chosen = {"BASE_MODEL": tiny_base.source, "RECIPE": "sft", "PACK": write_pack(folder / "lamps")}
    environment = {f"CHATBOT_{name}": str(value) for name, value in (chosen | {"HOME": folder / "home"}).items()}
    few, told = reading._told()[::20], StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
        patch.setattr(reading, "_told", lambda: few)
        for name, value in environment.items():
            patch.setenv(name, value)
        settings = load_settings()
        assert run_command(commands, ["run", *QUICK, "--json"]) == 0
    return Alone(settings, environment, json.loads(told.getvalue()))


def test_processes_of_a_fresh_installation_unpack_the_base_once_and_whole(tmp_path: Path) -> None:
    script = tmp_path / "meet.py"
    script.write_text(
        "import sys; from pathlib import Path; from chatbot.engines.base_model import find_base_model\n"
        "from training.finetuning.loop.processes import launched\n"
        "base = find_base_model('smollm2-135m-instruct', Path(sys.argv[1]))\n"
        "assert launched(lambda: (base.config, base.tokenizer)).count == 2 and base.width == 576\n"
    )
    done = subprocess.run([*TORCHRUN, str(script), str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "models").iterdir()
    assert {file.name for file in made.iterdir() if file.is_dir()} == {"tokenizer", "config"}
    assert (made / "config" / "config.json").is_file() and (made / "tokenizer" / "tokenizer.json").is_file()


@pytest.mark.parametrize(
    ("launcher", "sharded"),
    [(TORCHRUN, "false"), (ACCELERATE, "false"), (TORCHRUN, "true")],
    ids=["torchrun", "accelerate", "sharded"],
)
def test_two_processes_learn_what_one_does(launcher: list[str], sharded: str, alone: Alone) -> None:
    made = alone.made
    done = subprocess.run(
        [*launcher, "-m", "training", "run", *QUICK, "--snapshot", str(made["snapshot"]), "--json"],
        env=os.environ | alone.environment | {"ACCELERATE_USE_FSDP": sharded},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    together = json.loads(done.stdout)

    assert together["steps"] == made["steps"] == 3
    assert together["train_tokens"] == made["train_tokens"]
    assert together["best_validation_loss"] == pytest.approx(made["best_validation_loss"], abs=1e-3)
    ours, theirs = (
        load_file(run_folder(alone.settings, outcome["run"]) / "best" / WEIGHTS) for outcome in (made, together)
    )
    assert ours.keys() == theirs.keys()
    # Adam turns the sign of a gradient that is nothing but rounding into a whole step, so single weights may differ.
    learned, other = (
        torch.cat([weight.flatten() for name, weight in sorted(side.items()) if ".lora_B." in name])
        for side in (ours, theirs)
    )
    assert (learned - other).norm() < 0.1 * learned.norm()


def test_ways_that_do_not_fit_an_adapter_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    with pytest.raises(TrainingError, match="DEEPSPEED is not supported"):
        launched()


def test_a_launcher_that_started_one_process_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    assert launched().count == 1
    assert "torchrun --nproc-per-node" in caplog.text
