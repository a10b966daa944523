"""How far the answers can be trusted: right, wrong and abstained, through the whole product and with parts of it off.

    python -m benchmarks.answers [--version V] [--json]

Answers every held-out case of the configured pack with: the base model alone, the base model with passages, the
fine-tuned model alone, with passages but without the check, and the whole product. Beside it: how often the needed
passage is among the first 1, 2, 3 and 5, the multi-turn cases replayed with the product's own replies, and the time to
the first visible word for one visitor; what is asked there is stored as a visitor's. Needs a fine-tuned version
(`python -m training cycle`); takes about twelve minutes.
"""

import json
import time
from statistics import median
from typing import Any

import click

from benchmarks.machine import describe_machine
from benchmarks.retrieval import index_ranks, recall
from chatbot.commands import quieten
from chatbot.dialogue.opening import open_session
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE
from training.cycle import open_workbench
from training.evaluation.evaluate import evaluate
from training.evaluation.suites import pack_suites, passes

VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "base alone": (BASE, {"passages": 0, "replies": "write", "check": False}),
    "base + passages": (BASE, {"replies": "write", "check": False}),
    "fine-tuned alone": ("", {"passages": 0, "replies": "write", "check": False}),
    "fine-tuned + passages": ("", {"replies": "write", "check": False}),
    "fine-tuned + passages + check": ("", {"replies": "write"}),
    "whole product": ("", {}),
}
TIMED = 24


def outcomes(judged: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By suite: how many cases, and the shares that were right, wrong, and abstained from or handed over."""
    counted = {}
    for suite in dict.fromkeys(case["suite"] for case in judged):
        own = [case for case in judged if case["suite"] == suite]
        right = sum(case["passed"] for case in own)
        silent = sum(not case["passed"] and case["act"] not in ("answer", "chat") for case in own)
        shares = {"right": right, "wrong": len(own) - right - silent, "abstained": silent}
        counted[suite] = {"cases": len(own)} | {name: round(count / len(own), 4) for name, count in shares.items()}
    return counted


def fairness(judged: list[dict[str, Any]]) -> int:
    """How many pairs of the fairness suite differ in right or wrong."""
    passed = {case["id"]: case["passed"] for case in judged if case["suite"] == "fairness"}
    return sum(passed[name] != passed[f"{name[:-1]}b"] for name in passed if name.endswith("-a"))


def replayed(settings: Settings, store: Store, version: str) -> dict[str, Any]:
    """The multi_turn cases typed one message after the other, so that the talk holds the product's own replies."""
    session = open_session(settings, store, version)
    person = store.people.visitor("benchmark")
    judged = []
    for case in session.pack.suites["multi_turn"]:
        conversation = None
        for message in case.messages[::2]:
            *_, last = session.say(person, message.content, conversation)
            conversation = last.conversation
        passed = passes(case, last.text, last.trace.act)
        judged.append({"suite": "multi_turn", "passed": passed, "act": last.trace.act})
    session.live.close()
    return outcomes(judged)["multi_turn"]


def first_words(settings: Settings, store: Store, version: str) -> dict[str, float]:
    """Median milliseconds to the first visible word, one visitor at a time, with the check and without."""
    times: dict[str, float] = {}
    for blanks, (name, check) in enumerate((("with check", True), ("without check", False)), start=2):
        session = open_session(settings.model_copy(update={"check": check}), store, version)
        person = store.people.visitor("benchmark")
        cases = session.pack.suites["facts"][: TIMED + 1]
        asked = [case.messages[-1].content.replace(" ", " " * blanks, 1) for case in cases]  # none was read before
        taken = []
        for question in asked:
            began = time.perf_counter()
            updates = session.answer_messages(person, [{"role": "user", "content": question}])
            for update in updates:
                if update.text:
                    taken.append((time.perf_counter() - began) * 1000)
                    break
            updates.close()
        session.live.close()
        times[name] = round(median(taken[1:]), 1)
    return times


@click.command()
@click.option("--version", default="champion", help="The fine-tuned version. Default: the champion.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(version: str, as_json: bool) -> None:
    """Measure the answers of a version and of its parts."""
    quieten()
    settings = load_settings()
    store = open_store(settings.database)
    tuned = store.versions.resolve(version)
    if tuned == BASE:
        raise click.ClickException("no fine-tuned version answers yet: run `python -m training cycle` first")
    result: dict[str, Any] = {"machine": describe_machine(), "pack": settings.pack, "version": tuned, "variants": {}}
    for name, (which, changes) in VARIANTS.items():
        bench = open_workbench(settings.model_copy(update=changes), store)
        measured = evaluate(bench, which or tuned, pack_suites(bench.pack))
        result["variants"][name] = outcomes(measured["cases"])
        if name == "whole product":
            result["fairness_pairs_that_differ"] = fairness(measured["cases"])
            result["perplexity"] = measured["perplexity"]
            result["failed"] = [
                {key: case[key] for key in ("suite", "id", "act", "check", "reply", "score")}
                for case in measured["cases"]
                if not case["passed"]
            ]
    bench = open_workbench(settings, store)
    result["passage_recall"] = {
        name: recall(bench.pack.suites["facts"], index_ranks(bench.knowledge(which).index))
        for name, which in (("base", BASE), ("fine-tuned", tuned))
    }
    result["multi_turn_replayed"] = replayed(settings, store, tuned)
    result["first_word_ms"] = first_words(settings, store, tuned)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for name, suites in result["variants"].items():
        click.echo(name)
        for suite, shares in suites.items():
            told = "  ".join(f"{kind} {shares[kind]:.0%}" for kind in ("right", "wrong", "abstained"))
            click.echo(f"  {suite:13} {shares['cases']:4}  {told}")
    for name in ("passage_recall", "multi_turn_replayed", "first_word_ms", "fairness_pairs_that_differ"):
        click.echo(f"{name}: {result[name]}")


if __name__ == "__main__":
    main()
