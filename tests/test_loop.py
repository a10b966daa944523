"""The loop on the real model, from the command line: cycle, gate, promote, roll back, kill, resume."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypedDict

import pytest

from chatbot.commands import run_command
from chatbot.store import open_store
from tests.conftest import SMALL_BASE
from tests.packs import write_pack
from training.__main__ import commands

ROOT = Path(__file__).resolve().parent.parent
QUICK = "epochs = 1\nbatch_tokens = 512\nlearning_rate = 2e-3\nvalidate_every = 4\ncheckpoint_every = 1\n"
QUICK += 'rank = 8\ndropout = 0.0\nbackward = "replies"\nretriever_epochs = 1\n'
Run = Callable[..., "subprocess.CompletedProcess[str]"]


class Cycle(TypedDict):
    """What a cycle prints."""

    run: str
    snapshot: int
    version: str
    decision: str
    reasons: list[str]


@pytest.fixture(scope="module")
def installation(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation on the real model with a small pack and a short recipe."""
    folder = tmp_path_factory.mktemp("loop")
    (folder / "home").mkdir()
    (folder / "home" / "models").symlink_to(real_home / "models")
    (folder / "quick.toml").write_text(QUICK)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")},
        "CHATBOT_BASE_MODEL": SMALL_BASE,
        "CHATBOT_HOME": str(folder / "home"),
        "CHATBOT_PACK": str(write_pack(folder / "pack")),
        "CHATBOT_RECIPE": str(folder / "quick.toml"),
        "CHATBOT_MAX_NEW_TOKENS": "40",
    }


@pytest.fixture
def here(installation: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`python -m training` in this process, which has its libraries loaded."""
    for name in [name for name in installation if name.startswith("CHATBOT_")]:
        monkeypatch.setenv(name, installation[name])

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        capfd.readouterr()
        code = run_command(commands, words)
        return subprocess.CompletedProcess(words, code, *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def command(installation: dict[str, str]) -> Run:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        line = [sys.executable, "-m", *words]
        return subprocess.run(line, cwd=ROOT, env=installation, capture_output=True, text=True, timeout=500)

    return run


def stop_between_writes(process: "subprocess.Popen[bytes]", database: Path) -> None:
    """Hold a process still where it does not hold the database too."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        while True:
            process.send_signal(signal.SIGSTOP)
            try:
                connection.execute("begin immediate")
                connection.execute("rollback")
                return
            except sqlite3.OperationalError:
                process.send_signal(signal.SIGCONT)
                time.sleep(0.05)


@pytest.fixture(scope="module")
def killed(installation: dict[str, str], command: Run) -> str:
    """The run of a first cycle that was killed after its first checkpoint; while it lived, a second one was refused."""
    home = Path(installation["CHATBOT_HOME"])
    line = [sys.executable, "-m", "training", "cycle", "--json"]
    process = subprocess.Popen(line, cwd=ROOT, env=installation, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    checkpoint = None
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and checkpoint is None:
        time.sleep(0.1)
        checkpoint = next(home.glob("runs/*/checkpoint.pt"), None)
    stop_between_writes(process, home / "chatbot.db")
    busy = command("training", "run", "--json")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoint, "no checkpoint appeared"
    assert busy.returncode == 2
    assert checkpoint.parent.name in busy.stderr, "a second run names the first one's id"
    return checkpoint.parent.name


@pytest.fixture(scope="module")
def cycle(killed: str, command: Run) -> Cycle:
    """The cycle after the killed one."""
    done = command("training", "cycle", "--json")
    assert done.returncode == 0, done.stderr
    made: Cycle = json.loads(done.stdout)
    return made


def test_a_killed_cycle_is_gone_on_with(killed: str, cycle: Cycle, installation: dict[str, str]) -> None:
    versions = open_store(Path(installation["CHATBOT_HOME"]) / "chatbot.db").versions
    assert versions.run(killed).status == "interrupted"
    assert versions.run(killed).error == f"continued as {cycle['run']}"
    learned = json.loads((Path(versions.get(cycle["version"]).path) / "facts.json").read_text())
    assert cycle["snapshot"] == versions.run(killed).snapshot
    assert learned["steps"] == versions.run(cycle["run"]).progress["curve"][-1]["step"] > 1


def test_the_first_cycle_is_promoted(cycle: Cycle, command: Run, installation: dict[str, str]) -> None:
    assert cycle["decision"] == "promote"
    assert cycle["snapshot"] == 1
    assert any("more likely" in reason for reason in cycle["reasons"])
    listed = json.loads(command("training", "versions", "--json").stdout)
    assert listed["champion"] == listed["candidate"] == cycle["version"]
    folder = Path(listed["versions"][0]["path"])
    assert {path.name for path in folder.iterdir()} == {"adapter", "retriever", "model.gguf", "README.md", "facts.json"}
    assert open_store(Path(installation["CHATBOT_HOME"]) / "chatbot.db").versions.run(cycle["run"]).status == "finished"


def test_evaluation_finds_the_champion_far_better_than_the_base(cycle: Cycle, here: Run) -> None:
    champion, base = (json.loads(here("evaluate", name, "--json").stdout) for name in ("champion", "base"))
    assert champion["version"] == cycle["version"]
    assert champion["perplexity"] < base["perplexity"] * 0.8
    for key in ("suites", "token_accuracy", "answer_similarity", "seconds"):
        assert key in champion
    assert champion["suites"]["facts"]["pass_rate"]["low"] <= champion["suites"]["facts"]["pass_rate"]["value"]


def test_the_champion_answers_from_the_terminal(cycle: Cycle, command: Run) -> None:
    done = command("chatbot", "ask", "how long may i return a lamp", "--json")
    answer = json.loads(done.stdout)
    assert done.stderr == ""
    assert answer["version"] == cycle["version"]
    assert answer["reply"]
    assert any("30 days" in passage["text"] for passage in answer["passages"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("promote", "NOPE"), "'NOPE' does not exist"),
        (("evaluate", "NOPE"), "'NOPE' does not exist"),
        (("gate", "NOPE"), "'NOPE' does not exist"),
        (("evaluate", "champion", "--suite", "nowhere.jsonl"), "missing"),
        (("run", "--set", "rank=-1"), "rank"),
        (("run", "--set", "rank"), "key=value"),
        (("run", "--recipe", "nope"), "use one of"),
        (("run", "--snapshot", "99"), "snapshot 99"),
        (("run", "--resume", "nope"), "'nope' does not exist"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(cycle: Cycle, here: Run, words: tuple[str, ...], says: str) -> None:
    done = here(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr


def test_the_gate_holds_what_is_not_better(cycle: Cycle, here: Run) -> None:
    done = here("gate", "base", "--against", cycle["version"], "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["decision"] == "hold"


def test_a_verdict_asked_for_is_stored(cycle: Cycle, here: Run, installation: dict[str, str]) -> None:
    asked = json.loads(here("gate", cycle["version"], "--against", "base", "--json").stdout)
    kept = open_store(Path(installation["CHATBOT_HOME"]) / "chatbot.db").versions.get(cycle["version"]).gate
    assert kept["against"] == asked["against"] == "base"
    assert kept["decision"] == asked["decision"]


def test_promote_and_roll_back(cycle: Cycle, here: Run) -> None:
    assert here("rollback").stdout.startswith("base")
    assert here("promote", cycle["version"]).stdout.startswith(cycle["version"])
    assert here("rollback").stdout.startswith("base")
    last = here("rollback")
    assert last.returncode == 2
    assert "nothing to roll back" in last.stderr
