"""Several processes train what one would; what does not fit is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from chatbot.commands import run_command
from chatbot.errors import TrainingError
from chatbot.settings import Settings
from training.__main__ import commands
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
def test_two_processes_learn_what_one_does(
    launcher: list[str],
    sharded: str,
    tiny_settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run_command(commands, ["run", *QUICK, "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)

    monkeypatch.setenv("ACCELERATE_USE_FSDP", sharded)
    done = subprocess.run(
        [*launcher, "-m", "training", "run", *QUICK, "--snapshot", str(alone["snapshot"]), "--json"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    together = json.loads(done.stdout)

    assert together["steps"] == alone["steps"] == 3
    assert together["train_tokens"] == alone["train_tokens"]
    assert together["best_validation_loss"] == pytest.approx(alone["best_validation_loss"], abs=1e-3)
    ours, theirs = (
        load_file(run_folder(tiny_settings, outcome["run"]) / "best" / WEIGHTS) for outcome in (alone, together)
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
