"""What a version is worth: it answers every held-out case as it would answer a visitor, and is measured on the replies.

`evaluate` goes through the product's own turn (guard, retrieval, prompt, engine) without storing anything, several
cases at once. Likelihoods are measured on the right replies with the weights as they were trained.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from chatbot.dialogue.opening import version_knowledge
from chatbot.dialogue.reply import Draft, Writing
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel
from chatbot.engines.loading import ADAPTER, load_engine
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Case, Pack
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.records import Act, ChatMessage, Outcome, Sampling
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.evaluation.likelihood import Likelihood, reply_likelihoods
from training.evaluation.metrics import mean, perplexity, proportion
from training.evaluation.suites import Suite, passes
from training.finetuning.encoding import Encoded, encode_rows
from training.finetuning.loop.processes import ALONE, Processes

AT_ONCE = 24
ANSWERED = ("facts", "multi_turn", "must_pass")


@dataclass(frozen=True)
class Judged:
    """One case with its reply."""

    suite: str
    id: str
    reply: str
    passed: bool
    similarity: float
    log_likelihood: float | None = None
    tokens: int = 0
    hits: int = 0
    act: Act = "answer"
    check: Outcome | Literal[""] = ""
    passages: list[str] = field(default_factory=list)
    score: float | None = None


@dataclass(frozen=True)
class Workbench:
    """What evaluation works with: the installation, its pack and the base model."""

    settings: Settings
    store: Store
    pack: Pack
    embedder: Embedder
    base: BaseModel
    device: str
    processes: Processes = ALONE

    @property
    def articles(self) -> list[str]:
        """The pack's articles in pieces, each under its title and section."""
        return [piece.headed for piece in self.pack.pieces]

    def knowledge(self, version: str) -> Knowledge:
        """What a version looks things up with."""
        return version_knowledge(self.settings, self.pack, self.store, version)


def evaluate(
    bench: Workbench,
    version: str,
    suites: Sequence[Suite],
    report: Callable[[int, int], None] = lambda done, cases: None,
) -> dict[str, Any]:
    """Measure a version on suites; the result has the shape of `evaluate --json`, with the judged cases.

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
    suite: str,
    case: Case,
    turn: Turn,
    reply: Draft,
    similarity: float,
    likelihood: tuple[float | None, int, int],
) -> Judged:
    act: Act = "abstain" if reply.abstained else turn.act
    log_likelihood, tokens, hits = likelihood
    return Judged(
        suite,
        case.id,
        reply.text,
        passes(case, reply.text, act),
        similarity,
        log_likelihood,
        tokens,
        hits,
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
) -> list[tuple[float | None, int, int]]:
    """Log-likelihood, tokens and hits of each reference; nothing for cases that the model is not asked."""
    if bench.settings.reads:
        return [(None, 0, 0)] * len(cases)
    asked = [
        {"id": case.id, "messages": [*turn.prompt, {"role": "assistant", "content": case.reference}]}
        for (suite, case), turn in zip(cases, turns, strict=True)
        if turn.prompt and (suite in ANSWERED or case.expect == "answer")
    ]
    rows: list[Encoded] = encode_rows(bench.base, asked, bench.settings.context_tokens).rows
    adapter = None if version == BASE else Path(bench.store.versions.get(version).path) / ADAPTER
    measured: list[Likelihood] = reply_likelihoods(bench.base, adapter, rows, bench.device, report) if rows else []
    by_id = {row.id: likelihood for row, likelihood in zip(rows, measured, strict=True)}
    found: list[tuple[float | None, int, int]] = []
    for _, case in cases:
        one = by_id.get(case.id)
        found.append((round(one.log_likelihood, 4), one.tokens, one.hits) if one else (None, 0, 0))
    return found


def _summary(version: str, judged: Sequence[Judged], seconds: float) -> dict[str, Any]:
    suites: dict[str, Any] = {}
    for name in dict.fromkeys(case.suite for case in judged):
        own = [case for case in judged if case.suite == name]
        passed = sum(case.passed for case in own)
        suites[name] = {
            "cases": len(own),
            "passed": passed,
            "pass_rate": proportion(passed, len(own)),
            "answer_similarity": mean([case.similarity for case in own]),
        }
    scored = [case for case in judged if case.log_likelihood is not None]
    tokens = [case.tokens for case in scored]
    return {
        "version": version,
        "suites": suites,
        "perplexity": perplexity([case.log_likelihood or 0.0 for case in scored], tokens) if scored else None,
        "token_accuracy": proportion(sum(case.hits for case in scored), sum(tokens)) if scored else None,
        "answer_similarity": mean([case.similarity for case in judged]),
        "seconds": round(seconds, 1),
        "cases": [asdict(case) for case in judged],
    }
