"""The bar that follows a run: where it is, its loss and its speed, an example once; silent without a terminal."""

import sys

import pytest

from chatbot.store import Store
from training.commands.progress import TerminalProgress


def test_a_bar_follows_a_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.versions.start_run("system")
    bar = TerminalProgress.of_run(store, run.id)
    told: list[str] = []
    done: list[float] = []
    shown: list[str] = []
    monkeypatch.setattr(bar, "describe", told.append)
    monkeypatch.setattr(bar, "update", lambda fraction, total: done.append(fraction))
    monkeypatch.setattr(bar._progress.console, "print", lambda text, **options: shown.append(text))
    waits = iter([False, False, False, True])

    def wait(seconds: float) -> bool:
        if len(told) == 1:
            store.versions.update_run(run.id, progress={"message": "reading", "fraction": 0.2, "example": "⟦yes⟧"})
        if len(told) == 2:
            curve = [{"step": 1, "train_loss": 1.9}]
            values = {"message": "step 1 of 4", "fraction": 0.3, "tokens_per_second": 312.4, "curve": curve}
            store.versions.update_run(run.id, progress=values | {"example": "⟦yes⟧"})
        return next(waits)

    monkeypatch.setattr(bar._over, "wait", wait)
    bar._follow()
    assert told == ["starting", "reading", "step 1 of 4  loss 1.9  312.4 tokens/s"]
    assert done == [0.0, 0.2, 0.3]
    assert shown == ["⟦yes⟧"]


def test_without_a_terminal_nothing_is_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with TerminalProgress("checking") as bar:
        bar.update(1, 2)
    assert capsys.readouterr() == ("", "")
