"""What lies on the shelf of measures in `$CHATBOT_HOME/measures/`: a version's results, one file for each surroundings.

Reads what `measures` wrote; light, so that pages open fast.
"""

import json
import re
from pathlib import Path

from training.evaluation.results import Evaluation

SHELF = "measures"
RESULT = re.compile(r"(.+)-([0-9a-f]{16})\.json")


def result_file(home: Path, version: str, surroundings: str) -> Path:
    """Where a version's result in some surroundings lies."""
    return home / SHELF / f"{version}-{surroundings}.json"


def latest_result(home: Path, version: str) -> Evaluation | None:
    """A version's result that was measured last; None where there is none."""
    files = _results(home).get(version, {})
    return _read(max(files.values(), key=_when)) if files else None


def latest_pair(home: Path, ours: str, theirs: str) -> tuple[Evaluation, Evaluation] | None:
    """Results of two versions in the same surroundings, the last such; None where they were never compared."""
    found = _results(home)
    our_files, their_files = found.get(ours, {}), found.get(theirs, {})
    shared = sorted(our_files.keys() & their_files.keys(), key=lambda place: _when(our_files[place]))
    return (_read(our_files[shared[-1]]), _read(their_files[shared[-1]])) if shared else None


def _results(home: Path) -> dict[str, dict[str, Path]]:
    """The files by version and surroundings."""
    found: dict[str, dict[str, Path]] = {}
    for file in (home / SHELF).glob("*.json"):
        if match := RESULT.fullmatch(file.name):
            found.setdefault(match[1], {})[match[2]] = file
    return found


def _when(file: Path) -> float:
    return file.stat().st_mtime


def _read(file: Path) -> Evaluation:
    return Evaluation.from_dict(json.loads(file.read_text(encoding="utf-8")))
