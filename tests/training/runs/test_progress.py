"""Points of a loss curve as JSON, and what a run's row tells of a fine-tune."""

from collections.abc import Mapping

import pytest

from chatbot.settings import Settings
from chatbot.store import Store
from training.runs.files import STOP, run_folder
from training.runs.progress import FineTuneProgress, Point
from training.runs.tracking import Progress, Stopped, Tracker


@pytest.mark.parametrize(
    "point",
    [
        Point(0, validation_loss=2.5),
        Point(3, 1.25, 5e-4),
        Point(4, 1.0, 4e-4, 1.5, {"margin": 0.25, "accuracy": 1.0}),
    ],
)
def test_a_point_is_read_back(point: Point) -> None:
    assert Point.from_dict(point.as_dict()) == point


def test_what_was_not_measured_is_left_out() -> None:
    assert Point(3, 1.25, 5e-4, measures={"margin": 0.5}).as_dict() == {
        "step": 3,
        "train_loss": 1.25,
        "rate": 5e-4,
        "margin": 0.5,
    }
    assert Point(0, validation_loss=2.5).values == {"validation_loss": 2.5}


class Heard(Tracker):
    """A tracker that remembers."""

    def __init__(self) -> None:
        self.logged: list[tuple[Mapping[str, float], int | None]] = []

    def start(self) -> None:
        pass

    def store_init_configuration(self, values: Mapping[str, object]) -> None:
        pass

    def finish(self) -> None:
        pass

    def log(self, values: Mapping[str, float], step: int | None) -> None:
        self.logged.append((values, step))


def test_a_runs_row_tells_where_its_fine_tune_is(settings: Settings, store: Store) -> None:
    run = store.versions.start_run("system")
    heard = Heard()
    progress = Progress(store, run, run_folder(settings, run.id), heard)
    progress.show("loading the base model", 0.16, {"example": "⟦yes⟧"})
    at = Point(1, 1.9, 1e-3)
    progress.training(FineTuneProgress(1, 4, 0.25, "step 1 of 4", [at], at, 312.4, 12))
    assert store.versions.run(run.id).progress == {
        "phase": "fine-tuning",
        "fraction": 0.32,
        "message": "step 1 of 4",
        "seconds_left": 12,
        "step": 1,
        "steps": 4,
        "tokens_per_second": 312.4,
        "curve": [{"step": 1, "train_loss": 1.9, "rate": 1e-3}],
        "example": "⟦yes⟧",
    }
    assert heard.logged == [({"train_loss": 1.9, "rate": 1e-3}, 1)]
    progress.training(FineTuneProgress(1, 4, 0.25, "reading the rows", [at]))
    assert len(heard.logged) == 1, "reading rows is no step"
    progress.show("merging", 0.81, {"diagnosis": ["sound"]})
    kept = store.versions.run(run.id).progress
    assert kept["seconds_left"] is None and kept["step"] == 1 and kept["diagnosis"] == ["sound"]


def test_between_steps_a_stop_is_heard(settings: Settings, store: Store) -> None:
    run = store.versions.start_run("system")
    folder = run_folder(settings, run.id)
    progress = Progress(store, run, folder)
    folder.mkdir(parents=True)
    (folder / STOP).touch()
    progress.training(FineTuneProgress(1, 4, 0.25, "step 1 of 4", []))
    with pytest.raises(Stopped):
        progress.show("merging", 0.81)
