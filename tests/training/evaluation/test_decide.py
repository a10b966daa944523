"""The decision: both versions on the same cases, the verdict stored with the candidate."""

from collections.abc import Callable, Sequence

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.evaluation import decide as deciding
from training.evaluation.decide import GATE_CASES, decide, gate_suites
from training.evaluation.results import Evaluation, Judged
from training.evaluation.suites import Suite
from training.workbench import Workbench


@pytest.fixture
def bench(settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel) -> Workbench:
    return Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")


def test_the_verdict_is_stored_with_the_candidate(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    version = bench.store.versions.add_version("lamps", BASE, "ab12cd34", None, None).name
    heard: list[tuple[str, int, int]] = []

    def evaluated(
        bench: Workbench, name: str, suites: Sequence[Suite], report: Callable[[int, int], None]
    ) -> Evaluation:
        report(20, 20)
        cases = [Judged("facts", f"facts-{n}", "", name == version, 1.0) for n in range(20)]
        return Evaluation(name, {}, {}, 0.0, cases)

    monkeypatch.setattr(deciding, "evaluate_cached", evaluated)
    verdict = decide(bench, version, BASE, lambda *told: heard.append(told))
    assert verdict.promoted and verdict.against == BASE
    assert bench.store.versions.get(version).gate == verdict.as_dict()
    assert heard == [(BASE, 20, 20), (version, 20, 20)]


def test_where_the_model_writes_the_gate_hears_some_cases(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    suites = [Suite("facts", bench.pack.suites["facts"] * 100), Suite("safety", bench.pack.suites["facts"] * 100)]
    monkeypatch.setattr(deciding, "pack_suites", lambda pack: suites)
    monkeypatch.setattr(Settings, "reads", False)
    assert gate_suites(bench) == suites
    monkeypatch.setattr(Settings, "reads", True)
    heard = {suite.name: len(suite.cases) for suite in gate_suites(bench)}
    assert heard == {"facts": GATE_CASES, "safety": len(suites[1].cases)}
