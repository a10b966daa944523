"""The README's commands work: each line of its shell blocks is run by a shell, in their order, on one installation."""

import json
import os
import pty
import re
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.engines.base_model import BaseModel
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from tests.conftest import PASSWORD, Serve, desk_of

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "http://127.0.0.1:7860"
QUICK = "max_steps = 2\nretriever_epochs = 0\ndropout = 0.0\n"
NOT_RUN = {
    "make run": "installs packages, and serves until it is stopped",
    "make test": "installs packages, and runs this test",
    "python -m training export NAME --format gguf --out model.gguf": "needs a base in GGUF, and the tiny one is none; "
    "tests/training/release/test_exporting.py exports the real one",
}
LONGEST_SECONDS, POLL_SECONDS = 120, 0.1
LOCAL_FLAGS = 3  # where `termios.tcgetattr` keeps ECHO
HELD = 3
"""The exit code of a cycle that did its work and whose gate holds."""


def shell_lines() -> list[str]:
    """The commands of the README's shell blocks, continued lines joined, without comments and blanks at their ends."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```(?:bash|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = (re.sub(r"\s+#\s.*", "", line).strip() for line in blocks.replace("\\\n", "").splitlines())
    return [line for line in lines if line]


@pytest.fixture
def environment(session: Session, tiny_base: BaseModel, tmp_path: Path) -> dict[str, str]:
    """An installation beside a running server, on the lamp shop's pack, a tiny base and a recipe of two steps."""
    (tmp_path / "quick.toml").write_text(QUICK, encoding="utf-8")
    return os.environ | {
        "CHATBOT_HOME": str(session.settings.home),
        "CHATBOT_PACK": str(session.settings.pack_folder),
        "CHATBOT_BASE_MODEL": str(tiny_base.source),
        "CHATBOT_RECIPE": str(tmp_path / "quick.toml"),
        "CHATBOT_ENGINE": "scripted",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    return serve(app)


def run(line: str, environment: dict[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a line as somebody at a terminal does, who types the password whenever it is asked for."""
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    over = time.monotonic() + LONGEST_SECONDS
    try:
        while True:
            try:
                out, err = process.communicate(timeout=POLL_SECONDS)
                return subprocess.CompletedProcess(line, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < over, f"{line} does not end"
            if not termios.tcgetattr(terminal)[LOCAL_FLAGS] & termios.ECHO:
                os.write(keyboard, f"{PASSWORD}\n".encode())
    finally:
        process.kill()
        os.close(keyboard)
        os.close(terminal)


def test_the_readmes_commands_run(environment: dict[str, str], url: str, tmp_path: Path, session: Session) -> None:
    faults, version = {}, "NAME"
    for line in shell_lines():
        if line in NOT_RUN:
            continue
        done = run(re.sub(r"\bNAME\b", version, line).replace(ADDRESS, url), environment, tmp_path)
        if line.startswith("python -m training cycle"):
            assert done.returncode in (0, HELD), done.stderr
            version = json.loads(done.stdout)["version"]
        elif done.returncode != 0 or '"error"' in done.stdout:
            faults[line] = done.stdout + done.stderr
    assert faults == {}
    assert {person.name: person.role for person in session.store.people.staff()} == {"ann": "agent", "olga": "operator"}
    assert session.store.versions.alias("canary") == version


def test_nothing_is_left_out_that_the_readme_does_not_say() -> None:
    assert NOT_RUN.keys() <= set(shell_lines())
