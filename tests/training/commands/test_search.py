"""`search` runs in one process."""

import pytest

from chatbot.commands import run_command
from chatbot.settings import Settings
from training.commands.search import search
from training.finetuning.loop import processes
from training.finetuning.loop.processes import Processes


def test_a_launcher_is_refused(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "launched", lambda: Processes(count=2))
    assert run_command(search, ["--trials", "1"]) == 2
    assert "without a launcher" in capsys.readouterr().err
