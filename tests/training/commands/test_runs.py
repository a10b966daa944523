"""`run`: what a signal does to a run under way, and how its end is told."""

import os
import signal
from collections.abc import Iterator

import pytest

from chatbot.errors import TrainingError
from chatbot.settings import Settings
from chatbot.store import Store
from training.commands.runs import _watched
from training.runs.files import STOP, run_folder
from training.runs.tracking import Stopped


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The test's own handlers of signals, put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_for_a_stop_at_the_next_step(settings: Settings, store: Store, number: signal.Signals) -> None:
    run = store.versions.start_run("system")
    stop = run_folder(settings, run.id) / STOP
    with _watched(settings, store, run, quiet=True):
        assert not stop.exists()
        os.kill(os.getpid(), number)
        assert stop.is_file()


def test_a_stop_is_told_as_a_stop_and_a_fault_as_itself(settings: Settings, store: Store) -> None:
    run = store.versions.start_run("system")
    with pytest.raises(TrainingError, match="the checkpoint is kept"), _watched(settings, store, run, quiet=True):
        raise Stopped
    with pytest.raises(KeyError), _watched(settings, store, run, quiet=True):
        raise KeyError("x")
