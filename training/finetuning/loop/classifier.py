"""A sequence classifier on the base model: intent, sentiment, escalation; LoRA and a linear head on the last state.

Learns from a CSV with the columns `text` and `class`, or from the pack's pairs and their intents. It is not a version
and answers nobody: it is a folder that `Classifier.load` opens.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from peft import PeftModel
from safetensors import safe_open
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError
from training.finetuning.batches import collate, fill_batches
from training.finetuning.encoding import Encoded
from training.finetuning.fast.forward import Forward
from training.finetuning.loop.finetune import Report, finetune
from training.finetuning.loop.outcome import Outcome
from training.finetuning.loop.processes import ALONE, Processes
from training.finetuning.lora import load_for_training
from training.finetuning.objectives.classification import HEAD, Classes
from training.finetuning.objectives.objective import Unit
from training.finetuning.objectives.stages import Stage
from training.finetuning.recipe import Recipe

Labelled = tuple[str, str]
LEAST_OF_A_CLASS = 5
HELD_OUT = 5
AT_ONCE = 4096


@dataclass(frozen=True)
class Measured:
    """On held-out texts; precision, recall and F1 are means over the classes."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    texts: int
    classes: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Trained:
    """A classifier's fine-tune, and what it is worth."""

    outcome: Outcome
    measured: Measured

    def as_dict(self) -> dict[str, object]:
        """As plain JSON, with the folder that `Classifier` opens."""
        figures = asdict(self.outcome.figures)
        del figures["measures"]
        return {**figures, **asdict(self.measured), "classifier": str(self.outcome.adapter)}


class Classifier:
    """Tells the class of a text."""

    def __init__(self, base: BaseModel, folder: Path, device: str = "cpu") -> None:
        model = PeftModel.from_pretrained(load_for_training(base, device), folder)
        self._base = base
        self._forward = Forward(model.eval())
        with safe_open(folder / HEAD, "pt") as file:
            self.names: list[str] = json.loads(file.metadata()["classes"])
            self._weight, self._bias = file.get_tensor("weight"), file.get_tensor("bias")

    @torch.inference_mode()
    def classify(self, texts: Sequence[str]) -> list[str]:
        """The likeliest class of each text."""
        encoded = [encode_question(self._base, str(number), text) for number, text in enumerate(texts)]
        found: dict[int, str] = {}
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        for positions in fill_batches(order, [len(row.ids) for row in encoded], AT_ONCE):
            batch = collate([encoded[i] for i in positions], self._base.tokenizer.eos_token_id)
            logits = self._forward.hidden(batch).float().cpu() @ self._weight.T + self._bias
            found |= {i: self.names[n] for i, n in zip(positions, logits.argmax(-1).tolist(), strict=True)}
        return [found[i] for i in range(len(texts))]


def train_classifier(
    base: BaseModel,
    labelled: Sequence[Labelled],
    recipe: Recipe,
    folder: Path,
    device: str,
    report: Report = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    processes: Processes = ALONE,
) -> tuple[Outcome, Measured | None]:
    """Learn four fifths of each class and measure on the rest, unless stopped; saved as `folder`/best."""
    counts = Counter(name for _, name in labelled)
    names = sorted(name for name, count in counts.items() if count >= LEAST_OF_A_CLASS)
    if len(names) < 2:
        raise TrainingError(f"two classes with {LEAST_OF_A_CLASS} texts each are the least: there are {len(names)}")
    train, held_out = split_by_class([pair for pair in labelled if pair[1] in names], recipe.seed)
    learned, checked = (
        [Unit((encode_question(base, text, text),), names.index(name)) for text, name in part]
        for part in (train, held_out)
    )
    objective = Classes(names, base.width)
    stage = Stage("classes", objective, learned, checked, recipe.epochs, recipe.learning_rate)
    outcome = finetune(base, [stage], recipe, folder, device, report, should_stop, processes)
    if outcome.stopped:
        return outcome, None
    found = Classifier(base, outcome.adapter, device).classify([text for text, _ in held_out])
    return outcome, measure([name for _, name in held_out], found, names)


def measure(right: Sequence[str], found: Sequence[str], names: Sequence[str]) -> Measured:
    """Accuracy, and precision, recall and F1 a class and on average (scikit-learn)."""
    a_class = precision_recall_fscore_support(right, found, labels=names, zero_division=0)
    mean = precision_recall_fscore_support(right, found, labels=names, average="macro", zero_division=0)
    each = {
        name: {"precision": round(p, 4), "recall": round(r, 4), "f1": round(f, 4), "texts": int(n)}
        for name, p, r, f, n in zip(names, *(values.tolist() for values in a_class), strict=True)
    }
    precision, recall, f1 = (round(float(value), 4) for value in mean[:3])
    return Measured(round(float(accuracy_score(right, found)), 4), precision, recall, f1, len(right), each)


def encode_question(base: BaseModel, name: str, text: str) -> Encoded:
    """A text as its user's turn, ready for a reply: the state at its end is what the head reads."""
    ids = base.encode([{"role": "user", "content": text}])
    stop = base.tokenizer.eos_token_id
    return Encoded(name, [*ids, stop], ((len(ids), len(ids) + 1),))


def split_by_class(labelled: Sequence[Labelled], seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """Four fifths and one fifth of each class."""
    shuffled = list(dict.fromkeys(labelled))
    random.Random(seed).shuffle(shuffled)
    seen: Counter[str] = Counter()
    train: list[Labelled] = []
    held_out: list[Labelled] = []
    for pair in shuffled:
        (held_out if seen[pair[1]] % HELD_OUT == 0 else train).append(pair)
        seen[pair[1]] += 1
    return train, held_out


def read_labelled(file: Path) -> list[Labelled]:
    """The rows of a CSV with the columns `text` and `class`; raises `TrainingError` with all faults."""
    if not file.is_file():
        raise TrainingError(f"classes = {str(file)!r} is not a file: name a CSV with the columns text and class")
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"text", "class"} - set(reader.fieldnames or ())
        if missing:
            raise TrainingError(f"{file}:1: the column {' and '.join(sorted(missing))} is missing")
        rows = list(reader)
    empty = [str(number) for number, row in enumerate(rows, start=2) if not (row["text"] and row["class"])]
    if empty:
        raise TrainingError(f"{file}: no text or no class on line {', '.join(empty[:10])}")
    return [(row["text"].strip(), row["class"].strip()) for row in rows]
