"""How a fine-tune goes in a given time: perplexity of held-out replies over the minutes, the base beside it.

    python -m benchmarks.training_course --rows FILE --check FILE [--minutes 20] [--json]

The files hold rows with `query` and `response`, one JSON object a line, learned without passages by the recipe `sft`.
The recipe's `minutes` plan as many steps as fit into the time.
"""

import json
import sys
import tempfile
import time
from math import exp
from pathlib import Path
from typing import Any

import click

from benchmarks.machine import describe_machine
from benchmarks.training import read_rows
from chatbot.commands import quieten, run_command
from chatbot.engines.base_model import find_base_model
from chatbot.settings import load_settings
from training.finetuning.loop.finetune import finetune
from training.finetuning.objectives.stages import stages_of
from training.finetuning.recipe import load_recipe
from training.runs.progress import FineTuneProgress

CHECKED, EVERY = 128, 64


@click.command()
@click.option("--rows", required=True, type=click.Path(exists=True, path_type=Path), help="JSONL to learn.")
@click.option("--check", required=True, type=click.Path(exists=True, path_type=Path), help="JSONL to check on.")
@click.option("--minutes", default=20.0, type=click.FloatRange(min=0.1), help="Time for the optimizer steps.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(rows: Path, check: Path, minutes: float, as_json: bool) -> None:
    """Fine-tune for a given time."""
    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    files = {"train": read_rows(rows), "validation": read_rows(check)[:CHECKED]}
    course: list[dict[str, Any]] = []
    began = time.perf_counter()

    def note(progress: FineTuneProgress) -> None:
        if progress.point and progress.point.validation_loss is not None:
            passed = round((time.perf_counter() - began) / 60, 1)
            perplexity = round(exp(progress.point.validation_loss), 2)
            course.append({"minutes": passed, "step": progress.step, "perplexity": perplexity})
            click.echo(f"  {course[-1]}", err=True)

    changes = ("epochs=100", f"minutes={minutes}", f"validate_every={EVERY}", "validation_rows=0", "patience=100")
    recipe = load_recipe("sft", changes)
    with tempfile.TemporaryDirectory() as folder:
        stages = stages_of(base, recipe, lambda name: files.get(name, []), [], Path(folder))
        outcome = finetune(base, stages, recipe, Path(folder), report=note)
    course.insert(0, {"minutes": 0.0, "step": 0, "perplexity": round(exp(outcome.base_validation_loss), 2)})
    result = {
        "machine": describe_machine(),
        "rows": len(files["train"]),
        "tokens": outcome.train_tokens,
        "tokens_per_second": outcome.tokens_per_second,
        "course": course,
    }
    lines = [
        f"{point['minutes']:6.1f} min  step {point['step']:4}  perplexity {point['perplexity']}" for point in course
    ]
    click.echo(json.dumps(result) if as_json else "\n".join(lines))


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
