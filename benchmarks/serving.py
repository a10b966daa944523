"""Serving, each figure against another way of doing it: tokens/s, time to the first token, overload, hot swaps.

    python -m benchmarks.serving [--version V] [--json] [--plot FILE] [--part NAME ...]

Parts: `engine` (the engine alone against llama.cpp's server), `product` (the whole product over HTTP against its
engine), `transformers` (against `generate`), `pages` (what a browser shows against what the engine has), `overload`
(three times too many visitors), `swaps` (versions changed under load). Both sides have the same weights' file and
prompts, write greedily and are measured in turns; a figure is a ratio of medians. Needs `pip install xllamacpp` for
`engine`, Chromium for `pages`, an idle machine, and about an hour for everything.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from benchmarks.alternating import LEAST_ROUNDS, Measure
from benchmarks.machine import describe_machine
from benchmarks.overload import overload
from benchmarks.serving_pages import delay_on_a_page
from benchmarks.serving_product import against_engine, drafts_for_product
from benchmarks.serving_prompts import Served, draft, open_served
from benchmarks.serving_rivals import against_llama, against_transformers, drafts_for_llama
from benchmarks.swaps import swaps
from chatbot.commands import quieten
from chatbot.settings import load_settings
from chatbot.store import open_store

PARTS = ("engine", "product", "transformers", "pages", "overload", "swaps")
PLOTTED_POINTS = 60
STOPPED = 143


def measure(
    served: Served, parts: tuple[str, ...], rounds: int, tokens: int, visitors: int, seconds: float, count: int
) -> dict[str, Any]:
    """The parts that are asked for, one after the other; `measures` by part, and `details` where there are any."""
    measures: dict[str, list[Measure]] = {}
    details: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[0]
    needed = {"engine": drafts_for_llama, "product": drafts_for_product, "transformers": drafts_for_llama}
    count_drafts = max((needed[part](rounds) for part in parts if part in needed), default=0)
    drafts = draft(served, count_drafts) if count_drafts else []
    for part in parts:
        click.echo(f"measuring: {part}", err=True)
        if part == "engine":
            measures[part] = against_llama(served, drafts, rounds, tokens)
        elif part == "product":
            measures[part] = against_engine(served, drafts, rounds)
        elif part == "transformers":
            measures[part] = against_transformers(served, drafts, rounds)
        elif part == "pages":
            measures[part] = delay_on_a_page()
        elif part == "overload":
            measures[part], details[part] = overload(served, visitors, seconds)
        else:
            measures[part], details[part] = swaps(served, count)
    return {
        "machine": describe_machine() | {"load_before": round(load, 2)},
        "version": served.version,
        "weights": served.gguf.name,
        "measures": {part: [one.as_dict() for one in found] for part, found in measures.items()},
        "details": details,
    }


def table(result: dict[str, Any]) -> list[str]:
    """One line a measure: both sides, the value, and what is wanted of it; below a miss what is known of it."""
    lines = [f"{'':46} {'ours':>9} {'other':>9} {'unit':10} {'value':>8}  wanted"]
    for found in result["measures"].values():
        for one in found:
            sides = " ".join(f"{'' if one[side] is None else format(one[side], 'g'):>9}" for side in ("ours", "theirs"))
            verdict = {True: "met", False: "MISSED", None: ""}[one["met"]]
            lines.append(
                f"{one['name']:46} {sides} {one['unit']:10} {one['value']:>8g}  {one['wanted'] or ''} {verdict}"
            )
            if one["met"] is False and one["note"]:
                lines.append(f"  {one['note']}")
    return lines


def plot(result: dict[str, Any]) -> str:
    """Mermaid charts in Markdown: the ratios with what is wanted of them, and memory over time."""
    charts = []
    bounded = [one for found in result["measures"].values() for one in found if one["wanted"] and one["theirs"]]
    if bounded:
        names = ", ".join(json.dumps(one["name"]) for one in bounded)
        values = ", ".join(str(round(one["value"] / float(one["wanted"].split()[1]), 3)) for one in bounded)
        charts.append(_chart("Measured over wanted", names, "measured / wanted", "bar", values))
    for part, found in result["details"].items():
        memory = found["memory_mib"]
        step = max(1, len(memory) // PLOTTED_POINTS)
        shown = memory[::step]
        places = ", ".join(str(at * step) for at in range(len(shown)))
        title = f"Memory of the server, {part} ({'seconds' if part == 'overload' else 'swaps'})"
        charts.append(_chart(title, places, "MiB", "line", ", ".join(map(str, shown))))
    return "\n".join(charts)


def _chart(title: str, places: str, unit: str, kind: str, values: str) -> str:
    return (
        f'```mermaid\nxychart-beta\n    title "{title}"\n    x-axis [{places}]\n    y-axis "{unit}"\n'
        f"    {kind} [{values}]\n```\n"
    )


@click.command()
@click.option("--version", default="champion", help="The version that is served. Default: the champion.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plot", "plot_file", type=click.Path(dir_okay=False, path_type=Path), help="Write charts (Markdown).")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this part; may be repeated.")
@click.option("--rounds", default=LEAST_ROUNDS, type=click.IntRange(1), help="Rounds of both sides; 3 at least count.")
@click.option("--tokens", default=100, type=click.IntRange(8, 400), help="Tokens a reply, against llama.cpp.")
@click.option("--visitors", default=200, type=click.IntRange(1), help="Visitors of the overload.")
@click.option("--seconds", default=600.0, type=click.FloatRange(5), help="How long the overload lasts.")
@click.option("--swaps", "count", default=100, type=click.IntRange(4), help="How often the champion is changed.")
def main(
    version: str,
    as_json: bool,
    plot_file: Path | None,
    parts: tuple[str, ...],
    rounds: int,
    tokens: int,
    visitors: int,
    seconds: float,
    count: int,
) -> None:
    """Measure serving."""
    quieten()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(STOPPED))  # so that what was started is stopped too
    settings = load_settings()
    served = open_served(settings, open_store(settings.database), version)
    result = measure(served, parts or PARTS, rounds, tokens, visitors, seconds, count)
    if plot_file:
        plot_file.write_text(plot(result), encoding="utf-8")
    for line in [json.dumps(result, ensure_ascii=False)] if as_json else table(result):
        click.echo(line)


if __name__ == "__main__":
    main()
