"""Measures of a version, taken once for the same cases in the same surroundings, by the same code, and kept.

Kept in `$CHATBOT_HOME/measures/`; a version's summary stands in its row of the store as well.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import chatbot
import training
from chatbot.erasure.erasing import settle
from chatbot.records import now
from chatbot.store.versions import BASE
from training.evaluation.evaluate import evaluate
from training.evaluation.results import Evaluation
from training.evaluation.shelf import result_file
from training.evaluation.suites import Suite
from training.workbench import Workbench

ANSWERING = ("dialogue", "engines", "knowledge")
"""The rooms of `chatbot` whose code makes a reply."""
CODE = ("*.py", "*.toml")
MATTERS = "context_tokens max_new_tokens repetition_penalty passages min_score engine replies check best_of"


def evaluate_cached(
    bench: Workbench,
    version: str,
    suites: Sequence[Suite],
    report: Callable[[int, int], None] = lambda done, cases: None,
) -> Evaluation:
    """The result of `evaluate`, from the shelf where nothing that it depends on has changed."""
    file = result_file(bench.settings.home, version, _surroundings(bench, suites))
    if file.is_file():
        return Evaluation.from_dict(json.loads(file.read_text(encoding="utf-8")))
    began = now()
    result = evaluate(bench, version, suites, report)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(result.as_dict(), ensure_ascii=False), encoding="utf-8")
    partial.replace(file)
    settle(bench.settings.home, bench.store, began)  # what was deleted meanwhile
    if version != BASE:
        bench.store.versions.set_measures(version, result.summary)
    return result


def _surroundings(bench: Workbench, suites: Sequence[Suite]) -> str:
    """A digest of all that a result depends on besides the version."""
    settings = bench.settings.model_dump(mode="json", include=set(MATTERS.split()))
    answers = [answer.id for answer in bench.store.feedback.answers()]
    pieces = [[piece.heading, piece.text] for piece in bench.pack.pieces]
    rows = [row.model_dump() for row in (*bench.pack.pairs, *bench.pack.dialogues, *bench.pack.rules)]
    parts = [
        code_digest(),
        settings,
        bench.base.digest,
        bench.embedder.name,
        bench.pack.persona.model_dump(),
        pieces,
        rows,
        answers,
        [[suite.name, suite.digest] for suite in suites],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@cache
def code_digest() -> str:
    """A digest of the code that answers and of that which judges: with other code, other replies may be measured."""
    rooms = [Path(chatbot.__path__[0]) / room for room in ANSWERING]
    rooms.append(Path(training.__path__[0]) / "evaluation")
    digest = hashlib.sha256()
    for room in rooms:
        for file in sorted(file for kind in CODE for file in room.rglob(kind)):
            digest.update(f"{room.name}/{file.relative_to(room)}".encode() + file.read_bytes())
    return digest.hexdigest()
