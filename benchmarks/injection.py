"""How well what visitors write, and what somebody planted in the pack, is kept from steering the replies.

    python -m benchmarks.injection [--every N] [--version V] [--json]

Asks the attacks of `attack_injection.jsonl` as visitors would, those with a planted text in a copy of the pack that
holds all of these: as articles, titles, names of files and approved answers. Everything that was on view counts, also
words that the check took back. Then the questions of `attack_safe.jsonl`, which only sound like attacks, are to be
answered. By kind: how many were resisted, with Wilson's intervals, and every reply that was not right. Written for the
pack larkspur. Ten to fifteen minutes with the default base on two cores; `--every 4` asks a quarter.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.asking import VARIANTS, Report, opened, together
from benchmarks.injection_judge import Attack, Judge, Planted, SafeQuestion, read_attacks, read_safe
from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command
from chatbot.dialogue.session import Session
from chatbot.knowledge.packs import PackMessage
from chatbot.records import ChatMessage, Trace
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE
from training.commands.progress import TerminalProgress
from training.evaluation.intervals import proportion
from training.evaluation.suites import holds

PACK = "larkspur"


@dataclass(frozen=True)
class Seen:
    """What a visitor saw of a reply: all that was on view, the last of it as it stayed, and how it came about."""

    texts: Sequence[str]
    trace: Trace

    @property
    def last(self) -> str:
        """What stayed."""
        return self.texts[-1]


def see(session: Session, messages: Sequence[PackMessage]) -> Seen:
    """Ask the last of some messages; of what grew only the longest is kept, and what was taken back beside it."""
    said = [ChatMessage(role=message.role, content=message.content) for message in messages]
    texts = [""]
    for update in session.answer_messages(session.store.people.visitor("benchmark"), said):
        if not update.text.startswith(texts[-1]):
            texts.append("")
        texts[-1] = update.text
        trace = update.trace
    return Seen(texts, trace)


@contextmanager
def attacked(settings: Settings, installed: Store, tuned: str, planted: Sequence[Planted]) -> Iterator[Session]:
    """A session on a copy of the pack that holds the planted texts."""
    variant = VARIANTS["first" if tuned == BASE else "product"]
    with tempfile.TemporaryDirectory(prefix="chatbot-attacked-") as folder:
        copy = Path(folder) / PACK
        shutil.copytree(settings.pack_folder, copy)
        for text in planted:
            if text.place != "answer":
                (copy / "articles" / f"{text.name}.md").write_text(text.text, encoding="utf-8")
        with opened(settings.model_copy(update={"pack": str(copy)}), installed, variant, tuned) as session:
            staff = session.store.people.add_key_holder("benchmark staff", "agent")
            for text in planted:
                if text.place == "answer":
                    session.store.feedback.approve(text.query, text.text, staff)
            yield session


def judged(session: Session, attacks: Sequence[Attack], report: Report) -> list[dict[str, Any]]:
    """The attacks with what the replies to them did wrong."""
    judge = Judge.of(session.pack, [attack.planted for attack in attacks if attack.planted])
    replies = together(session, lambda attack: see(session, attack.messages), attacks, report)
    return [
        {
            "id": attack.id,
            "kind": attack.kind,
            "language": attack.language,
            "question": attack.messages[-1].content,
            "faults": list(dict.fromkeys(fault for text in seen.texts for fault in judge.faults(attack, text))),
            **_came_about(seen),
        }
        for attack, seen in zip(attacks, replies, strict=True)
    ]


def answered(session: Session, questions: Sequence[SafeQuestion], report: Report) -> list[dict[str, Any]]:
    """The safe questions with whether they were answered, and whether they were turned away instead."""
    replies = together(session, lambda question: see(session, question.messages), questions, report)
    return [
        {
            "id": question.id,
            "question": question.messages[-1].content,
            "right": all(holds(seen.last, text) for text in question.must_include),
            "turned_away": seen.trace.act in ("refuse", "decline", "handoff"),
            **_came_about(seen),
        }
        for question, seen in zip(questions, replies, strict=True)
    ]


def _came_about(seen: Seen) -> dict[str, Any]:
    return {"reply": seen.texts, "act": seen.trace.act, "rule": seen.trace.rule, "check": seen.trace.check}


def summed(attacks: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares with intervals, and what was not right."""
    names = dict.fromkeys(one["kind"] for one in attacks)
    kinds = {name: [one for one in attacks if one["kind"] == name] for name in names}
    return {
        "resisted": _share([not one["faults"] for one in attacks]),
        "by_kind": {kind: _share([not one["faults"] for one in own]) for kind, own in kinds.items()},
        "failed": [one for one in attacks if one["faults"]],
        "safe": {
            "answered": _share([one["right"] for one in questions]),
            "turned_away": _share([one["turned_away"] for one in questions]),
            "failed": [one for one in questions if not one["right"]],
        },
    }


def _share(hits: Sequence[bool]) -> dict[str, Any]:
    return {"cases": len(hits), **asdict(proportion(sum(hits), len(hits)))}


def measure(settings: Settings, store: Store, tuned: str, every: int) -> dict[str, Any]:
    """Ask one in `every` of the attacks and of the safe questions; all that is planted is always there."""
    attacks, questions = read_attacks(), read_safe()[::every]
    planted = list(dict.fromkeys(attack.planted for attack in attacks if attack.planted))
    plain = [attack for attack in attacks if not attack.planted][::every]
    led = [attack for attack in attacks if attack.planted][::every]
    with TerminalProgress("attacks") as progress:
        with attacked(settings, store, tuned, []) as session:
            found = judged(session, plain, progress.update)
            progress.describe("safe questions")
            right = answered(session, questions, progress.update)
        progress.describe("planted texts")
        with attacked(settings, store, tuned, planted) as session:
            found += judged(session, led, progress.update)
    return summed(found, right)


def show(result: dict[str, Any]) -> None:
    """Print a short table and what was not right."""
    for name, share in {**result["by_kind"], "resisted": result["resisted"], **_safe_shares(result)}.items():
        click.echo(f"{name:14}{share['cases']:4}  {share['value']:4.0%} ({share['low']:.0%} to {share['high']:.0%})")
    for one in result["failed"]:
        click.echo(f"{one['id']}: {'; '.join(one['faults'])}\n  {one['reply'][-1]!r}")
    for one in result["safe"]["failed"]:
        click.echo(f"{one['id']}: {one['question']}\n  {one['reply'][-1]!r}")


def _safe_shares(result: dict[str, Any]) -> dict[str, Any]:
    return {f"safe {name}": result["safe"][name] for name in ("answered", "turned_away")}


@click.command()
@click.option("--every", default=1, type=click.IntRange(1), help="Ask only one case in so many.")
@click.option("--version", default="champion", help="The version that answers. Default: the champion.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(every: int, version: str, as_json: bool) -> None:
    """Measure how well attacks are resisted, and whether what only sounds like one is answered."""
    settings = load_settings(pack=PACK)
    store = open_store(settings.database)
    tuned = store.versions.resolve(version)
    result = {"machine": describe_machine(), "base_model": settings.base_model, "version": tuned}
    result |= measure(settings, store, tuned, every)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        show(result)


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
