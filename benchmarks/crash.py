"""Whether anything that was acknowledged is lost, or anything half done is taken for whole, when the product is killed.

    python -m benchmarks.crash [--points N] [--seed N] [--json]

Starts the product on homes of its own, with the scripted engine and a tiny random base model, and kills it: servers as
they start, while people ask, rate and approve, and while a version is swapped; commands that promote, import, back up,
restore and add keys; fine-tunes; and a process that only writes. Chance draws the moments; of starts and commands every
second dies at one of its touches of files instead. After each it looks for every write that somebody was told is
stored, for damage, and for what is listed and not whole; the next start must become ready, restored rows are those of
the backup to the byte, and two never fine-tune at once. Ends with 1 where something is wrong. 60 points take about two
minutes, `--points 1000` is the measure. The processes are forked from one that has imported the product, and run its
programs from `main` on.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from benchmarks.crashes.base import tiny_base
from benchmarks.crashes.campaign import Campaign, Found
from benchmarks.crashes.processes import SERVING, TUNING, import_first
from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command

POINTS = 60
HOUSES = 2
SHARES = {
    "start": 0.08,
    "message": 0.07,
    "rating": 0.06,
    "approval": 0.06,
    "swap": 0.06,
    "write": 0.25,
    "people": 0.05,
    "promote": 0.1,
    "import": 0.07,
    "backup": 0.08,
    "restore": 0.06,
    "cycle": 0.06,
}
MOST_TOLD = 20


def plan_of(points: int) -> Counter[str]:
    """How many kills of each kind make so many; at least one of each where there are enough."""
    plan = Counter({kind: int(points * share) or 1 for kind, share in SHARES.items()})
    plan["write"] += points - plan.total()
    return +plan


def crash(points: int, seed: int) -> dict[str, Any]:
    """Kill so often, and tell what came of it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chatbot-crash-") as folder:
        base, adapter = tiny_base(Path(folder) / "base")
        plans: list[Counter[str]] = [Counter() for _ in range(HOUSES)]
        for number, kind in enumerate(plan_of(points).elements()):
            plans[number % HOUSES][kind] += 1
        campaigns = [
            Campaign(Path(folder) / str(number), plan, seed + number, base, adapter)
            for number, plan in enumerate(plans)
        ]
        with ThreadPoolExecutor(HOUSES) as pool:
            found = sum(pool.map(Campaign.run, campaigns), Found())
    return {"seed": seed, "seconds": round(time.monotonic() - began), "points": found.kills.total()} | vars(found)


def show(result: dict[str, Any]) -> None:
    """Print a short table, and what is wrong."""
    for kind in SHARES:
        click.echo(f"{kind:10}{result['kills'][kind]:6,} killed  {result['whole'][kind]:5,} ended before")
    click.echo(
        f"{result['points']:,} points in {result['seconds']:,} s: {result['acknowledged']:,} acknowledged writes, "
        f"{result['starts']:,} starts, {result['restores']:,} restores to the byte, {result['interrupted']:,} replies "
        f"cut off, {len(result['faults'])} faults (seed {result['seed']})"
    )
    for one in result["faults"][:MOST_TOLD]:
        click.echo(one)


@click.command()
@click.option("--points", default=POINTS, show_default=True, type=click.IntRange(12), help="How often to kill.")
@click.option("--seed", type=int, help="Draw the same moments again, as far as the machine is as fast.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(points: int, seed: int | None, as_json: bool) -> None:
    """Kill the product, and tell what was lost."""
    import_first(*SERVING, *TUNING)
    machine = describe_machine() | {"load": os.getloadavg()[0]}
    result = {"machine": machine} | crash(points, random.randrange(2**32) if seed is None else seed)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        show(result)
    if result["faults"]:
        raise SystemExit(1)


if __name__ == "__main__":
    quieten()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    sys.exit(run_command(command))
