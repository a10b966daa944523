"""`training run`: a run that somebody stopped is gone on with by its id."""

import json
from pathlib import Path

import pytest

from chatbot.commands import run_command
from chatbot.dialogue.opening import version_knowledge
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.rules.router import labelled_messages
from chatbot.settings import Settings
from chatbot.store import open_store
from training.__main__ import commands
from training.runs.files import CHECKPOINT, STOP, run_folder
from training.runs.progress import FineTuneProgress
from training.runs.tracking import Progress


def test_a_stopped_run_is_gone_on_with(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = open_store(tiny_settings.database).versions
    unstopped = Progress.training

    def stopping(progress: Progress, at: FineTuneProgress) -> None:
        unstopped(progress, at)
        (run_folder(tiny_settings, versions.runs(1)[0].id) / STOP).touch()

    monkeypatch.setattr(Progress, "training", stopping)
    quick = ["--set", "epochs=9", "--set", "max_steps=4", "--set", "retriever_epochs=0"]
    assert run_command(commands, ["run", *quick, "--json"]) == 2
    assert "the checkpoint is kept" in capsys.readouterr().err
    stopped = versions.runs(1)[0]
    assert stopped.status == "stopped"
    assert (run_folder(tiny_settings, stopped.id) / CHECKPOINT).is_file()

    monkeypatch.setattr(Progress, "training", unstopped)
    assert run_command(commands, ["run", "--resume", stopped.id, "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["steps"] == 4
    assert versions.run(stopped.id).error == f"continued as {outcome['run']}"
    assert versions.run(outcome["run"]).version == outcome["version"]


def test_a_stopped_classifier_is_gone_on_with_by_the_same_texts_alone(
    tiny_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.csv"
    lines = [f"{('where is parcel', 'give the money back for')[n % 2]} {n},{'ab'[n % 2]}\n" for n in range(40)]
    file.write_text("text,class\n" + "".join(lines))
    with monkeypatch.context() as patched:
        patched.setattr(Progress, "stop_asked", lambda progress: progress._values.get("phase") == "fine-tuning")
        quick = ["--recipe", "classify", "--set", f"classes={file}", "--set", "max_steps=3"]
        assert run_command(commands, ["run", *quick, "--json"]) == 2
    assert "the checkpoint is kept" in capsys.readouterr().err
    stopped = open_store(tiny_settings.database).versions.runs(1)[0].id

    file.write_text("text,class\n" + "".join(lines[2:]))
    assert run_command(commands, ["run", "--resume", stopped, "--json"]) == 2
    assert "began with other texts" in capsys.readouterr().err
    file.write_text("text,class\n" + "".join(lines))
    assert run_command(commands, ["run", "--resume", stopped, "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["steps"] == 3 and Path(outcome["classifier"]).is_dir()


def test_a_version_of_a_pack_with_rules_has_a_router_of_its_own(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.cycle.labelled_messages", lambda pack: labelled_messages(pack)[-40:])
    rules = tiny_settings.pack_folder / "rules"
    rules.mkdir()
    texts = ["fire in the lamp", "smoke and fire here", "there is a fire", "the shade is on fire", "it burns"]
    (rules / "fire.toml").write_text(f'action = "handoff"\nmessage = "Ring 999."\nexamples = {texts!r}\n')
    few = [
        part for key in ("max_steps=1", "epochs=2", "retriever_epochs=0", "router_epochs=1") for part in ("--set", key)
    ]
    assert run_command(commands, ["run", *few, "--json"]) == 0
    store = open_store(tiny_settings.database)
    version = store.versions.get(json.loads(capsys.readouterr().out)["version"])
    assert (version.folder.router / "model.safetensors").is_file()
    pack = load_pack(tiny_settings.pack_folder)
    own, plain = (version_knowledge(tiny_settings, pack, store, name).router for name in (version.name, "base"))
    assert own.route("help, the lamp is on fire").probability != plain.route("help, the lamp is on fire").probability


def test_a_snapshot_that_was_changed_is_refused(tiny_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(commands, ["curate", "--json"]) == 0
    frozen = json.loads(capsys.readouterr().out)
    file = Path(frozen["folder"]) / "train.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("30 days", "90 days"), encoding="utf-8")
    assert run_command(commands, ["run", "--snapshot", str(frozen["snapshot"])]) == 2
    assert "was changed since it was frozen" in capsys.readouterr().err


def test_a_run_says_what_its_curves_say(tiny_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    few = [part for key in ("max_steps=2", "epochs=2", "retriever_epochs=0") for part in ("--set", key)]
    assert run_command(commands, ["run", *few, "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["steps"] == 2
    assert outcome["diagnosis"]
    assert open_store(tiny_settings.database).versions.get(outcome["version"])


@pytest.mark.parametrize(
    ("recipe", "said"),
    [("preference", "there are 0 and 5 are the least"), ("quantized", "needs a CUDA device"), ("sfd", "use one of")],
)
def test_recipes_that_cannot_run_here_say_why(
    tiny_settings: Settings, capsys: pytest.CaptureFixture[str], recipe: str, said: str
) -> None:
    assert run_command(commands, ["run", "--recipe", recipe, "--set", "retriever_epochs=0"]) == 2
    assert said in capsys.readouterr().err


def test_the_classifier_is_not_a_cycle(tiny_settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(commands, ["cycle", "--recipe", "classify"]) == 2
    assert "makes no version" in capsys.readouterr().err


def test_a_tracker_follows_a_run(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_TRACKER", "tensorboard")
    few = [part for key in ("max_steps=2", "epochs=2", "retriever_epochs=0") for part in ("--set", key)]
    assert run_command(commands, ["run", *few, "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    written = [
        file for file in (tiny_settings.home / "tensorboard" / outcome["run"]).rglob("*tfevents*") if file.is_file()
    ]
    assert any(b"train_loss" in file.read_bytes() for file in written)
    assert any(b"learning_rate" in file.read_bytes() for file in written)


def test_a_tracker_that_is_not_installed_is_named(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_TRACKER", "mlflow")
    monkeypatch.setattr("training.runs.tracking.find_spec", lambda name: None)
    assert run_command(commands, ["run", "--set", "retriever_epochs=0"]) == 2
    assert "pip install mlflow" in capsys.readouterr().err
