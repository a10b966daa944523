"""Preferences against TRL's trainers: the loss of one batch, and tokens a second; DPO and KTO, in one process.

    python -m benchmarks.training_preferences --rows FILE [--pairs N] [--json]

FILE holds rows with `query` and `response`, one JSON object a line; what is not preferred is another row's response.
The losses are those of one adapter that is no longer zero, on one batch in float32; tokens are counted in the precision
that the processor multiplies fastest in, on both sides. Needs TRL: pip install trl==1.16.0 datasets==5.2.0. Takes about
eight minutes on two cores, most of them TRL's.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from peft import LoraConfig, get_peft_model_state_dict, set_peft_model_state_dict

from benchmarks.alternating import Measure, Wanted
from benchmarks.machine import describe_machine
from benchmarks.training import need_trl, read_rows, table
from benchmarks.training_sides import ALPHA, NEVER, RANK, let_datasets_hash
from chatbot.commands import quieten, run_command
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.errors import UserError
from chatbot.settings import load_settings
from training.finetuning.encoding import Encoded, encode_rows
from training.finetuning.loop.finetune import finetune
from training.finetuning.loop.learner import Learner
from training.finetuning.lora import attach_adapter, load_for_training, native_dtype
from training.finetuning.objectives.dpo import DPO
from training.finetuning.objectives.kto import KTO
from training.finetuning.objectives.objective import Objective, Unit
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe
from training.rows import Row

AT_ONCE = 4
BETA, RATE, MAX_LENGTH = 0.1, 5e-5, 1024
WANTED_DIFFERENCE, WANTED_SPEED = 1e-4, 1.5


@dataclass(frozen=True)
class Work:
    """Prompts, each with its own reply and another's."""

    prompts: list[Any]
    replies: list[str]
    others: list[str]

    def first(self, count: int) -> "Work":
        """A part of it, each group of `AT_ONCE` whole."""
        return Work(self.prompts[:count], self.replies[:count], self.others[:count])


@click.command()
@click.option("--rows", required=True, type=click.Path(exists=True, path_type=Path), help="JSONL: query and response.")
@click.option("--pairs", default=32, help="How many pairs are learned.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(rows: Path, pairs: int, as_json: bool) -> None:
    """Compare preference learning with TRL's."""
    need_trl()
    let_datasets_hash()
    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    work = _read(rows, max(AT_ONCE, pairs // AT_ONCE * AT_ONCE))
    measures = []
    for name, side in (("DPO", _dpo), ("KTO", _kto)):
        ours, theirs = _losses(base, work.first(AT_ONCE), side)
        apart = abs(ours - theirs) / theirs
        measures.append(Measure(f"{name}: loss", "apart", apart, Wanted("<=", WANTED_DIFFERENCE), ours, theirs))
        ours, theirs = _speeds(base, work, side)
        ratio = round(ours / theirs, 2)
        measures.append(Measure(f"{name}: tokens/s", "times", ratio, Wanted(">=", WANTED_SPEED), ours, theirs))
    result: dict[str, Any] = {"machine": describe_machine(), "measures": [measure.as_dict() for measure in measures]}
    click.echo(json.dumps(result) if as_json else table(result["measures"]))


Side = Callable[[BaseModel, Work, torch.dtype], tuple[Objective, list[Unit], Callable[[Path], Any]]]


def _dpo(base: BaseModel, work: Work, dtype: torch.dtype) -> tuple[Objective, list[Unit], Callable[[Path], Any]]:
    """Our objective and units, and TRL's trainer."""
    chosen, rejected = _encoded(base, work.prompts, work.replies), _encoded(base, work.prompts, work.others)

    def trainer(folder: Path) -> Any:
        from trl import DPOConfig, DPOTrainer

        rows = [
            {"prompt": _rendered(base, prompt), "chosen": reply, "rejected": other}
            for prompt, reply, other in zip(work.prompts, work.replies, work.others, strict=True)
        ]
        return _trainer(base, DPOTrainer, DPOConfig, rows, folder, dtype)

    return DPO(BETA), [Unit(pair) for pair in zip(chosen, rejected, strict=True)], trainer


def _kto(base: BaseModel, work: Work, dtype: torch.dtype) -> tuple[Objective, list[Unit], Callable[[Path], Any]]:
    """Half of the replies liked; the drift is measured on the replies of the batch, each one place on."""
    said = [reply if number % 2 == 0 else work.others[number] for number, reply in enumerate(work.replies)]
    moved = [said[start : start + AT_ONCE] for start in range(0, len(said), AT_ONCE)]
    mismatched = [reply for group in moved for reply in (group[-1], *group[:-1])]
    own, others = _encoded(base, work.prompts, said), _encoded(base, work.prompts, mismatched)
    units = [Unit(pair, int(number % 2 == 0)) for number, pair in enumerate(zip(own, others, strict=True))]

    def trainer(folder: Path) -> Any:
        from trl import KTOConfig, KTOTrainer

        rows = [
            {"prompt": _rendered(base, prompt), "completion": reply, "label": number % 2 == 0}
            for number, (prompt, reply) in enumerate(zip(work.prompts, said, strict=True))
        ]
        return _trainer(base, KTOTrainer, KTOConfig, rows, folder, dtype)

    return KTO(BETA, 1.0, 1.0), units, trainer


def _losses(base: BaseModel, work: Work, side: Side) -> tuple[float, float]:
    """Of one batch under one adapter, the base as reference: ours and TRL's."""
    objective, units, trainer = side(base, work, torch.float32)
    recipe = _recipe("float32")
    torch.manual_seed(1)
    model = attach_adapter(load_for_training(base, "cpu", recipe), recipe)
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(model, [objective], recipe, base.tokenizer.eos_token_id, Path(folder))
        units = learner.with_references(units)
        with torch.no_grad():
            for name, parameter in learner.weights.items():
                if ".lora_B." in name:
                    torch.nn.init.normal_(parameter, std=0.02)
        ours = learner.validate(objective, units).mean
        theirs = trainer(Path(folder))
        set_peft_model_state_dict(theirs.model, get_peft_model_state_dict(model))
        theirs.model.eval()
        with torch.no_grad():
            loss = theirs.compute_loss(theirs.model, next(iter(theirs.get_train_dataloader())))
    return ours, float(loss)


def _speeds(base: BaseModel, work: Work, side: Side) -> tuple[float, float]:
    """Tokens a second of one pass, references included: ours and TRL's."""
    objective, units, trainer = side(base, work, native_dtype("cpu"))
    tokens = sum(len(row.ids) for unit in units for row in unit.rows)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage("preferences", objective, units, units[:1], 1, RATE)
        ours = finetune(base, [stage], _recipe("auto"), Path(folder)).seconds
        theirs = trainer(Path(folder))
        began = time.perf_counter()
        theirs.train()
        seconds = time.perf_counter() - began
    return round(tokens / ours, 1), round(tokens / seconds, 1)


def _recipe(precision: str) -> Recipe:
    return Recipe.model_validate(
        {
            "precision": precision,
            "objective": "dpo",
            "preference_epochs": 1,
            "batch_tokens": AT_ONCE * 2 * 256,
            "rank": RANK,
            "alpha": ALPHA,
            "dropout": 0.0,
            "validate_every": NEVER,
            "checkpoint_every": NEVER,
        }
    )


def _trainer(
    base: BaseModel, kind: Any, config: Any, rows: Sequence[dict[str, Any]], folder: Path, dtype: torch.dtype
) -> Any:
    """One of TRL's trainers on standard (rendered) rows, which it ends with the stop token as we do."""
    from datasets import Dataset

    arguments = config(
        output_dir=str(folder / "trl"),
        per_device_train_batch_size=AT_ONCE,
        num_train_epochs=1,
        learning_rate=RATE,
        beta=BETA,
        max_length=MAX_LENGTH,
        gradient_checkpointing=False,
        use_cpu=True,
        bf16=dtype == torch.bfloat16,
        logging_strategy="no",
        save_strategy="no",
        report_to=[],
        seed=17,
    )
    lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")
    model = base.load(dtype=dtype, attn_implementation="eager")
    data = Dataset.from_list(list(rows))
    return kind(model, args=arguments, train_dataset=data, peft_config=lora, processing_class=base.tokenizer)


def _encoded(base: BaseModel, prompts: Sequence[Any], replies: Sequence[str]) -> list[Encoded]:
    rows: list[Row] = [
        {"id": str(number), "messages": [*prompt, {"role": "assistant", "content": reply}]}
        for number, (prompt, reply) in enumerate(zip(prompts, replies, strict=True))
    ]
    return encode_rows(base, rows, MAX_LENGTH).rows


def _rendered(base: BaseModel, prompt: Any) -> str:
    text: str = base.tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
    return text


def _read(file: Path, count: int) -> Work:
    rows = [row["messages"] for row in read_rows(file, count + 1)]
    if len(rows) <= count:
        raise UserError(f"{file} has {len(rows)} rows: {count + 1} are needed, or fewer --pairs")
    replies = [said[-1]["content"] for said in rows]
    return Work([said[:-1] for said in rows[:count]], replies[:count], replies[1:])


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
