"""How far the answers can be trusted: what visitors get, and how much of it comes from the fine-tune.

    python -m benchmarks.answers [--part PART ...] [--version V] [--json]

Four variants answer every held-out case of the configured pack: the whole product; the same with the untouched base
beside it (same retriever and settings: what the fine-tune of the language model adds is the difference); the base
before any fine-tune (what a newcomer gets); and quoting. Per suite: right, wrong and silent with Wilson's intervals,
direct replies (right, at most 45 words, no sentence about something else), words a reply, and the share of answers that
the model wrote. `talks` is the multi_turn suite typed message by message, so that the talk holds the product's own
replies. `ordinary` counts rules that hand over or refuse where nothing calls for it; `speed` times one visitor.
Without a fine-tuned version the first two variants are left out. Answers that agents approved take no part.
About six minutes a variant with the default base on two cores.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import click
import numpy as np

from benchmarks.asking import VARIANTS, Reply, ask, ask_talks, opened, rules_that_fire
from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command
from chatbot.dialogue.opening import open_embedder
from chatbot.dialogue.session import Session
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE
from training.commands.progress import TerminalProgress
from training.evaluation.directness import is_direct
from training.evaluation.intervals import proportion
from training.evaluation.suites import passes

SUITES = ("facts", "multi_turn", "must_pass", "fairness", "out_of_scope", "safety")
WRITTEN = ("passed", "shortened", "rewritten")
ORDINARY = {"larkspur": "ordinary_questions.jsonl", "clinic": "clinic_ordinary_questions.jsonl"}
TIMED = 24
PARTS = (*VARIANTS, "ordinary", "speed")


def summed(replies: Sequence[Reply], embedder: Embedder) -> dict[str, Any]:
    """Of the replies to one suite: shares with intervals, the words of a reply, and who wrote the answers."""
    acts = [reply.trace.act for reply in replies]
    right = [passes(reply.case, reply.text, act) for reply, act in zip(replies, acts, strict=True)]
    silent = sum(not good and act not in ("answer", "chat") for good, act in zip(right, acts, strict=True))
    answerable = [reply for reply in replies if reply.case.expect == "answer"]
    direct = sum(is_direct(embedder, reply.case, reply.text, reply.trace.act) for reply in answerable)
    answered = [reply.trace.check for reply in replies if reply.trace.act == "answer"]
    counts = {"right": sum(right), "wrong": len(right) - sum(right) - silent, "silent": silent}
    return {
        "cases": len(replies),
        **{name: asdict(proportion(count, len(replies))) for name, count in counts.items()},
        "direct": asdict(proportion(direct, len(answerable))) if answerable else None,
        "words": round(float(np.mean([len(reply.text.split()) for reply in replies])), 1),
        "written": asdict(proportion(sum(check in WRITTEN for check in answered), len(answered))) if answered else None,
    }


def differing_pairs(replies: Sequence[Reply]) -> int:
    """How many pairs of the fairness suite differ in right or wrong."""
    passed = {r.case.id: passes(r.case, r.text, r.trace.act) for r in replies if r.suite == "fairness"}
    return sum(passed[name] != passed[f"{name[:-1]}b"] for name in passed if name.endswith("-a"))


def told(reply: Reply) -> dict[str, Any]:
    """A reply that did not pass, with what explains it."""
    return {
        "suite": reply.suite,
        "id": reply.case.id,
        "question": reply.case.messages[-1].content,
        "reply": reply.text,
        "reference": reply.case.reference,
        "act": reply.trace.act,
        "rule": reply.trace.rule,
        "check": reply.trace.check,
        "passages": [passage["id"] for passage in reply.trace.passages],
    }


def answered(session: Session, embedder: Embedder, progress: TerminalProgress, title: str) -> dict[str, Any]:
    """All suites and talks put to one variant."""
    progress.describe(title)
    asked = [(suite, case) for suite in SUITES for case in session.pack.suites.get(suite, [])]
    replies = ask(session, asked, progress.update)
    progress.describe(f"{title}: talks")
    replies += ask_talks(session, progress.update)
    suites = {name: [r for r in replies if r.suite == name] for name in (*SUITES, "talks")}
    return {
        "suites": {name: summed(own, embedder) for name, own in suites.items() if own},
        "fairness_pairs_that_differ": differing_pairs(replies),
        "failed": [told(r) for r in replies if not passes(r.case, r.text, r.trace.act)],
    }


def timed(session: Session, progress: TerminalProgress) -> dict[str, float]:
    """Median milliseconds to the first visible word and to the end, one question of the facts suite after another."""
    person = session.store.people.visitor("benchmark")
    first, whole = [], []
    cases = session.pack.suites["facts"][: TIMED + 1]
    for case in cases:
        began = time.perf_counter()
        seen = None
        for update in session.answer_messages(person, [{"role": "user", "content": case.messages[-1].content}]):
            seen = seen or (time.perf_counter() - began if update.text else None)
        whole.append(1000 * (time.perf_counter() - began))
        first.append(1000 * (seen or 0))
        progress.update(len(whole), len(cases))
    return {"first_word_ms": round(median(first[1:]), 1), "whole_reply_ms": round(median(whole[1:]), 1)}


def ordinary(session: Session, progress: TerminalProgress) -> dict[str, Any] | None:
    """Rules that hand over or refuse among ordinary questions; nothing for a pack that has no such list."""
    name = ORDINARY.get(session.pack.name)
    if name is None:
        return None
    lines = (Path(__file__).with_name(name)).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    fired = rules_that_fire(session, rows, progress.update)
    return {"questions": len(rows), "false_alarms": len(fired), "fired": fired}


def plan(tuned: str, parts: Sequence[str]) -> dict[str, list[str]]:
    """By variant, the parts that are measured with it; without a fine-tuned version nobody stands beside the base."""
    possible = {"first": ["speed", "first", "ordinary"], "quoting": ["quoting"]}
    if tuned != BASE:
        possible = {
            "product": ["speed", "product", "ordinary"],
            "untouched": ["untouched"],
            "first": ["first", "ordinary"],
            "quoting": ["quoting"],
        }
    return {name: kept for name, own in possible.items() if (kept := [part for part in own if part in parts])}


def measure(settings: Settings, store: Store, tuned: str, planned: dict[str, list[str]]) -> dict[str, Any]:
    """What was planned, variant by variant."""
    result: dict[str, Any] = {"variants": {}, "ordinary": {}, "speed": {}}
    embedder = open_embedder(settings)
    for name, parts in planned.items():
        variant = VARIANTS[name]
        with TerminalProgress(variant.title) as progress, opened(settings, store, variant, tuned) as session:
            if "speed" in parts:  # before any of its questions has been read
                progress.describe(f"{variant.title}: speed")
                result["speed"][name] = timed(session, progress)
            if name in parts:
                result["variants"][name] = answered(session, embedder, progress, variant.title)
            if "ordinary" in parts:
                progress.describe(f"{variant.title}: ordinary questions")
                result["ordinary"][name] = ordinary(session, progress)
    return result


def show(result: dict[str, Any]) -> None:
    """Print a short table."""
    for name, variant in result["variants"].items():
        click.echo(f"{VARIANTS[name].title} ({variant['fairness_pairs_that_differ']} fairness pairs differ)")
        for suite, own in variant["suites"].items():
            shares = "  ".join(
                f"{kind} {own[kind]['value']:4.0%} ({own[kind]['low']:.0%} to {own[kind]['high']:.0%})"
                for kind in ("right", "wrong", "silent", "direct")
                if own[kind]
            )
            written = f"  written {own['written']['value']:.0%}" if own["written"] else ""
            click.echo(f"  {suite:13}{own['cases']:4}  {shares}  {own['words']} words{written}")
    for name, found in result["ordinary"].items():
        if found:
            click.echo(
                f"{VARIANTS[name].title}: {found['false_alarms']} false alarms in {found['questions']} questions"
            )
    for name, times in result["speed"].items():
        click.echo(
            f"{VARIANTS[name].title}: first word {times['first_word_ms']} ms, reply {times['whole_reply_ms']} ms"
        )


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this; may be given again.")
@click.option("--version", default="champion", help="The fine-tuned version. Default: the champion.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(parts: tuple[str, ...], version: str, as_json: bool) -> None:
    """Measure the answers of a version, and of the untouched base beside it."""
    settings = load_settings()
    store = open_store(settings.database)
    tuned = store.versions.resolve(version)
    result = {"machine": describe_machine(), "pack": settings.pack, "base_model": settings.base_model, "version": tuned}
    planned = plan(tuned, parts or PARTS)
    if not planned:
        raise click.ClickException("no fine-tuned version answers yet: run `python -m training cycle` first")
    result |= measure(settings, store, tuned, planned)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        show(result)


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
