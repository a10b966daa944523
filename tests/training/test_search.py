"""Search, diagnosis and the classifier, on the tiny model."""

import json
from pathlib import Path

import pytest

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.__main__ import commands
from training.finetuning.loop.classifier import Classifier, measure, read_labelled, split_by_class, train_classifier
from training.finetuning.loop.diagnosis import diagnose
from training.finetuning.recipe import Recipe, load_recipe


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


def points(train: list[float], checks: list[float]) -> list[dict[str, float]]:
    every = max(1, len(train) // max(1, len(checks) - 1))
    curve = [{"step": 0, "validation_loss": checks[0]}]
    for step, loss in enumerate(train, start=1):
        curve.append({"step": step, "train_loss": loss})
        if step % every == 0 and step // every < len(checks):
            curve[-1]["validation_loss"] = checks[step // every]
    return curve


@pytest.mark.parametrize(
    ("train", "checks", "name"),
    [
        ([2.0, 1.8, 1.6, 1.4], [2.0, 1.8, 1.5], "under-fitting"),
        ([2.0, 1.2, 0.6, 0.2], [2.0, 1.5, 1.6, 1.9, 2.0], "over-fitting"),
        ([2.0, 5.0, 9.0, 30.0], [2.0, 4.0, 9.0], "learning rate too high"),
        ([1.0] * 40 + [4.0] * 8, [2.0, 1.0, 1.9], "learning rate too high"),
        ([2.0, 2.0, 2.0, 2.0], [2.0, 1.995, 1.99], "learning rate too low"),
        ([1.1, 2.0, 1.1] * 20 + [3.4] + [1.1, 2.0, 1.1] * 20 + [2.3], [2.0, 1.2, 1.1995], "sound"),
        ([2.0, 1.5, 1.2, 1.1], [2.0, 1.2, 1.1995], "sound"),
    ],
)
def test_the_curves_are_told_in_words(train: list[float], checks: list[float], name: str) -> None:
    found = diagnose(points(train, checks), Recipe(seed=1), {}, [])
    assert name in [finding.name for finding in found]


def test_only_the_last_stage_tells_of_the_rate() -> None:
    articles = [{"step": step, "train_loss": loss} for step, loss in enumerate([1.0] * 20 + [9.0] * 5, start=1)]
    replies = [point | {"step": point["step"] + 25} for point in points([2.0, 1.5, 1.2, 1.1], [2.0, 1.2, 1.1995])]
    assert [finding.name for finding in diagnose(articles + replies, Recipe(seed=1), {}, [])] == ["sound"]


def test_noisy_rows_and_rare_intents_are_listed() -> None:
    losses = {f"row-{n}": 1.0 + n % 5 / 10 for n in range(60)} | {"row-7": 6.0}
    found = {finding.name: finding.seen for finding in diagnose([], Recipe(seed=1), losses, ["a"] * 9 + ["b"])}
    assert "row-7 (6.0)" in found["noisy rows"] and "row-8" not in found["noisy rows"]
    assert "b (1)" in found["too little data"] and "a (9)" not in found["too little data"]


def labelled(count: int) -> list[tuple[str, str]]:
    return [
        (f"{('Where is my parcel', 'I want my money back')[n % 2]} {n}", ("delivery", "refund")[n % 2])
        for n in range(count)
    ]


def test_a_classifier_learns_and_is_opened_again(tiny_base: BaseModel, tmp_path: Path) -> None:
    recipe = Recipe(objective="classify", epochs=20, learning_rate=1e-2, dropout=0.0, batch_tokens=512, seed=1)
    outcome, found = train_classifier(tiny_base, labelled(40), recipe, tmp_path, "cpu", lambda progress: None)
    assert found.accuracy == found.f1 == 1.0
    assert found.texts == 8
    assert Classifier(tiny_base, outcome.adapter).classify(["I want my money back now"]) == ["refund"]


def test_a_classifier_refuses_what_it_cannot_learn_from(tiny_base: BaseModel, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text("text,label\nHello,a\n")
    with pytest.raises(TrainingError, match="the column class is missing"):
        read_labelled(file)
    file.write_text("text,class\nHello,\nBye,b\n")
    with pytest.raises(TrainingError, match="on line 2"):
        read_labelled(file)
    with pytest.raises(TrainingError, match="two classes"):
        train_classifier(tiny_base, labelled(4), Recipe(seed=1), tmp_path, "cpu", lambda progress: None)


def test_each_class_is_held_out_and_measured() -> None:
    train, held_out = split_by_class(labelled(40), 1)
    assert len(train) == 32 and {name for _, name in held_out} == {"delivery", "refund"}
    found = measure(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])
    assert found.accuracy == pytest.approx(2 / 3, abs=1e-4)
    assert found.classes["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "texts": 2}


def test_intents_of_the_pack_by_the_command_line(installed: None, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command(commands, ["run", "--recipe", "classify", "--set", "max_steps=2", "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    found = json.loads(said.out)
    assert {"run", "accuracy", "precision", "recall", "f1", "classifier"} <= set(found)
