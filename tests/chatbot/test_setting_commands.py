"""Settings from the command line."""

import json

import pytest

from chatbot.__main__ import commands, main
from chatbot.setting_commands import setting


def test_settings_are_listed_changed_and_left_to_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.commands["setting"] is setting
    assert main(["setting", "set", "temperature", "0.4"]) == 0
    assert capsys.readouterr().out == "temperature = 0.4\n"
    assert main(["setting", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "* temperature = 0.4  (set by an operator)" in lines and "  port = 7860" in lines
    assert main(["setting", "unset", "temperature"]) == 0
    assert capsys.readouterr().out == "temperature = 0.0\n"
    assert main(["setting", "list", "--json"]) == 0
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)["settings"]}
    assert told["temperature"]["source"] == "default"


def test_a_mistake_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setting", "set", "temperature", "hot"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "temperature = 'hot'" in err
