"""The decision on a candidate: it and the version to beat are measured on the same cases, and the gate is asked."""

from collections.abc import Callable
from functools import partial

from training.evaluation.gate import GUARDED, Verdict, judge
from training.evaluation.measures import evaluate_cached
from training.evaluation.suites import Suite, pack_suites, sampled
from training.workbench import Workbench

GATE_CASES = 48
"""Of a suite, where the model writes: on two cores a base of 1.5 billion parameters answers ten a minute."""


def gate_suites(bench: Workbench) -> list[Suite]:
    """The cases that the gate hears: all, or some of each suite where the model writes, which takes its time."""
    suites = pack_suites(bench.pack)
    return sampled(suites, GATE_CASES, whole=GUARDED) if bench.settings.reads else suites


def decide(
    bench: Workbench,
    candidate: str,
    against: str,
    report: Callable[[str, int, int], None],
    answering: Workbench | None = None,
) -> Verdict:
    """Measure two versions, named in full, and ask the gate; the verdict is stored with the candidate.

    `report` hears of which version how many cases of how many are done. `answering` is the workbench of the version to
    beat, where its base is another.
    """
    suites = gate_suites(bench)
    champion = evaluate_cached(answering or bench, against, suites, partial(report, against))
    verdict = judge(evaluate_cached(bench, candidate, suites, partial(report, candidate)), champion)
    bench.store.versions.set_gate(candidate, verdict.as_dict())
    return verdict
