"""The command line: what it prints, what it stores, its exit codes, and that a mistake is one line."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import click
import pytest

from chatbot.__main__ import main
from chatbot.commands import run_command
from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.errors import PackError
from chatbot.records import Trace
from chatbot.settings import load_settings
from chatbot.store import open_store
from tests.packs import write_pack

QUESTION = "How long does delivery to Germany take?"


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHATBOT_ENGINE", "scripted")
    monkeypatch.setenv("CHATBOT_MIN_SCORE", "0.1")
    monkeypatch.setenv("CHATBOT_PACK", str(write_pack(tmp_path / "lamps")))


def cli(*argv: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "chatbot", *argv], capture_output=True, text=True, input=input)


def mistake(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err and "Usage" not in err
    return err


def test_ask_prints_json_and_nothing_else() -> None:
    done = cli("ask", QUESTION, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.count("\n") == 1
    assert set(answer) == {
        *("reply", "version", "conversation", "message", "passages"),
        *("first_token_ms", "tokens_per_second", "handoff", "uncertain", "act", "rule", "check"),
    }
    stored = open_store(load_settings().database).conversations.message(answer["message"])
    assert stored.content == answer["reply"] and stored.conversation == answer["conversation"]
    assert stored.trace and stored.trace.version == answer["version"] == "base"


def test_ask_prints_the_reply(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION]) == 0
    assert "Germany" in capsys.readouterr().out
    assert main(["ask", "I want to talk to a human please"]) == 0
    assert capsys.readouterr().out.strip()


def test_of_a_reply_that_is_replaced_only_what_stays_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [("It", False, 0), ("It takes a week.", False, 0), ("In 3 days. It", False, 10), ("In 3 days.", True, 10)]
    updates = [Update("c", "m", text, done, Trace(version="base"), settled) for text, done, settled in drafts]
    monkeypatch.setattr(Session, "say", lambda *_: iter(updates))
    assert main(["ask", QUESTION]) == 0
    assert capsys.readouterr().out == "In 3 days.\n"


def test_a_version_is_checked_before_it_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--version", "champion"]) == 0
    capsys.readouterr()
    assert "'v9'" in mistake(capsys, "ask", QUESTION, "--version", "v9")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nope"], "'nope'"),
        (["ask"], "TEXT"),
        (["ask", ""], "empty"),
        (["ask", "x" * 5000], "4,000 fit"),
        (["ask", "hi", "--loud"], "--loud"),
        (["user", "add", "Anna", "--role", "king"], "'king'"),
        (["user", "add", "Anna", "--role", "agent"], "--password-stdin"),
        (["backup", "somewhere"], "nothing to back up"),
        (["restore", "nowhere"], "'nowhere'"),
    ],
)
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, argv: list[str], said: str
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert said in mistake(capsys, *argv)


def test_bad_settings_are_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_PORT", "high")
    monkeypatch.setenv("CHATBOT_PASSAGES", "99")
    err = mistake(capsys, "user", "list")
    assert "port" in err and "passages" in err


def test_a_home_that_cannot_be_made_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHATBOT_HOME", str(tmp_path / "file" / "home"))
    assert str(tmp_path / "file" / "home") in mistake(capsys, "user", "list")


def test_alone_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0 and "ask" in capsys.readouterr().out
    assert main(["user"]) == 0 and "add" in capsys.readouterr().out
    assert main(["ask", "--help"]) == 0


def test_people_are_added_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    added = cli("user", "add", "Anna", "--role", "agent", "--password-stdin", input="correct horse battery\n")
    assert added.returncode == 0 and "Anna" in added.stdout
    assert open_store(load_settings().database).people.check_password("Anna", "correct horse battery")
    again = cli("user", "add", "Anna", "--role", "agent", "--password-stdin", input="correct horse battery\n")
    short = cli("user", "add", "Bo", "--role", "agent", "--password-stdin", input="short\n")
    assert again.returncode == short.returncode == 2 and "taken" in again.stderr and "at least" in short.stderr
    assert main(["user", "list", "--json"]) == 0
    assert [user["role"] for user in json.loads(capsys.readouterr().out)["users"]] == ["agent"]


def test_chat_keeps_the_thread_until_new() -> None:
    done = cli("chat", input=f"{QUESTION}\n\nand to France?\n/new\nhi\n{'x' * 5000}\n/quit\nunread\n")
    assert done.returncode == 0 and "Germany" in done.stdout and "unread" not in done.stdout
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    store = open_store(load_settings().database)
    conversations = store.conversations.of(store.people.visitor("terminal"))
    assert sorted(len(store.conversations.path(one.head)) for one in conversations) == [2, 4]


SLOW_CHAT = """
import functools, sys
import chatbot.engines.scripted as scripted
from chatbot.__main__ import main
ScriptedEngine = scripted.ScriptedEngine
scripted.ScriptedEngine = functools.partial(ScriptedEngine, script=lambda m: "A word. " * 200, seconds_per_word=0.05)
sys.exit(main(["chat"]))
"""


def test_interrupting_a_reply_keeps_the_talk() -> None:
    chat = subprocess.Popen(
        [sys.executable, "-u", "-c", SLOW_CHAT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert chat.stdin and chat.stdout
    chat.stdin.write(f"{QUESTION}\n")
    chat.stdin.flush()
    assert chat.stdout.read(7) == "A word."
    chat.send_signal(signal.SIGINT)
    time.sleep(0.3)
    out, _ = chat.communicate("/quit\n", timeout=20)
    assert chat.returncode == 0 and out.count("word") < 100
    store = open_store(load_settings().database)
    (conversation,) = store.conversations.of(store.people.visitor("terminal"))
    assert conversation.head and store.conversations.message(conversation.head).status == "stopped"


def test_backup_and_restore(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    assert cli("ask", QUESTION).returncode == 0
    store = open_store(home / "chatbot.db")
    name = store.versions.add_version("larkspur", "base", "ab" * 32, None, None).name
    (home / "versions" / name).mkdir(parents=True)
    (home / "versions" / name / "model.gguf").write_text("weights")
    assert main(["backup", str(target)]) == 0
    assert (target / "versions" / name / "model.gguf").read_text() == "weights"
    capsys.readouterr()
    assert "empty folder" in mistake(capsys, "backup", str(target))
    assert "lies inside" in mistake(capsys, "backup", str(home / "inside"))
    assert cli("ask", "hi").returncode == 0
    assert "--yes" in mistake(capsys, "restore", str(target))
    store.people.staff()
    assert "stop the server" in mistake(capsys, "restore", str(target), "--yes")
    store.database.close()
    assert main(["restore", str(target), "--yes"]) == 0
    (kept,) = home.parent.glob("home.before-restore-*")
    counts = []
    for folder in (home, kept):
        with closing(sqlite3.connect(folder / "chatbot.db")) as db:
            counts += db.execute("select count(*) from conversations").fetchone()
    assert counts == [1, 2]


def test_a_restore_elsewhere_finds_its_versions(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(home / "chatbot.db")
    name = store.versions.add_version("larkspur", "base", "ab" * 32, None, None).name
    (home / "versions" / name).mkdir(parents=True)
    store.database.close()
    assert main(["backup", str(tmp_path / "backup")]) == 0
    monkeypatch.setenv("CHATBOT_HOME", str(tmp_path / "elsewhere"))
    assert main(["restore", str(tmp_path / "backup")]) == 0
    restored = open_store(tmp_path / "elsewhere" / "chatbot.db")
    assert restored.versions.get(name).path == str(tmp_path / "elsewhere" / "versions" / name)


def test_a_damaged_backup_changes_nothing(capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path) -> None:
    assert cli("ask", QUESTION).returncode == 0
    before = (home / "chatbot.db").read_bytes()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "chatbot.db").write_text("not a database at all")
    capsys.readouterr()
    assert "not a readable database" in mistake(capsys, "restore", str(tmp_path / "bad"), "--yes")
    assert (home / "chatbot.db").read_bytes() == before


def raising(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [(SystemExit(0), 0), (SystemExit(2), 2), (SystemExit(3), 3), (SystemExit(), 0), (KeyboardInterrupt(), 130)],
)
def test_exit_codes_pass_through(error: BaseException, code: int) -> None:
    assert run_command(raising(error), []) == code


def test_a_command_returns_its_code() -> None:
    assert run_command(click.Command("held", callback=lambda: 3), []) == 3
    assert run_command(click.Command("fine", callback=lambda: True), []) == 0


def test_many_faults_are_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(raising(PackError("2 faults:\n  pairs.jsonl:1: a\n  pairs.jsonl:2: b")), []) == 2
    assert capsys.readouterr().err == "error: 2 faults: pairs.jsonl:1: a; pairs.jsonl:2: b\n"


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(raising(ZeroDivisionError()), [])


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -u -m chatbot --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."})
    assert done.returncode == 0 and done.stderr == ""
