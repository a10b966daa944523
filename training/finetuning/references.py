"""Log-probabilities that a run compares with, computed once and kept beside its checkpoint."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.finetuning.learner import Learner
from training.finetuning.objectives import Unit


def cached_references(file: Path, learner: Learner, units: Sequence[Unit]) -> list[Unit]:
    """The units with their references, from the file where a resumed run left it."""
    known = learner.processes.tell(json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None)
    if known is not None:
        return [replace(unit, reference=tuple(found)) for unit, found in zip(units, known, strict=True)]
    found = learner.with_references(units)
    if learner.processes.first:
        partial = file.with_name(file.name + ".partial")
        partial.write_text(json.dumps([unit.reference for unit in found]), encoding="utf-8")
        partial.replace(file)
    return found
