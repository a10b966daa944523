"""A stranger's pack: what somebody gets who brings articles and past answers of their own and tunes nothing.

    python -m benchmarks.stranger [--json]

`stranger/` holds what the office of a bicycle-sharing scheme has: 16 articles and a table of 170 past answers, written
apart from the packs under `data/`, and 60 held-out cases. The pack is made of them by `python -m chatbot pack new` in a
temporary folder, with a home of its own; the base model and all other settings are the installation's. Nothing is
fine-tuned. By kind of case: how many replies are right, wrong, and silent (the bot says that it does not know, or hands
over, where it should have answered), with Wilson's intervals, and the words of a reply.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe_machine
from chatbot.__main__ import commands
from chatbot.commands import quieten, run_command
from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.knowledge.packs import Case
from chatbot.records import ChatMessage
from chatbot.settings import Settings, load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE
from training.commands.progress import TerminalProgress
from training.evaluation.intervals import proportion
from training.evaluation.suites import Suite, passes, suite_from_file

FILES = Path(__file__).resolve().parent / "stranger"
NAME = "merebank-bikes"
AT_ONCE = 8
SILENT = ("abstain", "handoff", "refuse", "decline")


def make_pack(folder: Path) -> Path:
    """Make the pack below a folder, by the command that anybody would use; returns where it lies."""
    pack = folder / NAME
    given = ["--articles", str(FILES / "articles"), "--answers", str(FILES / "answers.csv")]
    with redirect_stdout(sys.stderr):
        commands.main(["pack", "new", str(pack), *given], standalone_mode=False)
    return pack


def kinds() -> list[Suite]:
    """The held-out cases by what they ask for, which their names begin with."""
    by_kind: dict[str, list[Case]] = {}
    for case in suite_from_file(FILES / "questions.jsonl").cases:
        by_kind.setdefault(case.id.rpartition("-")[0], []).append(case)
    return [Suite(kind, own) for kind, own in by_kind.items()]


def summed(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Of judged cases: the shares that are right, wrong and silent, and the mean words of a reply."""
    right = sum(case["passed"] for case in cases)
    silent = sum(not case["passed"] and case["act"] in SILENT for case in cases)
    counts = {"right": right, "wrong": len(cases) - right - silent, "silent": silent}
    shares = {name: asdict(proportion(count, len(cases))) for name, count in counts.items()}
    words = sum(len(case["reply"].split()) for case in cases)
    return {"cases": len(cases)} | shares | {"words_a_reply": round(words / len(cases), 1)}


def judged(session: Session, suites: list[Suite], report: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """Every case with the reply that a visitor gets, several at a time."""
    asked = [(suite.name, case) for suite in suites for case in suite.cases]
    person = session.store.people.visitor("benchmark")

    def answer(kind: str, case: Case) -> dict[str, Any]:
        messages = [ChatMessage(role=turn.role, content=turn.content) for turn in case.messages]
        *_, last = session.answer_messages(person, messages)
        return {
            "kind": kind,
            "id": case.id,
            "passed": passes(case, last.text, last.trace.act),
            "act": last.trace.act,
            "check": last.trace.check,
            "passages": [passage["id"] for passage in last.trace.passages],
            "question": messages[-1]["content"],
            "reply": last.text,
            "reference": case.reference,
        }

    found = []
    with ThreadPoolExecutor(min(AT_ONCE, session.settings.max_concurrent)) as pool:
        for case in pool.map(answer, *zip(*asked, strict=True)):
            found.append(case)
            report(len(found), len(asked))
    return found


def measure(settings: Settings, report: Callable[[int, int], None]) -> dict[str, Any]:
    """Answer every case with the untouched base, and sum up by kind; cases that failed are kept with their replies."""
    session = open_session(settings, open_store(settings.database), BASE)
    try:
        cases = judged(session, kinds(), report)
    finally:
        session.live.close()
    by_kind = {
        kind: [case for case in cases if case["kind"] == kind] for kind in dict.fromkeys(c["kind"] for c in cases)
    }
    by_kind["facts and follow-ups"] = [case for case in cases if case["kind"] != "unanswered"]
    by_kind["all"] = cases
    return {
        "kinds": {kind: summed(own) for kind, own in by_kind.items()},
        "failed": [case for case in cases if not case["passed"]],
    }


@contextmanager
def installation(settings: Settings) -> Iterator[Settings]:
    """The installation with the stranger's pack and a home that goes at the end; base models are shared."""
    with tempfile.TemporaryDirectory(prefix="chatbot-stranger-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        models = settings.home.resolve() / "models"
        models.mkdir(parents=True, exist_ok=True)
        (home / "models").symlink_to(models)
        yield settings.model_copy(update={"pack": str(make_pack(Path(folder))), "home": home})


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(as_json: bool) -> None:
    """Measure what a stranger's pack answers before any fine-tune."""
    settings = load_settings()
    with installation(settings) as own, TerminalProgress("replies") as progress:
        measured = measure(own, progress.update)
    if as_json:
        about = {"machine": describe_machine(), "base_model": settings.base_model, "quotes": settings.quotes}
        click.echo(json.dumps(about | measured, ensure_ascii=False))
        return
    for kind, told in measured["kinds"].items():
        shares = "  ".join(
            f"{name} {told[name]['value']:.0%} ({told[name]['low']:.0%} to {told[name]['high']:.0%})"
            for name in ("right", "wrong", "silent")
        )
        click.echo(f"{kind:21} {told['cases']:3}  {shares}  {told['words_a_reply']} words a reply")


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
