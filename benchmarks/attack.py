"""What strangers, other visitors, pages of other origins, guessers and broken requests get of the running product.

    python -m benchmarks.attack [--requests N] [--guessing SECONDS] [--json]

Starts `app.py` on a home of its own with the scripted engine. Each role asks for every route, against what `pages.py`
allows; everybody sends the events of one visitor's chat; pages of other origins ask for every route as an operator's
browser; somebody guesses at the operator's password from addresses that a trusted proxy tells; broken requests come
in every way that `attacks.bodies` knows. Ends with 1 where something is open. About two minutes on an idle machine;
`--requests 10000` is the measure. No model is asked: `benchmarks.injection` does that.
"""

import json
import os
import sys
from dataclasses import asdict
from typing import Any

import click

from benchmarks.attacks.malformed import MOST_GROWTH, Storm, storm
from benchmarks.attacks.matrix import Matrix, origin_matrix, role_matrix, with_other_methods
from benchmarks.attacks.ownership import trespasses
from benchmarks.attacks.passwords import Guesses, guess
from benchmarks.attacks.target import OPERATOR, Target, target
from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command

REQUESTS = 500
GUESSING_SECONDS = 75.0
MOST_TRIES = 10
MOST_TOLD = 20


def attack(aim: Target, requests: int, seconds: float) -> dict[str, Any]:
    """All that was found, and in `open` what should not be so."""
    url, cast = aim.product.url, aim.cast
    matrices = {
        "roles": role_matrix(url, with_other_methods(aim.routes), cast),
        "ownership": trespasses(url, aim.product.store, cast),
        "origins": origin_matrix(url, aim.routes, cast["operator"]),
    }
    guesses = guess(url, OPERATOR, seconds)
    broken = storm(url, aim.routes, cast, requests, aim.product.memory)
    return {
        **{name: asdict(matrix) for name, matrix in matrices.items()},
        "passwords": asdict(guesses),
        "malformed": _told(broken),
        "open": found_open(matrices, guesses, broken),
    }


def found_open(matrices: dict[str, Matrix], guesses: Guesses, broken: Storm) -> list[str]:
    """What is open, and what is shut that should not be, in words."""
    found = [f"{name}: {hole}" for name, matrix in matrices.items() for hole in (*matrix.holes, *matrix.shut)]
    if guesses.most_a_minute > MOST_TRIES:
        found.append(f"passwords: {guesses.most_a_minute} tries at one account within a minute")
    found += [f"malformed: {one}" for one in (*broken.failed, *broken.late)]
    if broken.growth > MOST_GROWTH:
        found.append(f"malformed: memory grew to {broken.growth} times that of the first third")
    return found


def _told(broken: Storm) -> dict[str, Any]:
    return {
        "requests": broken.asked,
        "statuses": {str(status): count for status, count in sorted(broken.statuses.items())},
        "failed": len(broken.failed),
        "late": len(broken.late),
        "slowest_seconds": round(broken.slowest, 2),
        "memory_mib": broken.memory_mib,
        "growth": broken.growth,
        "examples": [*broken.failed[:MOST_TOLD], *broken.late[:MOST_TOLD]],
    }


def show(result: dict[str, Any]) -> None:
    """Print a short table, and what is open."""
    for name in ("roles", "ownership", "origins"):
        one = result[name]
        click.echo(f"{name:10}{one['asked']:7,} requests  {len(one['holes'])} open  {len(one['shut'])} wrongly shut")
    guesses, broken = result["passwords"], result["malformed"]
    click.echo(f"passwords {guesses['sent']:7,} guesses   {guesses['most_a_minute']} tried within a minute at most")
    click.echo(
        f"malformed {broken['requests']:7,} requests  {broken['failed']} failed  {broken['late']} late  "
        f"slowest {broken['slowest_seconds']} s  memory x {broken['growth']}"
    )
    for one in result["open"]:
        click.echo(one)


@click.command()
@click.option("--requests", default=REQUESTS, show_default=True, type=click.IntRange(1), help="How many broken ones.")
@click.option(
    "--guessing", default=GUESSING_SECONDS, show_default=True, help="For how many seconds passwords are guessed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(requests: int, guessing: float, as_json: bool) -> None:
    """Attack the running product, and tell what is open."""
    with target() as aim:
        result = {"machine": describe_machine() | {"load": os.getloadavg()[0]}} | attack(aim, requests, guessing)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        show(result)
    if result["open"]:
        raise SystemExit(1)


if __name__ == "__main__":
    quieten()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    sys.exit(run_command(command))
