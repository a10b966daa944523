"""Replies side by side, blind: quoting, the untouched base and the fine-tuned version on the same questions.

    python -m benchmarks.side_by_side --out FILE.jsonl [--seed N] [--questions N]
    python -m benchmarks.side_by_side --judge JUDGED.jsonl --key FILE.key.jsonl [--json]

The first form draws questions from the facts and multi_turn suites and writes one line for each: the talk before it,
the question, the reference and three replies under A, B and C, in an order of its own. Which is whose stands in a
second file beside it (FILE.key.jsonl), which the judge must not see. The second form reads judgements, one line for a
question: {"id": ..., "best": "A", "acceptable": ["A", "C"]}, and counts how often each was best and acceptable, with
Wilson's intervals. Needs a fine-tuned version.
"""

import json
import random
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.asking import VARIANTS, Reply, ask, opened
from chatbot.commands import quieten, run_command
from chatbot.errors import InputError
from chatbot.knowledge.packs import Case, load_pack
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE
from training.commands.progress import TerminalProgress
from training.evaluation.intervals import proportion

COMPARED = {"quoting": "quoting", "untouched": "untouched", "tuned": "product"}
LETTERS = ["A", "B", "C"]


def drawn(settings: Settings, count: int, seed: int) -> list[tuple[str, Case]]:
    """So many cases, without repeats, each from its suite."""
    suites = load_pack(settings.pack_folder).suites
    cases = [(name, case) for name in ("facts", "multi_turn") for case in suites.get(name, [])]
    return random.Random(seed).sample(cases, min(count, len(cases)))


def replies(settings: Settings, store: Store, tuned: str, asked: list[tuple[str, Case]]) -> dict[str, list[Reply]]:
    """What each of the three answers, in the order of the questions."""
    found = {}
    for who, name in COMPARED.items():
        with TerminalProgress(who) as progress, opened(settings, store, VARIANTS[name], tuned) as session:
            found[who] = ask(session, asked, progress.update)
    return found


def shuffled(said: dict[str, list[Reply]], seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The questions with their replies under letters, and the key: who stands under which letter."""
    rng = random.Random(seed)
    shown, key = [], []
    for row in zip(*said.values(), strict=True):
        order = rng.sample(list(zip(said, row, strict=True)), len(said))
        case = row[0].case
        shown.append(
            {
                "id": case.id,
                "before": [turn.model_dump() for turn in case.messages[:-1]],
                "question": case.messages[-1].content,
                "reference": case.reference,
                "replies": {letter: reply.text for letter, (_, reply) in zip(LETTERS, order, strict=True)},
            }
        )
        key.append({"id": case.id, "key": {letter: who for letter, (who, _) in zip(LETTERS, order, strict=True)}})
    return shown, key


def counted(judged: Path, key: Path) -> dict[str, Any]:
    """How often each of the three was best and acceptable; raises `InputError` for a line that cannot be counted."""
    owners = {row["id"]: row["key"] for row in _read(key, {"id", "key"})}
    best, acceptable = dict.fromkeys(COMPARED, 0), dict.fromkeys(COMPARED, 0)
    rows = _read(judged, {"id", "best", "acceptable"})
    for number, row in enumerate(rows, start=1):
        if not isinstance(row["acceptable"], list):
            raise InputError(f"{str(judged)!r}, line {number}: give `acceptable` as a list of letters")
        unknown = [letter for letter in (row["best"], *row["acceptable"]) if letter not in LETTERS]
        if row["id"] not in owners or unknown:
            what = f"letter {unknown[0]!r}" if unknown else f"id {row['id']!r}"
            raise InputError(f"{str(judged)!r}, line {number}: {what} is not in the key: judge with A, B and C")
        best[owners[row["id"]][row["best"]]] += 1
        for letter in set(row["acceptable"]):
            acceptable[owners[row["id"]][letter]] += 1
    if not rows:
        raise InputError(f"{str(judged)!r} holds no judgements: write one JSON object a line")
    return {
        "judged": len(rows),
        "best": {who: asdict(proportion(count, len(rows))) for who, count in best.items()},
        "acceptable": {who: asdict(proportion(count, len(rows))) for who, count in acceptable.items()},
    }


def _read(file: Path, fields: set[str]) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{str(file)!r}, line {number} is no JSON ({error.msg}): write one object a line"
            ) from error
        if not isinstance(row, dict) or fields - row.keys():
            raise InputError(f"{str(file)!r}, line {number}: give the fields {', '.join(sorted(fields))}")
        rows.append(row)
    return rows


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the questions and replies go.")
@click.option("--questions", default=60, show_default=True, type=click.IntRange(1), help="How many are drawn.")
@click.option("--seed", default=0, show_default=True, help="Draws the questions and the order of the replies.")
@click.option("--version", default="champion", help="The fine-tuned version. Default: the champion.")
@click.option("--judge", "judged", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Judgements.")
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The key to them.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object and nothing else.")
def command(
    out: Path | None, questions: int, seed: int, version: str, judged: Path | None, key: Path | None, as_json: bool
) -> None:
    """Write replies side by side, or count what a judge said of them."""
    if judged and key:
        counts = counted(judged, key)
        click.echo(json.dumps(counts) if as_json else _table(counts))
        return
    if out is None or judged or key:
        raise click.UsageError("give --out FILE to ask the questions, or --judge FILE and --key FILE to count")
    if not out.parent.is_dir():
        raise InputError(f"{str(out.parent)!r} is no folder: make it first, or give another --out")
    settings = load_settings()
    store = open_store(settings.database)
    tuned = store.versions.resolve(version)
    if tuned == BASE:
        raise click.ClickException("no fine-tuned version answers yet: run `python -m training cycle` first")
    shown, answers = shuffled(replies(settings, store, tuned, drawn(settings, questions, seed)), seed)
    _write(out, shown)
    _write(out.with_suffix(".key.jsonl"), answers)
    click.echo(f"{len(shown)} questions in {out}, the key in {out.with_suffix('.key.jsonl')}")


def _table(counts: dict[str, Any]) -> str:
    lines = [f"{counts['judged']} questions judged"]
    for who in COMPARED:
        shares = [(name, counts[name][who]) for name in ("best", "acceptable")]
        told = [f"{name} {share['value']:.0%} ({share['low']:.0%} to {share['high']:.0%})" for name, share in shares]
        lines.append(f"{who:10} {'  '.join(told)}")
    return "\n".join(lines)


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
