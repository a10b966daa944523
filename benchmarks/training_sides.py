"""One side of the training benchmark, alone in its process so that its peak memory is its own.

    python -m benchmarks.training_sides SIDE FILE

FILE holds the work: conversational rows to learn and to check on, and how. Prints one JSON object: tokens a second of
the optimizer steps alone (whole rows, unpadded), seconds, the loss on the check rows measured by one function for all
sides, and the peak of resident memory in GB, on a GPU of the memory that torch took there.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from chatbot.commands import quieten
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.transformers import best_device
from chatbot.errors import UserError
from chatbot.settings import load_settings
from training.evaluation.likelihood import reply_likelihoods
from training.finetuning.encoding import encode_rows
from training.finetuning.lora import native_dtype

Work = dict[str, Any]
RANK, ALPHA = 16, 32
NEVER = 10**6


def ours(base: BaseModel, work: Work, folder: Path, device: str) -> dict[str, Any]:
    """`finetune`, validation left out: it is one row, twice."""
    from training.finetuning.loop.finetune import finetune
    from training.finetuning.objectives.objective import Unit
    from training.finetuning.objectives.sft import SFT
    from training.finetuning.objectives.stages import Stage
    from training.finetuning.recipe import Recipe

    recipe = Recipe.model_validate(
        {name: work[name] for name in ("learning_rate", "batch_tokens", "max_length", "backward")}
        | {
            "micro_tokens": work["batch_tokens"],
            "epochs": 1,
            "rank": RANK,
            "alpha": ALPHA,
            "dropout": 0.0,
            "validate_every": NEVER,
            "checkpoint_every": NEVER,
        }
    )
    rows = encode_rows(base, work["train"], recipe.max_length).rows
    shortest = min(rows, key=lambda row: len(row.ids))
    stage = Stage("work", SFT(), [Unit((row,)) for row in rows], [Unit((shortest,))], 1, recipe.learning_rate)
    outcome = finetune(base, [stage], recipe, folder, device)
    learned = sum(row.supervised for row in rows)
    return {
        "tokens": outcome.train_tokens,
        "learned": learned,
        "seconds": outcome.seconds,
        "adapter": str(outcome.adapter),
    }


def trl(base: BaseModel, work: Work, folder: Path, device: str) -> dict[str, Any]:
    """TRL's SFTTrainer on the same rows, LoRA, epochs and precision, with the settings that `work` names."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    let_datasets_hash()
    settings = work["settings"]
    model = base.load(dtype=native_dtype(device), attn_implementation=settings["attention"])
    rows = [{"prompt": row["messages"][:-1], "completion": row["messages"][-1:]} for row in work["train"]]
    config = SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=settings["batch"],
        num_train_epochs=1,
        learning_rate=work["learning_rate"],
        lr_scheduler_type="linear",
        warmup_steps=settings["warmup"],
        max_length=work["max_length"],
        packing=settings["packing"],
        gradient_checkpointing=False,
        completion_only_loss=True,
        use_cpu=device == "cpu",
        bf16=native_dtype(device) == torch.bfloat16,
        logging_strategy="no",
        save_strategy="no",
        report_to=[],
        seed=17,
    )
    lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")
    trainer = SFTTrainer(
        model, args=config, train_dataset=Dataset.from_list(rows), peft_config=lora, processing_class=base.tokenizer
    )
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    trainer.model.save_pretrained(folder / "adapter")
    tokens = encode_rows(base, work["train"], work["max_length"]).tokens
    return {"tokens": tokens, "seconds": round(seconds, 1), "adapter": str(folder / "adapter")}


def let_datasets_hash() -> None:
    """pyarrow's type names builtins as its module, where datasets' fingerprints look for it and fail."""
    import builtins

    import pyarrow

    builtins.MonthDayNano = pyarrow.lib.MonthDayNano  # type: ignore[attr-defined]


def llamafactory(base: BaseModel, work: Work, folder: Path, device: str) -> dict[str, Any]:
    """LLaMA-Factory on the same, by its own command line in an environment of its own (`work["python"]`)."""
    settings, data, out = work["settings"], folder / "data", folder / "adapter"
    data.mkdir()
    rows = [{"messages": row["messages"]} for row in work["train"]]
    for part in (base.load(dtype=native_dtype(device)), base.tokenizer):
        part.save_pretrained(folder / "base")
    (data / "work.json").write_text(json.dumps(rows), encoding="utf-8")
    said = {"role_tag": "role", "content_tag": "content"} | {
        f"{who}_tag": who for who in ("user", "assistant", "system")
    }
    described = {"file_name": "work.json", "formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": said}
    (data / "dataset_info.json").write_text(json.dumps({"work": described}), encoding="utf-8")
    config = {
        "model_name_or_path": str(folder / "base"),
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": RANK,
        "lora_alpha": ALPHA,
        "lora_dropout": 0.0,
        "lora_target": "all",
        "dataset": "work",
        "dataset_dir": str(data),
        "template": "smollm2",
        "mask_history": True,
        "cutoff_len": work["max_length"],
        "packing": settings["packing"],
        "flash_attn": "sdpa" if settings["attention"] == "sdpa" else "disabled",
        "disable_gradient_checkpointing": True,
        "per_device_train_batch_size": settings["batch"],
        "num_train_epochs": 1,
        "learning_rate": work["learning_rate"],
        "lr_scheduler_type": "linear",
        "warmup_steps": settings["warmup"],
        "use_cpu": device == "cpu",
        "bf16": native_dtype(device) == torch.bfloat16,
        "output_dir": str(out),
        "save_strategy": "no",
        "report_to": "none",
        "seed": 17,
    }
    (folder / "work.yaml").write_text(json.dumps(config), encoding="utf-8")
    command = [work["python"], "-m", "llamafactory.cli", "train", str(folder / "work.yaml")]
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=own)
    if done.returncode:
        raise UserError(f"llamafactory failed: {(done.stderr.strip() or '?').splitlines()[-1]}")
    seconds = json.loads((out / "train_results.json").read_text(encoding="utf-8"))["train_runtime"]
    tokens = encode_rows(base, work["train"], work["max_length"]).tokens
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return {"tokens": tokens, "seconds": round(seconds, 1), "adapter": str(out), "peak_gb": round(peak, 2)}


SIDES = {"ours": ours, "trl": trl, "llamafactory": llamafactory}


def main(side: str, file: str) -> None:
    """Run a side and print what it came to."""
    quieten()
    work: Work = json.loads(Path(file).read_text(encoding="utf-8"))
    settings = load_settings()
    base = find_base_model(settings.base_model, settings.home.resolve())
    assert base.config  # unpacked before anything is measured
    device = best_device(settings.device)
    with tempfile.TemporaryDirectory() as folder:
        found = SIDES[side](base, work, Path(folder), device)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        if device == "cuda":
            peak = torch.cuda.max_memory_allocated() / 1e9
        if work["check"]:
            rows = encode_rows(base, work["check"], work["max_length"]).rows
            judged = reply_likelihoods(base, Path(found["adapter"]), rows, device)
            found["loss"] = round(-sum(row.log_likelihood for row in judged) / sum(row.tokens for row in judged), 4)
    found = {"peak_gb": round(peak, 2)} | found | {"tokens_per_second": round(found["tokens"] / found["seconds"], 1)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
