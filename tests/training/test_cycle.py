"""The cycle's own parts: one run at a time, marked by how it ends; champion, base and candidate before the gate."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.errors import BusyError, UserError
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.lineage import SnapshotCounts
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training import cycle
from training.curation.snapshots import Snapshot
from training.cycle import facts_of, judge_candidate, the_only_run, what_answers
from training.evaluation import decide as deciding
from training.evaluation.results import Evaluation, Judged
from training.evaluation.suites import Suite
from training.finetuning.loop.outcome import Outcome
from training.finetuning.recipe import Recipe
from training.runs.files import run_folder
from training.runs.lock import TrainingLock
from training.runs.progress import Point
from training.runs.tracking import Progress, Stopped
from training.workbench import Workbench


def test_another_run_is_refused_by_name(settings: Settings, store: Store) -> None:
    first, second = store.versions.start_run("system"), store.versions.start_run("system")
    lock = TrainingLock.take(settings.home)
    assert lock is not None
    with pytest.raises(BusyError, match=first.id), the_only_run(settings, store, second):
        pass
    lock.let_go()
    assert store.versions.run(second.id).status == "failed"


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Stopped(), "stopped", None),
        (UserError("no disk"), "failed", "no disk"),
        (KeyError("x"), "failed", "KeyError: 'x'"),
    ],
)
def test_a_run_is_marked_by_how_it_ends(
    settings: Settings, store: Store, error: Exception, status: str, reason: str | None
) -> None:
    dead, run = store.versions.start_run("system"), store.versions.start_run("system")
    with pytest.raises(type(error)), the_only_run(settings, store, run):
        assert store.versions.run(dead.id).status == "interrupted"
        raise error
    ended = store.versions.run(run.id)
    assert (ended.status, ended.error) == (status, reason)
    assert not TrainingLock.is_held(settings.home)


def test_the_base_is_measured_beside_champion_and_candidate(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion, candidate = (
        store.versions.add_version("lamps", BASE, digest, None, None).name for digest in ("aaaaaaaa", "bbbbbbbb")
    )
    store.versions.point("champion", champion, "system")
    measured: list[str] = []

    def evaluated(
        bench: Workbench, name: str, suites: Sequence[Suite], report: Callable[[int, int], None]
    ) -> Evaluation:
        report(1, 2)
        measured.append(name)
        return Evaluation(name, {}, {}, 0.0, [Judged("facts", "facts-1", "", True, 1.0)])

    shown: list[tuple[str, float, str]] = []
    monkeypatch.setattr(cycle, "evaluate_cached", evaluated)
    monkeypatch.setattr(deciding, "evaluate_cached", evaluated)
    monkeypatch.setattr(
        Progress, "show", lambda self, phase, fraction, more: shown.append((phase, fraction, more["message"]))
    )
    run = store.versions.start_run("system")
    bench = Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")
    verdict = judge_candidate(bench, candidate, Progress(store, run, run_folder(settings, run.id)))
    assert verdict.decision == "hold" and verdict.against == champion
    assert measured == [BASE, champion, candidate]
    assert [fraction for _, fraction, _ in shown] == pytest.approx([0.83 + 0.17 * part / 6 for part in (1, 3, 5)])
    assert shown[1][2] == f"checking {champion}: 50%"


def test_what_comes_of_another_base_is_judged_beside_what_answers(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = store.versions.add_version("lamps", "other", "bbbbbbbb", None, None).name
    measured: list[tuple[str, str]] = []

    def evaluated(
        bench: Workbench, name: str, suites: Sequence[Suite], report: Callable[[int, int], None]
    ) -> Evaluation:
        measured.append((name, bench.base.name))
        return Evaluation(name, {}, {}, 0.0, [Judged("facts", "facts-1", "", True, 1.0)])

    monkeypatch.setattr(deciding, "evaluate_cached", evaluated)
    run = store.versions.start_run("system")
    answering = Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")
    bench = replace(answering, base=replace(tiny_base, name="other"))
    progress = Progress(store, run, run_folder(settings, run.id))
    verdict = judge_candidate(bench, candidate, progress, answering)
    assert verdict.against == BASE and measured == [(BASE, tiny_base.name), (candidate, "other")]


def test_the_base_answers_where_the_champion_was_trained_on_another(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel
) -> None:
    store.versions.point("champion", store.versions.add_version("lamps", "other", "bbbbbbbb", None, None).name, "x")
    served = settings.model_copy(update={"engine": "openvino"})
    assert what_answers(Workbench(served, store, pack, HashedEmbedder(), tiny_base, "cpu")) == BASE


def test_the_facts_of_a_fine_tune_are_its_figures_its_curve_and_its_origin(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"id": "1", "intent": "rare"}\n')
    outcome = Outcome(
        steps=2,
        train_tokens=64,
        tokens_per_second=10.0,
        best_validation_loss=1.5,
        base_validation_loss=2.0,
        stopped_early=False,
        too_long=0,
        seconds=6.4,
        adapter=tmp_path,
        stopped=False,
        curve=[Point(0, validation_loss=2.0), Point(1, 1.9, 1e-3), Point(2, 1.4, 1e-4, 1.5)],
    )
    snapshot = Snapshot(4, tmp_path, SnapshotCounts(train=1, digest="ab"))
    kept: dict[str, Any] = facts_of(outcome, Recipe(seed=3), snapshot).as_dict()
    assert kept["steps"] == 2 and kept["recipe"]["seed"] == 3
    assert kept["counts"]["digest"] == "ab"
    assert kept["curve"] == [
        {"step": 0, "validation_loss": 2.0},
        {"step": 1, "train_loss": 1.9, "rate": 1e-3},
        {"step": 2, "train_loss": 1.4, "rate": 1e-4, "validation_loss": 1.5},
    ]
    assert any("under-fitting" in finding for finding in kept["diagnosis"])
    assert any("rare (1)" in finding for finding in kept["diagnosis"])
    assert {"adapter", "stopped", "row_losses"}.isdisjoint(kept)
