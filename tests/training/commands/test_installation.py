"""Results on standard output: one JSON object, or a line for each key."""

import json

import pytest

from training.commands.installation import show

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
