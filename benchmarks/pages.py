"""How fast the pages answer, on the whole product over HTTP.

    python -m benchmarks.pages [--part NAME ...] [--conversations N] [--json]

Parts: `inbox` (lists, filters and searches of the inbox's API, and the overview of /operate, with 100,000
conversations written straight into the store); `live` (an agent's words on the visitor's screen and back, with 50
conversations open). Needs an idle machine and some minutes; keeps nothing.
"""

import json
from typing import Any

import click

from benchmarks.alternating import Measure
from benchmarks.machine import describe_machine
from benchmarks.pages_inbox import inbox
from benchmarks.pages_live import live
from chatbot.commands import quieten

PARTS = ("inbox", "live")
CONVERSATIONS = 100_000


def measure(parts: tuple[str, ...], conversations: int) -> dict[str, list[Measure]]:
    """The parts that are asked for, one after the other."""
    measures: dict[str, list[Measure]] = {}
    for part in parts:
        click.echo(f"measuring: {part}", err=True)
        measures[part] = live() if part == "live" else inbox(conversations)
    return measures


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Measure this part only.")
@click.option("--conversations", default=CONVERSATIONS, show_default=True, help="How many the inbox holds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(parts: tuple[str, ...], conversations: int, as_json: bool) -> None:
    """Measure the pages."""
    quieten()
    found = measure(parts or PARTS, conversations)
    told: dict[str, Any] = {"machine": describe_machine()}
    told |= {part: [one.as_dict() for one in measures] for part, measures in found.items()}
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    for measures in found.values():
        for one in measures:
            click.echo(f"{one.name:<40} {one.value:>8g} {one.unit}  wanted {one.wanted}  {one.note}")


if __name__ == "__main__":
    main()
