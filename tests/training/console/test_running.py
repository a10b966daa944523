"""How a run goes and what came of it, in words."""

import pytest

from chatbot.lineage import Run, RunProgress, RunStatus, Version
from chatbot.settings import Settings
from chatbot.store.versions import BASE
from training.console import running
from training.runs.files import CHECKPOINT, STOP, run_folder
from training.runs.resuming import Beginning


def run_with(
    status: RunStatus, progress: RunProgress | None = None, version: str | None = None, error: str | None = None
) -> Run:
    began = "2026-01-01T10:00:00+00:00"
    return Run("r1", None, status, "operator:ada", began, progress=progress or {}, version=version, error=error)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (run_with("running"), ""),
        (run_with("failed", error="the disk is full"), "It failed: the disk is full."),
        (run_with("interrupted", error="the process ended"), "It was interrupted (the process ended)."),
        (run_with("stopped"), "It was stopped by a person."),
        (run_with("stopped", error="continued as r2"), "was continued as r2."),
        (run_with("finished", version="lamps-v0001-ab12cd34"), "It made v1, which was held by the gate."),
    ],
)
def test_outcomes(run: Run, text: str) -> None:
    version = Version("lamps-v0001-ab12cd34", "", BASE, "r1", 1, "", gate={"decision": "hold"})
    assert text in running.outcome(run, version if run.version else None)


def test_a_fine_tune_under_way() -> None:
    progress: RunProgress = {
        "phase": "fine-tuning",
        "step": 1,
        "steps": 9,
        "tokens_per_second": 1310.2,
        "seconds_left": 130,
        "curve": [{"step": 0, "validation_loss": 2.0}, {"step": 1, "train_loss": 1.9, "validation_loss": 1}],
    }
    run = run_with("running", progress)
    assert running.phase_of(run) == "Learning to reply"
    assert running.pace(run) == "step 1 of 9 · about 2 minutes of learning left"
    assert running.curve(run) == running.Curve([(1, 1.9)], [(0, 2.0), (1, 1)])
    assert running.learned(run).startswith("50% nearer to the right replies")


def test_other_phases() -> None:
    reading: RunProgress = {"phase": "fine-tuning", "steps": 9, "message": "reading the rows: 64 of 90"}
    assert running.pace(run_with("running", reading)) == "reading the rows: 64 of 90"
    checking = run_with("running", {"phase": "checking base", "message": "checking base: 7%"})
    assert running.phase_of(checking) == "Asking the base model the test questions"
    assert running.phase_of(run_with("running")) == "Starting"
    assert running.learned(run_with("running")) == ""
    assert running.rows_learned({1: 50}, run_with("running")) == ""


def test_what_happens_before_it_learns_and_who_stopped_it_is_told() -> None:
    assert "the first minutes go into preparing" in running.pace(run_with("running"))
    checking: RunProgress = {"phase": "checking base"}
    assert running.pace(run_with("running", checking)) == ""
    told = running.outcome(run_with("stopped"), None, "Olga (operator)")
    assert told.startswith("It was stopped by Olga (operator).")


def test_what_a_run_left(settings: Settings) -> None:
    folder = run_folder(settings, "r1")
    folder.mkdir(parents=True)
    (folder / STOP).touch()
    (folder / CHECKPOINT).touch()
    Beginning({}, texts="of a classifier").save(folder)
    assert not running.has_checkpoint(settings, run_with("stopped"))
    Beginning({}, snapshot=1).save(folder)
    assert running.stop_asked(settings, run_with("running")) and not running.stop_asked(settings, run_with("stopped"))
    assert running.has_checkpoint(settings, run_with("stopped"))
    assert not running.has_checkpoint(settings, run_with("running"))
