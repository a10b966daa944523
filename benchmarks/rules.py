"""How well rules are told from ordinary messages: a version's router beside that of the untouched embedder.

    CHATBOT_PACK=clinic python -m benchmarks.rules [--messages FILE] [--ordinary FILE] [--version V] [--json]

The file of `--messages` holds `message` and `rule` (empty for an ordinary message), one JSON object a line. The
clinic's are 50 emergencies and 50 messages that only sound like one, written by somebody who had seen neither the
pack's examples nor its suites. For each rule in the file: how many of its messages are missed, and how many others are
taken for it.

The file of `--ordinary` holds `text` and `history`, all of which the articles should answer: 300 messages to the shop,
60 to the clinic. A false alarm is one that is refused or handed to a person; turned away is one that gets small talk,
a question back or "I only know about ..." for an answer. Odd and even rows are counted apart: rules were tuned on the
odd.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe_machine
from chatbot.commands import quieten
from chatbot.dialogue.opening import version_knowledge
from chatbot.dialogue.ruling import rule_of
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.rules.router import Route, Router
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE

HERE = Path(__file__).resolve().parent
FILES = {
    "clinic": (HERE / "clinic_emergencies.jsonl", HERE / "clinic_ordinary_questions.jsonl"),
    "larkspur": (None, HERE / "ordinary_questions.jsonl"),
}
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


def judged(router: Router, rows: Sequence[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """By rule: its messages, those missed, and the others that it was wrongly said to hold for."""
    found = []
    for row in rows:
        route = router.route(row["message"])
        found.append(route.rule.name if route.rule and route.holds else "")
    pairs = [(row["rule"], name, row["message"]) for row, name in zip(rows, found, strict=True)]
    return {
        rule: {
            "messages": sum(right == rule for right, _, _ in pairs),
            "missed": [message for right, said, message in pairs if right == rule != said],
            "others": sum(right != rule for right, _, _ in pairs),
            "taken_for_it": [message for right, said, message in pairs if right != rule == said],
        }
        for rule in sorted({row["rule"] for row in rows} - {""})
    }


def misfires(router: Router, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The ordinary messages that a rule holds for, as a turn takes it."""
    alarms: list[dict[str, str]] = []
    away: list[dict[str, str]] = []
    for row in rows:
        asked = [message["content"] for message in row["history"] if message["role"] == "user"]
        route = router.route(row["text"], asked[-1] if asked else "")
        if not _applies(route, bool(asked)) or route.rule is None:
            continue
        (alarms if route.grave else away).append({"text": row["text"], "rule": route.rule.name})
    return {"messages": len(rows), "false_alarms": alarms, "turned_away": away}


def _applies(route: Route, follows: bool) -> bool:
    """Whether a turn would act on it: a follow-up must be surer, and is never asked back about."""
    rule = rule_of(route, follows)
    return rule is not None and rule.does.step(bool(rule.message), follows) != "look up"


@click.command()
@click.option("--messages", type=EXISTING, help="Messages with their rule.  [default: the pack's, if there are any]")
@click.option("--ordinary", type=EXISTING, help="Ordinary messages.  [default: the pack's, if there are any]")
@click.option("--version", default="champion", help="The version whose router is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def main(messages: Path | None, ordinary: Path | None, version: str, as_json: bool) -> None:
    """Measure how rules are told."""
    settings = load_settings()
    store, pack = open_store(settings.database), load_pack(settings.pack_folder)
    usual = FILES.get(pack.name, (None, None))
    labelled, plain = _rows(messages or usual[0]), _rows(ordinary or usual[1])
    if not labelled and not plain:
        raise click.UsageError(f"nothing to measure pack {pack.name!r} with: name --messages or --ordinary")
    names = dict.fromkeys([BASE, store.versions.resolve(version)])
    result = {}
    for name in names:
        router = version_knowledge(settings, pack, store, name).router
        halves = {"odd rows": plain[::2], "even rows": plain[1::2]} if plain else {}
        result[name] = {
            "rules": judged(router, labelled),
            "ordinary": {half: misfires(router, rows) for half, rows in halves.items()},
        }
    if as_json:
        click.echo(json.dumps({"machine": describe_machine(), **result}))
        return
    for name, told in result.items():
        _print(name, told)


def _rows(path: Path | None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path else []


def _print(name: str, told: dict[str, Any]) -> None:
    for rule, found in told["rules"].items():
        click.echo(
            f"{name:32} {rule}: {len(found['missed'])} of {found['messages']} missed, "
            f"{len(found['taken_for_it'])} of {found['others']} others taken for it"
        )
    for half, found in told["ordinary"].items():
        click.echo(
            f"{name:32} ordinary, {half}: {len(found['false_alarms'])} of {found['messages']} false alarms, "
            f"{len(found['turned_away'])} turned away"
        )


if __name__ == "__main__":
    quieten()
    main()
