"""The product as a process of its own on the lamp shop's pack, as an operator starts it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.packs import write_pack

ROOT = Path(__file__).resolve().parent.parent
OPEN_MASK = 0o022
START_SECONDS = 180
STOP_SECONDS = 30


@dataclass(frozen=True)
class RunningServer:
    """A server, where it answers, and what it says on standard error."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


def settings_for(folder: Path) -> dict[str, str]:
    """An environment for programs on an installation in this folder that needs no weights."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")},
        "CHATBOT_BASE_MODEL": "smollm2-135m-instruct",
        "CHATBOT_ENGINE": "scripted",
        "CHATBOT_MIN_SCORE": "0.1",
        "CHATBOT_HOME": str(folder / "home"),
        "CHATBOT_PACK": str(write_pack(folder / "lamps")),
        "CHATBOT_AUTO_TRAIN": "false",
        "CHATBOT_PORT": "0",
        "PYTHONPATH": str(ROOT),
        "GRADIO_ANALYTICS_ENABLED": "False",
    }


@contextmanager
def running_server(folder: Path, environment: dict[str, str]) -> Iterator[RunningServer]:
    """Start a server under the usual mask of a user; it is stopped in the end, if it still runs."""
    log = folder / "server.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            umask=OPEN_MASK,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"^chat: (http://\S+)", log.read_text(), re.MULTILINE)):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield RunningServer(found.group(1), process, log)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def command(
    environment: dict[str, str], *argv: str, package: str = "chatbot", typed: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command line of the product under the usual mask of a user."""
    return subprocess.run(
        [sys.executable, "-m", package, *argv],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        umask=OPEN_MASK,
    )
