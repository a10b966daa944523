"""Results on standard output: one JSON object, or a line for each key; the settings with another base."""

import json

import pytest

from chatbot.errors import TrainingError
from chatbot.settings import load_settings
from chatbot.weights import QWEN_15B
from training.commands.installation import on_base, show

RESULT = {"version": "lamps-v0001", "folds": [{"fold": 1, "steps": 2}], "diagnosis": ["sound: fine"], "pack": "Café"}


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show(RESULT, True)
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "Café" in said
    assert json.loads(said) == RESULT


def test_words_are_a_line_a_key_and_an_item(capsys: pytest.CaptureFixture[str]) -> None:
    show(RESULT, False)
    assert capsys.readouterr().out.splitlines() == [
        "version: lamps-v0001",
        "folds:",
        "  - fold 1, steps 2",
        "diagnosis:",
        "  - sound: fine",
        "pack: Café",
    ]


def test_another_base_brings_what_is_usual_for_it() -> None:
    settings = load_settings()
    assert on_base(settings, "") is settings and on_base(settings, settings.base_model) is settings
    other = on_base(settings, QWEN_15B.name)
    assert (other.base_model, other.recipe, other.passages) == (QWEN_15B.name, "reading", 3)
    assert (settings.recipe, settings.passages) == ("sft", 2) and other.home == settings.home
    elsewhere = settings.model_copy(update={"engine": "remote"})
    with pytest.raises(TrainingError, match="hold one base"):
        on_base(elsewhere, QWEN_15B.name)
