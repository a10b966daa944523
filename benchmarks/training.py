"""Our training step against TRL's: the same base, rows, LoRA, epoch and precision, each side in its own process.

    python -m benchmarks.training [--rows FILE] [--count N] [--backward replies] [--llamafactory PYTHON] [--json]

Both sides compute on the configured `device`. Without `--rows` the work is a part of the configured installation's
newest snapshot; FILE holds rows with `query` and `response`, one JSON object a line, learned without passages. TRL's
attention, packing and batch size are tried on a few rows first, and its best settings run the whole work. Needs TRL:
pip install trl==1.16.0 datasets==5.2.0. PYTHON is that of an environment with llamafactory==0.9.5, which then runs the
same work with TRL's settings. Takes about 15 minutes on two cores, half of it TRL's.
"""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import torch

from benchmarks.alternating import Measure, Wanted
from benchmarks.machine import describe_machine
from chatbot.commands import quieten, run_command
from chatbot.engines.base_model import find_base_model
from chatbot.engines.transformers import best_device
from chatbot.errors import UserError
from chatbot.settings import load_settings
from chatbot.store import open_store
from training.curation.snapshots import open_snapshot
from training.finetuning.lora import native_dtype

CHECKED = 64
TRIED = {"cpu": 12, "cuda": 256}
PACKINGS = {"cpu": ((False, 8), (False, 4), (True, 4)), "cuda": ((False, 16), (False, 64), (True, 32))}
ROW_TOKENS = 256
PRODUCT = {"cpu": 2048, "cuda": 8192}
MAX_LENGTH = 512
WANTED_SPEED, WANTED_LOSS, WANTED_MEMORY, WANTED_USE = 2.5, 1.01, 0.6, 0.55


@click.command()
@click.option("--rows", type=click.Path(exists=True, path_type=Path), help="JSONL with query and response.")
@click.option("--count", default=192, help="How many rows are learned.")
@click.option("--backward", default="all", type=click.Choice(["all", "replies"]), help="How far our gradients reach.")
@click.option("--llamafactory", metavar="PYTHON", help="Compare with LLaMA-Factory in this environment as well.")
@click.option("--quick", is_flag=True, help="A sixth of the rows, and no trial of TRL's settings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(rows: Path | None, count: int, backward: str, llamafactory: str | None, quick: bool, as_json: bool) -> None:
    """Compare our training step with TRL's."""
    need_trl()
    device = best_device(load_settings().device)
    count = max(8, count // 6) if quick else count
    found = read_rows(rows, count + CHECKED) if rows else _from_snapshot(count)
    train, check = found[:count], found[count:]
    work = {"train": train, "check": check, "learning_rate": 5e-4, "max_length": MAX_LENGTH, "backward": backward}
    settings = _best_settings(work, quick, device)
    row = MAX_LENGTH if settings["packing"] else ROW_TOKENS
    work["batch_tokens"] = settings["batch"] * row  # as many steps as TRL makes
    mine, theirs = _run("ours", work), _run("trl", work | {"settings": settings})
    measures = _against("TRL", mine, theirs)
    if llamafactory:
        measures += _against(
            "LLaMA-Factory", mine, _run("llamafactory", work | {"settings": settings, "python": llamafactory})
        )
    peak, needed = matmul_peak(device), operations(mine["tokens"], mine["learned"])
    measures.append(
        Measure(
            "arithmetic use", "of the matmul peak", round(needed / mine["seconds"] / peak, 3),
            Wanted(">=", WANTED_USE),
            note=f"peak {peak / 1e9:.0f} GFLOP/s in {native_dtype(device)}, needed {needed / 1e12:.1f} TFLOP",
        )
    )  # fmt: skip
    result: dict[str, Any] = {
        "machine": describe_machine(),
        "work": {
            "rows": len(train),
            "tokens": mine["tokens"],
            "source": rows.name if rows else "snapshot",
            "backward": backward,
        },
        "trl": settings,
        "measures": [measure.as_dict() for measure in measures],
    }
    work_done = f"{result['work']['rows']} rows, {result['work']['tokens']} tokens; TRL {settings}"
    click.echo(json.dumps(result) if as_json else f"{work_done}\n{table(result['measures'])}")


def _against(rival: str, mine: dict[str, Any], theirs: dict[str, Any]) -> list[Measure]:
    """Speed, loss and memory beside a rival's."""
    return [
        Measure(f"{what} against {rival}", "times", round(mine[key] / theirs[key], 3), wanted, mine[key], theirs[key])
        for what, key, wanted in (
            ("tokens/s", "tokens_per_second", Wanted(">=", WANTED_SPEED)),
            ("loss on check rows", "loss", Wanted("<=", WANTED_LOSS)),
            ("peak memory", "peak_gb", Wanted("<=", WANTED_MEMORY)),
        )
    ]


def need_trl() -> None:
    """Raise `UserError` where the rival is not installed."""
    missing = [name for name in ("trl", "datasets") if find_spec(name) is None]
    if missing:
        raise UserError(f"{' and '.join(missing)} is missing: pip install trl==1.16.0 datasets==5.2.0")


def operations(tokens: int, learned: int) -> float:
    """Needed for whole rows with the base frozen: a product forward and one back, 4 a weight and token.

    4 x the blocks' weights for every token, 4 x the head's for every learned one. Attention and LoRA, about a tenth,
    are left out; so are savings (a prefix read once for all rows), which make the share exceed what is really done.
    """
    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    config = base.config
    width, keys = config.hidden_size, config.num_key_value_heads * config.hidden_size // config.num_attention_heads
    blocks = config.num_hidden_layers * width * (2 * width + 2 * keys + 3 * config.intermediate_size)
    return 4 * float(blocks * tokens + width * config.vocab_size * learned)


def matmul_peak(device: str) -> float:
    """Operations a second of a large product in the precision that both sides train in, the best of ten."""
    size = PRODUCT[device]
    a, b = torch.randn(2, size, size, device=device).to(native_dtype(device))
    best = 0.0
    for _ in range(10):
        began = time.perf_counter()
        (a @ b)[0, 0].item()  # waits for a GPU
        best = max(best, 2 * size**3 / (time.perf_counter() - began))
    return best


def _best_settings(work: dict[str, Any], quick: bool, device: str) -> dict[str, Any]:
    """The fastest of TRL's settings on a few rows."""
    usual = {"attention": "sdpa", "packing": False, "batch": 8, "warmup": 2}
    if quick:
        return usual
    few = work | {"train": work["train"][: TRIED[device]], "check": []}
    speeds = []
    for attention, (packing, batch) in itertools.product(("sdpa", "eager"), PACKINGS[device]):
        settings = usual | {"attention": attention, "packing": packing, "batch": batch}
        try:
            speed = _run("trl", few | {"settings": settings})["tokens_per_second"]
        except UserError as error:  # too large for the memory, mostly
            click.echo(f"  TRL {settings}: {str(error)[:120]}", err=True)
            continue
        click.echo(f"  TRL {settings}: {speed} tokens/s", err=True)
        speeds.append((speed, settings))
    return max(speeds, key=lambda found: found[0])[1]


def _run(side: str, work: dict[str, Any]) -> dict[str, Any]:
    """A side's figures, from a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(work, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.training_sides", side, file.name], capture_output=True, text=True
        )
    if done.returncode:
        raise UserError(f"{side} failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    click.echo(f"  {side}: {found}", err=True)
    return found


def read_rows(file: Path, count: int | None = None) -> list[Any]:
    """Conversational rows of a file of `query` and `response`, the first `count` or all."""
    rows = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(itertools.islice(lines, count)):
            row = json.loads(line)
            said = [{"role": "user", "content": row["query"]}, {"role": "assistant", "content": row["response"]}]
            rows.append({"id": str(number), "intent": "", "messages": said})
    return rows


def _from_snapshot(count: int) -> list[Any]:
    """Rows to learn, then rows to check on."""
    store = open_store(load_settings().database)
    newest = next(iter(store.versions.snapshots()), None)
    if newest is None:
        raise UserError("there is no snapshot: `python -m training curate` makes one")
    snapshot = open_snapshot(store, newest.number)
    return snapshot.rows("train")[:count] + snapshot.rows("validation")[:CHECKED]


def table(measures: list[dict[str, Any]]) -> str:
    """A line a measure: its value, what is wanted, both sides."""
    lines = []
    for measure in measures:
        met = "" if measure["met"] is None else (" ok" if measure["met"] else " MISSED")
        sides = f"  ({measure['ours']} against {measure['theirs']})" if measure["theirs"] else f"  {measure['note']}"
        lines.append(f"{measure['name']:40} {measure['value']:6.3g} (wanted {measure['wanted']}){met}{sides}")
    return "\n".join(lines)


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
