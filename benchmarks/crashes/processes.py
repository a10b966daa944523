"""Processes that are killed: forked from one that has imported the product, so that each costs what it does itself.

    with start(Job(partial(program, "chatbot", "user", "list"), folder, environment)) as process: process.kill()

Each is the first of a process group of its own, and runs what the product's programs run from their first line on.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from benchmarks.crashes.touches import Touches, counted
from chatbot.engines import scripted
from chatbot.engines.wanted import Wanted
from chatbot.records import new_id

PROGRAMS = {"app": "app", "chatbot": "chatbot.__main__", "training": "training.__main__"}
SERVING = ("uvicorn", "chatbot.web.connections", "chatbot.web.chat", "chatbot.web.inbox.api", "training.console.page")
TUNING = ("peft", "training.cycle", "training.release.importing")
SAID = "said"
OUT, ERROR, TYPED, TOUCHES = ".out", ".err", ".in", ".touches"
SECONDS_PER_WORD = 0.05
LONGEST_SECONDS = 300
DONE = (0, 3)
"""The exit codes of a command that did what it was told; 3 is a gate that holds."""


@dataclass(frozen=True)
class Job:
    """What a process does, where it may leave files, in which environment, what is typed, at which touch it dies."""

    run: Callable[[], int]
    folder: Path
    environment: Mapping[str, str]
    typed: str = ""
    last_touch: int = 0


class Running:
    """A process that was started; its streams go to files beside `_streams`."""

    def __init__(self, job: Job) -> None:
        (job.folder / SAID).mkdir(exist_ok=True)
        self._streams = job.folder / SAID / new_id()
        self._began = time.monotonic()
        context = multiprocessing.get_context("forkserver")
        self._process = cast(BaseProcess, context.Process(target=_be, args=(job, self._streams)))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number, and that of its process group."""
        return cast(int, self._process.pid)

    @property
    def told(self) -> str:
        """What it said on standard output so far."""
        return _read(self._streams.with_suffix(OUT))

    @property
    def warned(self) -> str:
        """What it said on standard error so far."""
        return _read(self._streams.with_suffix(ERROR))

    @property
    def touches(self) -> int:
        """How often it touched files so far."""
        return counted(self._streams.with_suffix(TOUCHES))

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self._began

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def wait(self, seconds: float = LONGEST_SECONDS) -> int | None:
        """Its exit code, less than 0 for a signal; None while it runs on."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> bool:
        """Kill it with its process group, as `kill -9` does; whether that came before its end."""
        for kill in (os.killpg, os.kill):  # it may not have a group of its own yet
            with suppress(ProcessLookupError):
                kill(self.pid, signal.SIGKILL)
                break
        return self.wait() == -signal.SIGKILL

    @property
    def done(self) -> bool:
        """Whether it did what it was told and said so, whatever became of it then."""
        code = self._process.exitcode
        return code in DONE or (code == -signal.SIGKILL and bool(self.told.strip()))


@contextmanager
def start(job: Job) -> Iterator[Running]:
    """Start a process; it is killed in the end, if it still runs."""
    running = Running(job)
    try:
        yield running
    finally:
        running.kill()


def import_first(*modules: str) -> None:
    """Name what is imported once for all processes; call it before the first is started."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([*PROGRAMS.values(), *modules, __name__])


def program(name: str, *argv: str) -> int:
    """Run a program of the product as its own process would."""
    module = import_module(PROGRAMS[name])
    sys.argv = [name, *argv]
    return int(module.main())


def serve() -> int:
    """Run the server on a free port, with a scripted engine that writes slowly enough to be killed within a reply."""

    def slow(wanted: Wanted) -> scripted.ScriptedEngine:
        return scripted.ScriptedEngine(wanted.version, seconds_per_word=SECONDS_PER_WORD)

    scripted.load = slow
    return program("app", "--no-train", "--host", "127.0.0.1", "--port", "0")


def _be(job: Job, streams: Path) -> None:
    os.setsid()
    typed = streams.with_suffix(TYPED)
    typed.write_text(job.typed)
    os.dup2(os.open(typed, os.O_RDONLY), 0)
    for number, suffix in ((1, OUT), (2, ERROR)):
        os.dup2(os.open(streams.with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.stdin = os.fdopen(0, closefd=False)
    for name in [name for name in os.environ if name.startswith("CHATBOT_")]:
        del os.environ[name]
    os.environ.update(job.environment)
    Touches(job.folder, streams.with_suffix(TOUCHES), job.last_touch).watch()
    code = job.run()
    sys.stdout.flush()
    sys.exit(code)


def _read(file: Path) -> str:
    return file.read_text(errors="replace") if file.is_file() else ""


def lines(output: str) -> Sequence[str]:
    """The whole lines of what a process said; one that was cut off is left out."""
    return [line for line in output.splitlines(keepends=True) if line.endswith("\n")]
