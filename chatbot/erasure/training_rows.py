"""Rows of deleted conversations in the snapshots that runs learn from, and what learned from these rows."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from chatbot.erasure.findings import Findings, Search, amount
from chatbot.lineage import SnapshotCounts, SnapshotRecord
from chatbot.snapshot_folder import FILES, HOME, as_line, digest_of, file_of, read_rows
from chatbot.store.erasures import Traces

NAMES = b'"group"'
FAILED = "failed; what it said went with a deleted chat"


def erase_rows(search: Search) -> Findings:
    """Take the rows of deleted conversations out of every snapshot, whose digest is that of what remains."""
    found = Findings()
    frozen = {record.number: record for record in search.store.versions.snapshots()}
    for folder in _folders(search.home):
        taken = {name: count for name in FILES if (count := _count(file_of(folder, name), search.traces))}
        if not taken:
            continue
        found.removed.append(f"{amount(sum(taken.values()), 'row')} of training data in {HOME}/{folder.name}")
        if search.look_only:
            continue
        record = frozen.get(int(folder.name)) if folder.name.isdigit() else None
        if record is None:  # never finished, so that nothing learns from it
            shutil.rmtree(folder, ignore_errors=True)
            continue
        _rewrite(search, record, folder)
    return found


def holding(home: Path, traces: Traces) -> set[int]:
    """The numbers of the snapshots that hold rows of conversations now."""
    return {
        int(folder.name)
        for folder in _folders(home)
        if folder.name.isdigit() and any(_count(file_of(folder, name), traces) for name in FILES)
    }


def erase_checkpoints(search: Search) -> Findings:
    """Remove what unfinished runs on these snapshots left to go on from, and what such runs said when they failed."""
    found = Findings()
    for run in search.store.versions.runs(limit=10_000):
        if run.snapshot not in search.traces.snapshots or run.status == "running":
            continue
        folder = search.home / "runs" / run.id
        files = [*folder.glob("checkpoint.pt*"), *folder.glob("fold-*/checkpoint.pt*")]
        if files:
            found.removed.append(f"the checkpoint of run {run.id}, which cannot be gone on with")
        if not search.look_only:
            for file in files:
                file.unlink(missing_ok=True)
            if run.status == "failed" and run.error != FAILED:
                search.store.versions.update_run(run.id, error=FAILED, finished_at=run.finished_at)
    return found


def empty_log(search: Search) -> Findings:
    """Empty the log of fine-tunes where one of them learned from these rows; those that write to it append."""
    file = search.home / "training.log"
    learned = any(run.snapshot in search.traces.snapshots for run in search.store.versions.runs(limit=10_000))
    if not learned or not file.is_file() or not file.stat().st_size:
        return Findings()
    if not search.look_only:
        os.truncate(file, 0)
    return Findings(removed=["training.log, which a run that learned from it wrote to"])


def name_versions(search: Search) -> Findings:
    """Tell of versions that learned from these rows: their weights cannot be made to unlearn."""
    names = [one.name for one in search.store.versions.all() if one.snapshot in search.traces.snapshots]
    if not names:
        return Findings()
    return Findings(
        kept=[
            f"what {', '.join(names)} learned from it in weights: `python -m training cycle` trains anew without it, "
            "and the old version's folder under versions/ may be deleted once another one answers"
        ]
    )


def _folders(home: Path) -> Iterator[Path]:
    yield from sorted(path for path in (home / HOME).glob("*") if path.is_dir())


def _count(file: Path, traces: Traces) -> int:
    """How many rows of a file were made of the conversations; most files are told by not holding their ids."""
    if not file.is_file():
        return 0
    content = file.read_bytes()
    names = [*traces.conversations, *traces.row_names]
    nameless = file.stem == "unpaired" and bool(content) and NAMES not in content
    if not nameless and not any(name.encode() in content for name in names):
        return 0
    return sum(_of(row, file.stem, traces) for row in read_rows(file))


def _of(row: Mapping[str, object], name: str, traces: Traces) -> bool:
    """Whether a row was made of the conversations; ratings frozen before rows had names cannot be told apart."""
    if name == "unpaired" and "group" not in row:
        return bool(traces.feedback)
    return row.get("group") in traces.conversations or row.get("id") in traces.row_names


def _rewrite(search: Search, record: SnapshotRecord, folder: Path) -> None:
    """The record first: what is killed between the two finds the rows again, and comes to the same digest."""
    rest = {
        name: [row for row in read_rows(file_of(folder, name)) if not _of(row, name, search.traces)]
        for name in FILES
        if file_of(folder, name).is_file()
    }
    origins = Counter(str(row.get("origin", "")) for name in ("train", "validation") for row in rest.get(name, []))
    counts = replace(
        record.counts,
        train=len(rest.get("train", [])),
        validation=len(rest.get("validation", [])),
        preferences=len(rest.get("preferences", [])),
        unpaired=len(rest.get("unpaired", [])),
        origins=dict(origins),
        digest=digest_of(rest, record.pack),
    )
    search.store.versions.recount_snapshot(record.number, counts)
    for name, rows in rest.items():
        _replace(file_of(folder, name), "".join(map(as_line, rows)))
    _replace(folder / "manifest.json", _manifest(record, counts))


def _manifest(record: SnapshotRecord, counts: SnapshotCounts) -> str:
    return json.dumps({"number": record.number, "pack": record.pack, "counts": counts.as_dict()}, indent=2)


def _replace(file: Path, text: str) -> None:
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
