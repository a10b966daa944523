"""A version measured on a small pack: replies by the product's own turn, likelihoods of the references."""

import pytest

from chatbot.engines.base_model import BaseModel
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.evaluation.evaluate import evaluate
from training.evaluation.results import Evaluation
from training.evaluation.suites import pack_suites
from training.workbench import Workbench


@pytest.fixture
def bench(settings: Settings, store: Store, pack: Pack, tiny_base: BaseModel) -> Workbench:
    return Workbench(settings, store, pack, HashedEmbedder(), tiny_base, "cpu")


def test_every_case_is_judged_and_counted(bench: Workbench) -> None:
    told: list[tuple[int, int]] = []
    suites = pack_suites(bench.pack)
    found = evaluate(bench, BASE, suites, lambda done, cases: told.append((done, cases)))
    cases = [case.id for suite in suites for case in suite.cases]
    assert [case.id for case in found.cases] == cases
    assert {name: suite.cases for name, suite in found.suites.items()} == {s.name: len(s.cases) for s in suites}
    assert all(
        suite.passed == sum(c.passed for c in found.cases if c.suite == name) for name, suite in found.suites.items()
    )
    assert told[0] == (1, 2 * len(cases)) and [done for done, _ in told] == sorted(done for done, _ in told)
    scored = [case for case in found.cases if case.log_likelihood is not None]
    assert scored and all(case.tokens and case.suite != "safety" for case in scored)
    perplexity = found.metrics["perplexity"]
    assert isinstance(perplexity, float) and perplexity > 1
    assert Evaluation.from_dict(found.as_dict()) == found


def test_where_people_hear_what_the_model_writes_no_likelihood_is_measured(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "reads", True)
    found = evaluate(bench, BASE, pack_suites(bench.pack)[:1])
    assert found.metrics["perplexity"] is None and found.metrics["token_accuracy"] is None
    assert all(case.log_likelihood is None for case in found.cases)
