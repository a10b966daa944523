"""What many rows cost a fine-tune: memory, time a token, and how long it takes to the first step.

    python -m benchmarks.training_scale [--rows N] [--json]

Fine-tunes the configured base model for a few steps on 1,000 and on N synthetic rows that lie on disk, each in a
process of its own. Takes about three minutes on two cores.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psutil

from benchmarks.alternating import Measure, Wanted
from benchmarks.machine import describe_machine
from benchmarks.training import table
from chatbot.commands import quieten, run_command
from chatbot.errors import UserError

FEW, STEPS = 1_000, 24
WANTED_MEMORY, WANTED_TIME, WANTED_START = 1.1, 1.1, 10.0


@click.command()
@click.option("--rows", default=100_000, type=click.IntRange(min=FEW), help="How many rows the large side has.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(rows: int, as_json: bool) -> None:
    """Compare a fine-tune on many rows with one on few."""
    few, many = _alone(FEW), _alone(rows)
    measures = [
        _ratio(f"peak memory, {rows:,} rows over {FEW:,}", many["peak_gb"], few["peak_gb"], WANTED_MEMORY),
        _ratio("time a token, the same", few["tokens_per_second"], many["tokens_per_second"], WANTED_TIME),
        Measure(
            f"start to first step, {FEW:,} rows", "s", few["start"], Wanted("<=", WANTED_START),
            note=f"{many['start']} s with {rows:,}, which are all made into tokens first",
        ),
    ]  # fmt: skip
    result: dict[str, Any] = {"machine": describe_machine(), "measures": [measure.as_dict() for measure in measures]}
    click.echo(json.dumps(result) if as_json else table(result["measures"]))


def _ratio(name: str, larger: float, smaller: float, wanted: float) -> Measure:
    return Measure(name, "times", round(larger / smaller, 3), Wanted("<=", wanted), larger, smaller)


def _alone(rows: int) -> dict[str, Any]:
    """What a process of its own found."""
    with tempfile.TemporaryDirectory() as folder:
        for name, count in (("train", rows), ("validation", 2)):
            with (Path(folder) / f"{name}.jsonl").open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(_row(number)) + "\n" for number in range(count))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.training_scale", folder], capture_output=True, text=True
        )
    if done.returncode:
        raise UserError(f"{rows} rows failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    click.echo(f"  {rows} rows: {found}", err=True)
    return found


def _row(number: int) -> dict[str, Any]:
    asked = f"Question {number}: how long may I keep {'really ' * (number % 7)}lamp {number % 97} before I return it?"
    reply = f"Lamp {number % 97} goes back within {number % 60} days{', in its box' * (number % 5)}."
    said = [{"role": "user", "content": asked}, {"role": "assistant", "content": reply}]
    return {"id": f"row-{number}", "intent": "", "messages": said}


def side(folder: Path) -> dict[str, Any]:
    """Seconds from the start of the process to the first step, tokens a second after it, and peak memory in GB."""
    from chatbot.engines.base_model import find_base_model
    from chatbot.settings import load_settings
    from training.finetuning.loop.finetune import finetune
    from training.finetuning.objectives.stages import stages_of
    from training.finetuning.recipe import load_recipe
    from training.rows import Row

    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    recipe = load_recipe(
        "sft", (f"max_steps={STEPS}", "epochs=1", "minutes=0", "validation_rows=1", "checkpoint_every=1000")
    )
    steps: list[float] = []

    def read(name: str) -> Iterator[Row]:
        if name == "reading":
            return
        with (folder / f"{name}.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    stages = stages_of(base, recipe, read, [], folder)
    outcome = finetune(base, stages, recipe, folder, report=lambda progress: steps.append(time.time()))
    took = steps[-2] - steps[0]  # the last step validates too
    return {
        "start": round(steps[0] - psutil.Process(os.getpid()).create_time(), 1),
        "tokens_per_second": round(outcome.train_tokens * (STEPS - 2) / STEPS / took, 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3),
    }


if __name__ == "__main__":
    quieten()
    if len(sys.argv) == 2 and Path(sys.argv[1]).is_dir():
        print(json.dumps(side(Path(sys.argv[1]))))
    else:
        sys.exit(run_command(command))
