"""Every place in a home where words of a conversation may lie: a table, in which a new kind of copy gets its entry.

A file of the home that no entry claims is told to whoever deletes, and fails `tests/security/test_deletion.py`. The
database itself is emptied by the store (`Store.erasures`).
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from chatbot.erasure.findings import Findings, Search, amount
from chatbot.erasure.training_rows import empty_log, erase_checkpoints, erase_rows, name_versions


@dataclass(frozen=True)
class Place:
    """Files of a home, by patterns in which `*` also stands for `/`; what they hold; what takes words out of them."""

    files: tuple[str, ...]
    holds: str
    erase: Callable[[Search], Findings] | None = None


def erase_measures(search: Search) -> Findings:
    """Remove results of evaluations in which a deleted answer was found, or a version answered that learned from it."""
    learned = {one.name for one in search.store.versions.all() if one.snapshot in search.traces.snapshots}
    files = [
        file
        for file in sorted((search.home / "measures").glob("*"))
        if any(file.name.startswith(f"{name}-") for name in learned) or _names(file, search.traces.gone_answers)
    ]
    if not search.look_only:
        for file in files:
            file.unlink(missing_ok=True)
    told = f"{amount(len(files), 'file')} of measures, which are taken anew when they are asked for"
    return Findings(removed=[told] if files else [])


def erase_staged(search: Search) -> Findings:
    """Remove what a restore that was killed left."""
    folders = sorted(search.home.glob("restore.*.partial"))
    if not search.look_only:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    return Findings(removed=[f"{folder.name}, left by a restore that was killed" for folder in folders])


PLACES = (
    Place(("chatbot.db", "chatbot.db-wal", "chatbot.db-shm"), "all that is said; emptied by the store"),
    Place(("snapshots/*",), "rows to learn from", erase_rows),
    Place(("measures/*",), "replies to the pack's own cases, which may quote an approved answer", erase_measures),
    Place(("runs/*",), "weights on their way, and names of rows", erase_checkpoints),
    Place(("training.log",), "what fine-tunes print; what fails may quote a row", empty_log),
    Place(("versions/*",), "weights that learned", name_versions),
    Place(("restore.*/*",), "a restore on its way", erase_staged),
    Place(("index/*",), "vectors of the pack's own texts; those of approved answers are in memory only"),
    Place(("packs/*", "pack_history/*"), "articles, rules and texts as operators wrote them, now and before"),
    Place(("models/*",), "the base model"),
    Place(("searches/*",), "recipes and losses"),
    Place(("tensorboard/*", "mlflow*", "trackio/*"), "recipes and losses, where a tracker is set"),
    Place(("rates.db*",), "digests of who did something of late, for a day at most"),
    Place(("cookie.key*", "server.lock", "settings.json*", "training.lock"), "no words"),
)


def unclaimed(home: Path) -> list[str]:
    """The files of a home that no place claims, below the home."""
    files = sorted(file.relative_to(home).as_posix() for file in home.rglob("*") if file.is_file())
    patterns = [pattern for place in PLACES for pattern in place.files]
    return [file for file in files if not any(fnmatch(file, pattern) for pattern in patterns)]


def _names(file: Path, answers: set[str]) -> bool:
    if not answers:
        return False
    try:
        cases = json.loads(file.read_text(encoding="utf-8")).get("cases", [])
    except (ValueError, OSError):
        return True  # half of a file, which is measured anew as well
    return any(answers.intersection(case.get("passages", [])) for case in cases)
