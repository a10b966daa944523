"""How well rules are told from ordinary messages: a version's router beside that of the untouched embedder.

    CHATBOT_PACK=clinic python -m benchmarks.rules [--messages FILE] [--version V] [--json]

FILE holds `message` and `rule` (empty for an ordinary message), one JSON object a line. The default are 50 emergencies
and 50 messages that only sound like one, written by somebody who had seen neither the pack's examples nor its suites.
For each rule in the file: how many of its messages are missed, and how many others are taken for it.
"""

import json
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe_machine
from chatbot.commands import quieten
from chatbot.dialogue.opening import version_knowledge
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.router import Router
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE

MESSAGES = Path(__file__).resolve().parent / "clinic_emergencies.jsonl"


def judged(router: Router, rows: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
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


@click.command()
@click.option("--messages", default=MESSAGES, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", default="champion", help="The version whose router is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def main(messages: Path, version: str, as_json: bool) -> None:
    """Measure how rules are told."""
    settings = load_settings()
    store, pack = open_store(settings.database), load_pack(settings.pack_folder)
    rows = [json.loads(line) for line in messages.read_text(encoding="utf-8").splitlines()]
    names = dict.fromkeys([BASE, store.versions.resolve(version)])
    result = {name: judged(version_knowledge(settings, pack, store, name).router, rows) for name in names}
    if as_json:
        click.echo(json.dumps({"machine": describe_machine(), **result}))
        return
    for name, rules in result.items():
        for rule, told in rules.items():
            click.echo(
                f"{name:32} {rule}: {len(told['missed'])} of {told['messages']} missed, "
                f"{len(told['taken_for_it'])} of {told['others']} others taken for it"
            )


if __name__ == "__main__":
    quieten()
    main()
