"""What a version is worth: it answers every held-out case as it would answer a visitor, and is measured on the replies.

`evaluate` goes through the product's own turn (guard, retrieval, prompt, engine) without storing anything, several
cases at once. Likelihoods are measured on the right replies with the weights as they were trained.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from chatbot.dialogue.reply import Draft, Writing
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.base import Engine
from chatbot.engines.loading import load_engine
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Case
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.records import Act, ChatMessage, Sampling
from chatbot.settings import Settings
from chatbot.store.versions import BASE
from training.evaluation.likelihood import Likelihood, reply_likelihoods
from training.evaluation.metrics import METRICS, SUITE_METRICS
from training.evaluation.results import Evaluation, Judged, SuiteResult
from training.evaluation.suites import Suite, passes
from training.finetuning.encoding import encode_rows
from training.rows import Row
from training.workbench import Workbench

AT_ONCE = 24
ANSWERED = ("facts", "multi_turn", "must_pass")


def evaluate(
    bench: Workbench,
    version: str,
    suites: Sequence[Suite],
    report: Callable[[int, int], None] = lambda done, cases: None,
) -> Evaluation:
    """Measure a version on suites.

    `report` is told of each reply and then of each likelihood: half of the work each. Where people hear what the model
    writes, replies tell all, and no likelihood is measured, which takes a large base longer than replying.
    """
    started = time.perf_counter()
    cases = [(suite.name, case) for suite in suites for case in suite.cases]
    engine = load_engine(bench.settings, bench.base, bench.store, version)
    try:
        knowledge = bench.knowledge(version)
        turns = [_prepare(bench, knowledge, engine, case) for _, case in cases]
        written = _reply_to_all(engine, bench.settings, turns, lambda done: report(done, 2 * len(turns)))
    finally:
        engine.close()
    replies = [reply.text for reply in written]
    similarities = _similarities(bench.embedder, replies, [case.reference for _, case in cases])
    likelihoods = _likelihoods(bench, version, cases, turns, lambda done: report(len(turns) + done, 2 * len(turns)))
    judged = [
        _judge(suite, case, turn, reply, similarity, likelihood)
        for (suite, case), turn, reply, similarity, likelihood in zip(
            cases, turns, written, similarities, likelihoods, strict=True
        )
    ]
    return _summary(version, judged, time.perf_counter() - started)


def _judge(
    suite: str, case: Case, turn: Turn, reply: Draft, similarity: float, likelihood: Likelihood | None
) -> Judged:
    act: Act = "abstain" if reply.abstained else turn.act
    return Judged(
        suite,
        case.id,
        reply.text,
        passes(case, reply.text, act),
        similarity,
        round(likelihood.log_likelihood, 4) if likelihood else None,
        likelihood.tokens if likelihood else 0,
        likelihood.hits if likelihood else 0,
        act,
        reply.outcome,
        [passage.id for passage in turn.passages],
        turn.passages[0].score if turn.passages else None,
    )


def _prepare(bench: Workbench, knowledge: Knowledge, engine: Engine, case: Case) -> Turn:
    messages: list[ChatMessage] = [{"role": turn.role, "content": turn.content} for turn in case.messages]
    history, question = messages[:-1], messages[-1]["content"]
    return prepare_turn(bench.settings, bench.pack, knowledge, engine, history, question)


def _reply_to_all(
    engine: Engine, settings: Settings, turns: Sequence[Turn], report: Callable[[int], None]
) -> list[Draft]:
    sampling = Sampling(settings.max_new_tokens, 0.0, settings.top_p, settings.repetition_penalty)
    replies = []

    def write(turn: Turn) -> Draft:
        *_, whole = Writing(engine, turn, sampling, settings.check, settings.best_of)
        return whole

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for reply in pool.map(write, turns):
            replies.append(reply)
            report(len(replies))
    return replies


def _similarities(embedder: Embedder, replies: Sequence[str], references: Sequence[str]) -> list[float]:
    ours, theirs = embedder.encode(replies), embedder.encode(references)
    return [round(float(x), 4) for x in np.einsum("ij,ij->i", ours, theirs)]


def _likelihoods(
    bench: Workbench,
    version: str,
    cases: Sequence[tuple[str, Case]],
    turns: Sequence[Turn],
    report: Callable[[int], None],
) -> list[Likelihood | None]:
    """The likelihood of each reference; None for cases that the model is not asked."""
    if bench.settings.reads:
        return [None] * len(cases)
    asked: list[Row] = [
        {"id": case.id, "messages": [*turn.prompt, {"role": "assistant", "content": case.reference}]}
        for (suite, case), turn in zip(cases, turns, strict=True)
        if turn.prompt and (suite in ANSWERED or case.expect == "answer")
    ]
    rows = encode_rows(bench.base, asked, bench.settings.context_tokens).rows
    adapter = None if version == BASE else bench.store.versions.get(version).folder.adapter
    measured = reply_likelihoods(bench.base, adapter, rows, bench.device, report) if rows else []
    by_id = {row.id: likelihood for row, likelihood in zip(rows, measured, strict=True)}
    return [by_id.get(case.id) for _, case in cases]


def _summary(version: str, judged: list[Judged], seconds: float) -> Evaluation:
    suites = {}
    for name in dict.fromkeys(case.suite for case in judged):
        own = [case for case in judged if case.suite == name]
        metrics = {metric: measure(own) for metric, measure in SUITE_METRICS.items()}
        suites[name] = SuiteResult(len(own), sum(case.passed for case in own), metrics)
    metrics = {metric: measure(judged) for metric, measure in METRICS.items()}
    return Evaluation(version, suites, metrics, round(seconds, 1), judged)
