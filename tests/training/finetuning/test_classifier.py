"""The classifier, on the tiny model."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.loop.classifier import (
    Classifier,
    Trained,
    measure,
    read_labelled,
    split_by_class,
    train_classifier,
)
from training.finetuning.recipe import Recipe


def labelled(count: int) -> list[tuple[str, str]]:
    return [
        (f"{('Where is my parcel', 'I want my money back')[n % 2]} {n}", ("delivery", "refund")[n % 2])
        for n in range(count)
    ]


def test_a_classifier_learns_and_is_opened_again(tiny_base: BaseModel, tmp_path: Path) -> None:
    recipe = Recipe(objective="classify", epochs=20, learning_rate=1e-2, dropout=0.0, batch_tokens=512, seed=1)
    outcome, found = train_classifier(tiny_base, labelled(40), recipe, tmp_path, "cpu", lambda progress: None)
    assert found is not None and found.accuracy == found.f1 == 1.0
    assert found.texts == 8
    assert Classifier(tiny_base, outcome.adapter).classify(["I want my money back now"]) == ["refund"]
    told = Trained(outcome, found).as_dict()
    assert told["classifier"] == str(outcome.adapter) and told["accuracy"] == 1.0 and told["steps"] == outcome.steps
    assert not {"measures", "adapter", "curve"} & set(told)


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
