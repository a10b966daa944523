"""Measures are taken once, and again when anything changes that a reply depends on: settings, pack, code."""

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.evaluation import measures
from training.evaluation.measures import code_digest, evaluate_cached
from training.evaluation.results import Evaluation
from training.evaluation.suites import pack_suites
from training.workbench import Workbench


def test_measures_are_taken_again_by_other_code_or_settings(
    settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def evaluate(bench: Workbench, version: str, *rest: object) -> Evaluation:
        taken.append(version)
        return Evaluation(version, {}, {"perplexity": 2.5}, 1.0, [])

    def measure(**changes: object) -> Evaluation:
        own = settings.model_copy(update=changes)
        bench = Workbench(own, store, pack, HashedEmbedder(), tiny_base, "cpu")
        return evaluate_cached(bench, BASE, pack_suites(pack))

    monkeypatch.setattr(measures, "evaluate", evaluate)
    assert measure() == measure() == Evaluation(BASE, {}, {"perplexity": 2.5}, 1.0, [])
    assert len(taken) == 1
    measure(passages=1)
    assert len(taken) == 2
    monkeypatch.setattr(measures, "code_digest", lambda: "other code")
    measure()
    assert len(taken) == 3


def test_the_code_that_answers_has_a_digest_of_its_own() -> None:
    assert code_digest() == code_digest.__wrapped__()
    assert len(code_digest()) == 64
