"""Log-probabilities that a run compares with, computed once and kept beside its checkpoint."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from training.finetuning.loop.learner import Learner
from training.finetuning.objectives.objective import Unit

AT_ONCE = 64


def cached_references(
    file: Path, learner: Learner, units: Sequence[Unit], note: Callable[[int, int], None] = lambda done, of: None
) -> list[Unit]:
    """The units with their references, from the file as far as a resumed run left it, which grows as they are made.

    `note` hears how many units have theirs, of how many; what it raises ends the work and loses nothing.
    """
    known = learner.processes.tell(json.loads(file.read_text(encoding="utf-8")) if file.is_file() else [])
    while len(known) < len(units):
        found = learner.with_references(units[len(known) : len(known) + AT_ONCE])
        known += [unit.reference for unit in found]
        if learner.processes.first:
            partial = file.with_name(file.name + ".partial")
            partial.write_text(json.dumps(known), encoding="utf-8")
            partial.replace(file)
        note(len(known), len(units))
    return [replace(unit, reference=tuple(scores)) for unit, scores in zip(units, known, strict=True)]
