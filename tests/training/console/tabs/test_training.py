"""The tab Training: what waits, a run with recipe and minutes, its curve, stopping and going on."""

from collections.abc import Callable

import pytest

from chatbot.settings import Settings
from chatbot.store import Store
from tests.training.console.tabs.conftest import Operators
from training.console.tabs import training
from training.console.tabs.tab import Tab
from training.console.tabs.training_shapes import BaseShape, CurveShape, Runs, WaitingShape
from training.runs.files import CHECKPOINT, run_folder
from training.runs.resuming import Beginning

API = "/operate/api/training"


@pytest.fixture
def operators(serving: Callable[[Tab], Operators]) -> Operators:
    return serving(Tab("training", "Training", training.routes))


def test_a_run_is_started_watched_stopped_and_gone_on_with(
    operators: Operators, store: Store, settings: Settings
) -> None:
    client = operators.client()
    waiting = WaitingShape.model_validate(client.get(f"{API}/waiting").json())
    assert waiting.empty and waiting.train and "Learns from" in waiting.plan
    assert waiting.offers[0].name == settings.recipe
    bases = [BaseShape.model_validate(base) for base in client.get(f"{API}/bases").json()]
    assert (bases[0].name, bases[0].recipe, bases[0].missing) == (settings.base_model, "sft", "")
    started = Runs.model_validate(client.post(f"{API}/runs", json={"recipe": "sft", "minutes": 3}).json())
    (run,) = started.runs
    assert started.current == run.id
    assert (run.actor, run.recipe, run.minutes, run.phase) == ("olga (operator)", "By examples", 3, "Starting")
    assert "is under way" in client.post(f"{API}/runs", json={}).json()["detail"]
    asked, curve = store.versions.run(run.id).progress, [{"step": 1, "train_loss": 2.0}]
    store.versions.update_run(run.id, progress={**asked, "phase": "fine-tuning", "curve": curve})
    shown = CurveShape.model_validate(client.get(f"{API}/runs/{run.id}").json())
    assert shown.learned == [(1, 2.0)] and shown.held_out == []
    stopped = Runs.model_validate(client.post(f"{API}/stop").json())
    assert stopped.current is None and not stopped.runs[0].resumable
    assert "nothing is being trained" in client.post(f"{API}/stop").json()["detail"]
    assert "no checkpoint" in client.post(f"{API}/runs/{run.id}/go-on").json()["detail"]
    folder = run_folder(settings, run.id)
    folder.mkdir(parents=True)
    (folder / CHECKPOINT).touch()
    Beginning({}, snapshot=1).save(folder)
    again = Runs.model_validate(client.post(f"{API}/runs/{run.id}/go-on").json())
    assert (again.runs[0].recipe, again.runs[0].minutes) == ("By examples", 3)


def test_what_cannot_be_trained_is_refused_in_words(operators: Operators) -> None:
    client = operators.client()
    for body, words in (
        ({"recipe": "preference"}, "needs 5 corrected"),
        ({"minutes": 0}, "minutes"),
        ({"base": "x"}, "not offered"),
    ):
        answer = client.post(f"{API}/runs", json=body)
        assert answer.status_code == 400 and words in answer.json()["detail"]
    assert client.get(f"{API}/runs/none").status_code == 404
    assert operators.store.versions.runs() == []


@pytest.mark.parametrize("role", ["agent", None])
def test_only_operators_may_act(operators: Operators, role: str | None) -> None:
    client = operators.client(role)  # type: ignore[arg-type]
    for path in ("runs", "stop", "runs/r1/go-on"):
        assert client.post(f"{API}/{path}", json={}).status_code == 403
    assert client.get(f"{API}/runs").status_code == 403
    assert operators.store.versions.runs() == []
